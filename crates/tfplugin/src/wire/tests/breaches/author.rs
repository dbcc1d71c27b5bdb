//! A provider whose author does all things right but one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::function::{Definition, Function, FunctionError};
use crate::model::{Field, Shape};
use crate::resource::{Change, IdentitySchema, ImportTarget, Move, MoveSource, Plan, Upgrade};
use crate::schema::{dynamic, list_of, number, set_of, string};
use crate::serve::About;
use crate::value::{Refinement, Type, Value, ValueError};
use crate::{
    Action, ActionContext, ConfigureContext, Context, DataSource, EphemeralContext, EphemeralResource, Model, Provider,
    Registry, Resource, ResourceContext, Result, Schema,
};

/// What the author does in place of what is right; most are shown what would be.
#[derive(Clone, Copy)]
pub(super) enum Breach {
    Nothing,
    Schema(fn(Schema) -> Schema),
    Configure(fn() -> Result<()>),
    Plan(fn(&mut Plan<'_, Author>) -> Result<()>),
    Planned(fn(Value) -> Value),
    Preflight(fn() -> Result<()>),
    Apply(fn(&mut ResourceContext<'_, Author>, Value) -> Result<Value>),
    Delete(fn(&mut ResourceContext<'_, Author>, Value) -> Result<()>),
    Read(fn(&mut ResourceContext<'_, Author>, Value) -> Result<Option<Value>>),
    Identify(fn(Value) -> Result<Value>),
    Import(fn(Value) -> Result<Value>),
    Upgrade(fn(Value) -> Result<Value>),
    UpgradeIdentity(fn(Value) -> Result<Value>),
    Move(fn(Value) -> Result<Value>),
    Data(fn(Value) -> Result<Value>),
    Open(fn(&mut EphemeralContext<'_, Author>, Value) -> Result<Value>),
    Call(fn() -> Value),
    Invoke(fn() -> Result<()>),
}

/// Does what the breach says where it is of this kind, else what is right.
macro_rules! unless_broken {
    ($breach:expr, $kind:ident($($argument:expr),*), $right:expr) => {
        match $breach {
            Breach::$kind(breach) => breach($($argument),*),
            _ => $right,
        }
    };
}

#[derive(Clone, Copy)]
pub(super) struct Author(pub Breach);

/// A model that is written by hand and may hold anything: what a derived one cannot say, this one can.
#[derive(Clone)]
pub(super) struct Loose(pub Value);

impl Model for Loose {
    fn attributes() -> Vec<(&'static str, Type)> {
        Vec::new()
    }

    fn shapes() -> Vec<(&'static str, Shape)> {
        Vec::new()
    }

    fn from_value(value: Value) -> std::result::Result<Self, ValueError> {
        Ok(Self(value))
    }

    fn into_value(self) -> Value {
        self.0
    }
}

/// A text by its type, and anything by its value.
pub(super) struct LooseText(Value);

impl Field for LooseText {
    fn value_type() -> Type {
        Type::String
    }

    fn from_value(value: Value) -> std::result::Result<Self, ValueError> {
        Ok(Self(value))
    }

    fn into_value(self) -> Value {
        self.0
    }
}

/// Notes beside a state.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Notes {
    Count(u32),
    /// No JSON has such keys.
    Unwritable(BTreeMap<[u8; 2], u8>),
}

impl Default for Notes {
    fn default() -> Self {
        Self::Count(0)
    }
}

impl Notes {
    pub(super) fn unwritable() -> Self {
        Self::Unwritable([([1, 2], 3)].into())
    }
}

/// An object with one attribute changed.
pub(super) fn set(mut object: Value, name: &str, value: impl Into<Value>) -> Value {
    if let Value::Map(attributes) = &mut object {
        attributes.insert(name.to_owned(), value.into());
    }
    object
}

pub(super) fn entry_schema() -> Schema {
    Schema::new("An entry.")
        .version(1)
        .required("key", string("").replace())
        .required("content", string(""))
        .optional("note", string(""))
        .optional("secret", string("").write_only())
        .optional("extra", dynamic(""))
        .optional("comments", list_of(Schema::new("").required("text", string("")), ""))
        .optional("links", set_of(Schema::new("").required("to", string("")).computed("seen", string("")), ""))
        .computed("id", string(""))
        .computed("size", number(""))
        .computed("checksum", string(""))
}

pub(super) fn identity_schema() -> IdentitySchema {
    IdentitySchema::none().version(1).required("key", Type::String, "")
}

/// Of the data source and the ephemeral resource.
pub(super) fn finding_schema() -> Schema {
    Schema::new("A finding.").required("prefix", string("")).optional("note", string("")).computed("found", string(""))
}

/// An entry without its write-only value, with all that is computed.
pub(super) fn done(planned: Value) -> Value {
    let links = match planned.attribute("links") {
        Value::Set(links) => Value::set(links.as_slice().iter().map(|link| set(link.clone(), "seen", "yes"))),
        other => other.clone(),
    };
    let state = set(set(planned, "links", links), "secret", Value::Null);
    set(set(set(state, "id", "1"), "size", 6), "checksum", "fnv:1")
}

impl Resource for Author {
    const TYPE_NAME: &'static str = "test_entry";
    type Data = ();
    type Model = Loose;
    type Identity = Loose;
    type Private = Notes;

    fn schema(&self) -> Schema {
        unless_broken!(self.0, Schema(entry_schema()), entry_schema())
    }

    fn identity_schema(&self) -> IdentitySchema {
        identity_schema()
    }

    fn identity(&self, state: &Loose) -> Result<Loose> {
        let identity = Value::object([("key", state.0.attribute("key").clone())]);
        unless_broken!(self.0, Identify(identity), Ok(identity)).map(Loose)
    }

    fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
        if plan.prior.is_none() {
            let planned = set(plan.planned.0.clone(), "checksum", Value::refined(Refinement::prefix("fnv:")));
            plan.planned.0 = set(planned, "size", Value::refined(Refinement::not_null()));
        }
        let planned = plan.planned.0.clone();
        plan.planned.0 = unless_broken!(self.0, Planned(planned), planned);
        unless_broken!(self.0, Plan(plan), Ok(()))
    }

    async fn preflight(&self, _: &mut Context<'_, ()>, _: Change<'_, Self>) -> Result<()> {
        unless_broken!(self.0, Preflight(), Ok(()))
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: Loose) -> Result<Loose> {
        unless_broken!(self.0, Apply(cx, done(plan.0)), Ok(done(plan.0))).map(Loose)
    }

    async fn update(&self, cx: &mut ResourceContext<'_, Self>, _: Loose, plan: Loose) -> Result<Loose> {
        unless_broken!(self.0, Apply(cx, done(plan.0)), Ok(done(plan.0))).map(Loose)
    }

    async fn read(&self, cx: &mut ResourceContext<'_, Self>, state: Loose) -> Result<Option<Loose>> {
        Ok(unless_broken!(self.0, Read(cx, state.0), Ok(Some(state.0)))?.map(Loose))
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: Loose) -> Result<()> {
        unless_broken!(self.0, Delete(cx, state.0), Ok(()))
    }

    async fn import(&self, _: &mut ResourceContext<'_, Self>, _: ImportTarget<Loose>) -> Result<Loose> {
        unless_broken!(self.0, Import(made()), Ok(made())).map(Loose)
    }

    fn upgrades(&self) -> Vec<Upgrade> {
        let Self(breach) = *self;
        let step = move |_: Loose| unless_broken!(breach, Upgrade(made()), Ok(made())).map(Loose);
        vec![Upgrade::new(0, step)]
    }

    fn identity_upgrades(&self) -> Vec<Upgrade> {
        let Self(breach) = *self;
        let step = move |_: Loose| unless_broken!(breach, UpgradeIdentity(identity()), Ok(identity())).map(Loose);
        vec![Upgrade::new(0, step)]
    }

    fn moves(&self) -> Vec<Move> {
        let Self(breach) = *self;
        let source = MoveSource { provider: "acme/pages", type_name: "pages_page", version: 0 };
        vec![Move::new(source, move |_: Loose| unless_broken!(breach, Move(made()), Ok(made())).map(Loose))]
    }
}

impl DataSource for Author {
    const TYPE_NAME: &'static str = "test_finding";
    type Data = ();
    type Model = Loose;

    fn schema(&self) -> Schema {
        finding_schema()
    }

    async fn read(&self, _: &mut Context<'_, ()>, config: Loose) -> Result<Loose> {
        let found = set(config.0, "found", "x");
        unless_broken!(self.0, Data(found), Ok(found)).map(Loose)
    }
}

impl EphemeralResource for Author {
    const TYPE_NAME: &'static str = "test_finding";
    type Data = ();
    type Model = Loose;
    type Private = Notes;

    fn schema(&self) -> Schema {
        finding_schema()
    }

    async fn open(&self, cx: &mut EphemeralContext<'_, Self>, config: Loose) -> Result<Loose> {
        let found = set(config.0, "found", "x");
        unless_broken!(self.0, Open(cx, found), Ok(found)).map(Loose)
    }

    async fn close(&self, _: &mut Context<'_, ()>, _: Notes) -> Result<()> {
        Ok(())
    }
}

impl Action for Author {
    const TYPE_NAME: &'static str = "test_act";
    type Data = ();
    type Model = Loose;

    fn schema(&self) -> Schema {
        Schema::new("An act.")
    }

    async fn invoke(&self, _: &mut ActionContext<'_, Self>, _: Loose) -> Result<()> {
        unless_broken!(self.0, Invoke(), Ok(()))
    }
}

impl Function for Author {
    const NAME: &'static str = "checksum";
    type Arguments = (String,);
    type Output = LooseText;

    fn definition(&self) -> Definition {
        Definition::new("A checksum.").parameter("text", "A text.")
    }

    fn call(&self, _: (String,)) -> std::result::Result<LooseText, FunctionError> {
        Ok(LooseText(unless_broken!(self.0, Call(), "fnv:1".into())))
    }
}

impl Provider for Author {
    type Model = ();
    type Data = ();

    fn about(&self) -> About {
        About { name: "test", address: "test/test", version: "0.0.0", description: "A test.", log_targets: &[] }
    }

    fn schema(&self) -> Schema {
        Schema::new("")
    }

    fn register(&self, registry: &mut Registry<()>) {
        registry.resource(*self).data_source(*self).ephemeral_resource(*self).action(*self).function(*self);
    }

    async fn configure(&self, _: &mut ConfigureContext, (): ()) -> Result<()> {
        unless_broken!(self.0, Configure(), Ok(()))
    }
}

/// What a user writes.
pub(super) fn config() -> Value {
    let named = |name: &str, values: [&str; 2]| values.map(|value| Value::object([(name, Value::from(value))]));
    let links = named("to", ["a", "b"]).map(|link| set(link, "seen", Value::Null));
    Value::object([
        ("key", "greeting".into()),
        ("content", "Hello!".into()),
        ("note", Value::Null),
        ("secret", "hunter2".into()),
        ("extra", Value::Dynamic(Box::new((Type::Number, 42.into())))),
        ("comments", Value::List(named("text", ["first", "second"]).into())),
        ("links", Value::set(links)),
        ("id", Value::Null),
        ("size", Value::Null),
        ("checksum", Value::Null),
    ])
}

/// What becomes of it.
pub(super) fn made() -> Value {
    done(config())
}

/// What names it.
pub(super) fn identity() -> Value {
    Value::object([("key", Value::from("greeting"))])
}
