//! The engine with a provider whose resource does what a case tells it to.

mod absent;
mod ephemeral;

use std::sync::Mutex;

use super::*;
use crate::model::{Attr, Model};
use crate::provider::ConfigureContext;
use crate::resource::{
    Change, IdentitySchema, ImportTarget, Move, MoveSource, Plan, Resource, ResourceContext, Upgrade,
};
use crate::schema::{Equality, integer, string};
use crate::serve::About;
use crate::value::{Type, Value};
use crate::{Context, DataSource, Diagnostics};

#[derive(Clone, Model)]
struct Thing {
    id: Attr<String>,
    name: Attr<String>,
    policy: Attr<String>,
    size: Attr<i64>,
}

#[derive(Clone, Model)]
struct Identity {
    id: Attr<String>,
}

/// What the resource does in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behaviour {
    Well,
    FailBefore,
    FailAfter,
    PanicAfter,
    LeaveUnknown,
    ChangePlanned,
    /// What is known of the plan is not yet there when it fails.
    FailHalfway,
    IdentityUnknown,
    Gone,
    ReplaceForName,
    PanicInIdentity,
    UntilStopped,
    /// An import leaves all that it can to the read.
    ImportLittle,
}

struct Things {
    behaviour: Behaviour,
    seen: Mutex<Vec<String>>,
}

impl Things {
    fn see(&self, what: impl Into<String>) {
        self.seen.lock().unwrap().push(what.into());
    }

    fn operate(&self, cx: &mut ResourceContext<'_, &'static Self>, plan: Thing) -> Result<Thing> {
        cx.private += 1;
        let failure = || Err(Diagnostic::error("Remote failure", "It failed.").into());
        let mut state = Thing { id: "1".into(), ..plan };
        match self.behaviour {
            Behaviour::Well
            | Behaviour::Gone
            | Behaviour::ReplaceForName
            | Behaviour::PanicInIdentity
            | Behaviour::IdentityUnknown
            | Behaviour::UntilStopped
            | Behaviour::ImportLittle => Ok(state),
            Behaviour::FailBefore => failure(),
            Behaviour::FailAfter => {
                cx.reached(state);
                failure()
            }
            Behaviour::PanicAfter => {
                cx.reached(state);
                panic!("hunter2")
            }
            Behaviour::FailHalfway => {
                let (name, size) = ("draft".into(), Attr::unknown());
                cx.reached(Thing { id: Attr::unknown(), name, size, ..state });
                failure()
            }
            Behaviour::LeaveUnknown => {
                state.id = Attr::unknown();
                Ok(state)
            }
            Behaviour::ChangePlanned => {
                state.name = "other".into();
                Ok(state)
            }
        }
    }
}

impl Resource for &'static Things {
    const TYPE_NAME: &'static str = "test_thing";
    type Data = ();
    type Model = Thing;
    type Identity = Identity;
    type Private = u32;

    fn schema(&self) -> Schema {
        Schema::new("A thing.")
            .version(2)
            .computed("id", string("The id."))
            .required(
                "name",
                string("The name.").replace().equal_when(Equality::text(|left, _| {
                    assert!(left != "unspeakable", "hunter2");
                    false
                })),
            )
            .optional("policy", string("The policy.").default("prevent"))
            .optional("size", integer("The size."))
    }

    fn identity_schema(&self) -> IdentitySchema {
        IdentitySchema::none().version(1).required("id", Type::String, "The id.")
    }

    fn identity(&self, state: &Thing) -> Result<Identity> {
        assert!(self.behaviour != Behaviour::PanicInIdentity, "hunter2");
        let unknown = self.behaviour == Behaviour::IdentityUnknown;
        Ok(Identity { id: if unknown { Attr::unknown() } else { state.id.clone() } })
    }

    fn plan(&self, plan: &mut Plan<'_, Self>) -> Result<()> {
        self.see(format!("plan {:?} private {}", plan.kind, plan.private));
        if self.behaviour == Behaviour::ReplaceForName {
            plan.require_replacement("name");
        }
        Ok(())
    }

    async fn preflight(&self, _: &mut Context<'_, ()>, change: Change<'_, Self>) -> Result<()> {
        self.see(match change {
            Change::Create { .. } => "preflight create".to_owned(),
            Change::Recreate { private, .. } => format!("preflight recreate private {private}"),
            Change::Update { private, .. } => format!("preflight update private {private}"),
            Change::Destroy { private, .. } => format!("preflight destroy private {private}"),
        });
        match self.behaviour {
            Behaviour::FailBefore => Err(Diagnostic::error("Refused", "Not now.").into()),
            _ => Ok(()),
        }
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: Thing) -> Result<Thing> {
        let state = self.operate(cx, plan)?;
        if self.behaviour == Behaviour::UntilStopped {
            cx.reached(state);
            cx.stop().cancelled().await;
            return Err(Diagnostic::error("Interrupted", "It is not ready yet.").into());
        }
        Ok(state)
    }

    async fn read(&self, cx: &mut ResourceContext<'_, Self>, state: Thing) -> Result<Option<Thing>> {
        match self.behaviour {
            Behaviour::Gone => Ok(None),
            Behaviour::UntilStopped => std::future::pending().await,
            _ => self.operate(cx, state).map(Some),
        }
    }

    async fn update(&self, cx: &mut ResourceContext<'_, Self>, _: Thing, plan: Thing) -> Result<Thing> {
        self.operate(cx, plan)
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: Thing) -> Result<()> {
        self.see(format!("delete private {}", cx.private));
        self.operate(cx, state).map(drop)
    }

    async fn import(&self, _: &mut ResourceContext<'_, Self>, target: ImportTarget<Identity>) -> Result<Thing> {
        let id = match target {
            ImportTarget::Id(id) => id.into(),
            ImportTarget::Identity(identity) => identity.id,
        };
        let id = if self.behaviour == Behaviour::ImportLittle { Attr::Null } else { id };
        Ok(Thing { id, name: "a".into(), policy: Attr::Null, size: Attr::Null })
    }

    fn identity_upgrades(&self) -> Vec<Upgrade> {
        #[derive(Model)]
        struct Version0 {
            name: Attr<String>,
        }
        vec![Upgrade::new(0, |old: Version0| Ok(Identity { id: old.name }))]
    }

    fn moves(&self) -> Vec<Move> {
        #[derive(Model)]
        struct Page {
            title: Attr<String>,
        }
        let source = MoveSource { provider: "acme/pages", type_name: "pages_page", version: 3 };
        vec![Move::new(source, |page: Page| {
            Ok(Thing { id: "1".into(), name: page.title, policy: Attr::Null, size: Attr::Null })
        })]
    }

    fn upgrades(&self) -> Vec<Upgrade> {
        #[derive(Model)]
        struct Version0 {
            title: Attr<String>,
        }
        #[derive(Model)]
        struct Version1 {
            name: Attr<String>,
        }
        vec![
            Upgrade::new(1, |old: Version1| {
                Ok(Thing { id: Attr::Null, name: old.name, policy: Attr::Null, size: Attr::Null })
            }),
            Upgrade::new(0, |old: Version0| Ok(Version1 { name: old.title })),
        ]
    }
}

impl DataSource for &'static Things {
    const TYPE_NAME: &'static str = "test_thing";
    type Data = ();
    type Model = Thing;

    fn schema(&self) -> Schema {
        Resource::schema(self)
    }

    async fn read(&self, _: &mut Context<'_, ()>, config: Thing) -> Result<Thing> {
        let id = if self.behaviour == Behaviour::LeaveUnknown { Attr::unknown() } else { "1".into() };
        Ok(Thing { id, ..config })
    }
}

struct TestProvider(&'static Things);

#[derive(Model)]
struct Config {
    token: Attr<String>,
    region: Attr<String>,
}

impl Provider for TestProvider {
    type Model = Config;
    type Data = ();

    fn about(&self) -> About {
        About { name: "test", address: "test/test", version: "0.0.0", description: "A test.", log_targets: &[] }
    }

    fn schema(&self) -> Schema {
        Schema::new("").optional("token", string("")).optional("region", string("").default("eu"))
    }

    fn register(&self, registry: &mut Registry<()>) {
        registry.resource(self.0).data_source(self.0);
    }

    async fn configure(&self, cx: &mut ConfigureContext, config: Config) -> Result<()> {
        if config.token.as_str() == Some("slow") {
            cx.stop().cancelled().await;
            std::future::pending::<()>().await;
        }
        config.token.get_optional()?;
        self.0.see(format!("configured for {}", config.region.get()?));
        Ok(())
    }
}

fn engine(behaviour: Behaviour) -> (Engine<TestProvider>, &'static Things) {
    let things: &'static Things = Box::leak(Box::new(Things { behaviour, seen: Mutex::default() }));
    (Engine::new(TestProvider(things)), things)
}

async fn configured(behaviour: Behaviour) -> (Engine<TestProvider>, &'static Things) {
    let (engine, things) = engine(behaviour);
    engine.configure_provider("1.11.4".into(), provider_config(Value::Null)).await.unwrap();
    assert_eq!(things.seen.lock().unwrap().drain(..).collect::<Vec<_>>(), ["configured for eu"], "a default");
    (engine, things)
}

fn provider_config(token: Value) -> Value {
    Value::object([("token", token), ("region", Value::Null)])
}

fn thing(id: Value, name: &str) -> Value {
    Value::object([("id", id), ("name", name.into()), ("policy", "prevent".into()), ("size", Value::Null)])
}

fn config(name: &str) -> Value {
    Value::object([("id", Value::Null), ("name", name.into()), ("policy", Value::Null), ("size", Value::Null)])
}

fn summary(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.iter().map(|d| format!("{:?}: {}", d.severity, d.summary)).collect()
}

async fn apply(behaviour: Behaviour, prior: Value, planned: Value) -> apply_resource_change::Response {
    let (engine, _) = configured(behaviour).await;
    let request = apply_resource_change::Request {
        config: planned.clone(),
        prior,
        planned,
        private: Vec::new(),
        identity: None,
        meta: Value::Null,
    };
    engine.apply_resource_change("test_thing", request).await.unwrap()
}

#[tokio::test]
async fn a_create_keeps_what_it_reached_and_does_not_taint_it() {
    let planned = || thing(Value::unknown(), "a");
    let made = thing("1".into(), "a");
    let cases = [
        (Behaviour::Well, made.clone(), vec![]),
        (Behaviour::FailBefore, Value::Null, vec!["Error: Remote failure"]),
        (Behaviour::FailAfter, made.clone(), vec!["Warning: Remote failure"]),
        (Behaviour::PanicAfter, made.clone(), vec!["Warning: Bug in the provider"]),
        // Of the state, and of the identity that follows from it.
        (
            Behaviour::LeaveUnknown,
            thing(Value::Null, "a"),
            vec!["Error: Bug in the provider", "Warning: Bug in the provider"],
        ),
        (Behaviour::FailHalfway, thing(Value::Null, "a"), vec!["Warning: Remote failure"]),
        (Behaviour::IdentityUnknown, made.clone(), vec!["Warning: Bug in the provider"]),
        (Behaviour::ChangePlanned, thing("1".into(), "other"), vec!["Error: Bug in the provider"]),
    ];
    for (behaviour, state, messages) in cases {
        let response = apply(behaviour, Value::Null, planned()).await;
        assert!(response.state == state, "{behaviour:?}: {:?}", response.state);
        assert_eq!(summary(&response.diagnostics), messages, "{behaviour:?}");
        assert!(!format!("{response:?}").contains("hunter2"), "a panic's message may be secret");
        assert_eq!(response.state.is_null(), response.private.is_empty(), "notes live as long as the state");
    }
}

#[tokio::test]
async fn an_update_answers_what_it_reached_with_the_error() {
    let prior = thing("0".into(), "a");
    let planned = thing("1".into(), "b");
    let cases = [
        (Behaviour::Well, planned.clone(), false),
        // Hosts keep what they have, the private bytes too.
        (Behaviour::FailBefore, Value::Null, true),
        (Behaviour::FailAfter, planned.clone(), true),
        (Behaviour::PanicAfter, planned.clone(), true),
    ];
    for (behaviour, state, failed) in cases {
        let response = apply(behaviour, prior.clone(), planned.clone()).await;
        assert!(response.state == state, "{behaviour:?}");
        assert_eq!(response.diagnostics.has_error(), failed, "{behaviour:?}");
        assert_eq!(response.state.is_null(), response.private.is_empty(), "notes live as long as the state");
    }
}

#[tokio::test]
async fn a_failed_delete_forgets_nothing() {
    let prior = thing("1".into(), "a");
    let cases = [
        (Behaviour::Well, Value::Null, false),
        // Hosts keep what they have, the private bytes too.
        (Behaviour::FailBefore, Value::Null, true),
        (Behaviour::FailAfter, prior.clone(), true),
    ];
    for (behaviour, state, failed) in cases {
        let response = apply(behaviour, prior.clone(), Value::Null).await;
        assert!(response.state == state, "{behaviour:?}");
        assert_eq!(response.diagnostics.has_error(), failed, "{behaviour:?}");
        assert_eq!(response.state.is_null(), response.private.is_empty(), "notes live as long as the state");
    }
}

#[tokio::test]
async fn the_delete_half_of_a_replacement_has_the_notes_of_what_it_ends() {
    let (engine, things) = configured(Behaviour::Well).await;
    let prior = thing("1".into(), "a");
    let update = plan(&engine, prior.clone(), config("b"), br#"{"tfplugin":1,"notes":7}"#).await.unwrap();
    let create = plan(&engine, Value::Null, config("b"), &update.private).await.unwrap();
    let request = apply_resource_change::Request {
        prior,
        planned: Value::Null,
        config: Value::Null,
        private: create.private,
        identity: None,
        meta: Value::Null,
    };
    engine.apply_resource_change("test_thing", request).await.unwrap();
    assert_eq!(things.seen.lock().unwrap().last().unwrap(), "delete private 7");
}

async fn plan(
    engine: &Engine<TestProvider>,
    prior: Value,
    wanted: Value,
    private: &[u8],
) -> Result<plan_resource_change::Response> {
    let request = plan_resource_change::Request {
        prior,
        proposed: wanted.clone(),
        config: wanted,
        private: private.to_vec(),
        planned_private: Vec::new(),
        identity: None,
        meta: Value::Null,
        deferral_allowed: false,
    };
    engine.plan_resource_change("test_thing", request).await
}

#[tokio::test]
async fn a_replacement_is_told_from_a_create() {
    let (engine, things) = configured(Behaviour::Well).await;
    let prior = thing("1".into(), "a");
    let private = br#"{"tfplugin":1,"notes":7}"#;
    let first = plan(&engine, prior, config("b"), private).await.unwrap();
    assert_eq!(first.requires_replace, ["name".into()]);
    let second = plan(&engine, Value::Null, config("b"), private).await.unwrap();
    assert!(second.planned == thing(Value::unknown(), "b"));
    plan(&engine, Value::Null, config("b"), b"").await.unwrap();
    assert_eq!(
        *things.seen.lock().unwrap(),
        [
            "plan Update private 7",
            "plan Recreate private 0",
            "preflight recreate private 7",
            "plan Create private 0",
            "preflight create",
        ]
    );
}

#[tokio::test]
async fn a_replacement_for_what_does_not_change_is_an_update() {
    let (engine, things) = configured(Behaviour::ReplaceForName).await;
    let Value::Map(mut larger) = config("a") else { unreachable!() };
    larger.insert("size".into(), Value::from(2));
    let planned = plan(&engine, thing("1".into(), "a"), Value::Map(larger), b"").await.unwrap();
    assert!(planned.requires_replace.is_empty());
    assert_eq!(*things.seen.lock().unwrap(), ["plan Update private 0", "preflight update private 0"]);
}

#[tokio::test]
async fn nothing_is_looked_at_where_nothing_changes() {
    let (engine, things) = configured(Behaviour::FailBefore).await;
    let state = thing("1".into(), "a");
    let response = plan(&engine, state.clone(), config("a"), b"").await.unwrap();
    assert!(response.planned == state);
    assert_eq!(*things.seen.lock().unwrap(), ["plan Update private 0"]);
}

#[tokio::test]
async fn a_destroy_is_looked_at_while_planning() {
    let (engine, things) = configured(Behaviour::FailBefore).await;
    let refused = plan(&engine, thing("1".into(), "a"), Value::Null, b"").await.unwrap_err();
    assert_eq!(summary(&refused), ["Error: Refused"]);
    assert_eq!(*things.seen.lock().unwrap(), ["preflight destroy private 0"]);
}

#[tokio::test]
async fn an_unknown_configuration_is_no_failure_before_it_must_be() {
    let (engine, _) = engine(Behaviour::Well);
    engine.configure_provider("1.11.4".into(), provider_config(Value::unknown())).await.unwrap();
    let planned = plan(&engine, Value::Null, config("a"), b"").await.unwrap();
    assert_eq!(planned.deferred, None);
    let read = |deferral_allowed| {
        let state = thing("1".into(), "a");
        engine.read_resource(
            "test_thing",
            read_resource::Request { state, private: Vec::new(), identity: None, meta: Value::Null, deferral_allowed },
        )
    };
    assert_eq!(read(true).await.ok().unwrap().deferred, Some(Deferred));
    let refused = read(false).await.err().unwrap();
    assert!(refused.iter().next().unwrap().detail.contains("`token`"), "{refused:?}");
}

#[tokio::test]
async fn a_read_answers_gone_or_the_state_with_its_notes() {
    for (behaviour, expected) in [(Behaviour::Well, Some(Value::from("1"))), (Behaviour::Gone, None)] {
        let (engine, _) = configured(behaviour).await;
        let request = read_resource::Request {
            state: thing("0".into(), "a"),
            private: br#"{"tfplugin":1,"notes":7}"#.to_vec(),
            identity: None,
            meta: Value::Null,
            deferral_allowed: false,
        };
        let response = engine.read_resource("test_thing", request).await.ok().unwrap();
        assert_eq!(response.state.is_null(), expected.is_none());
        if let Some(id) = expected {
            assert!(response.state.attribute("id") == &id);
            assert_eq!(response.private, br#"{"tfplugin":1,"notes":8}"#);
        }
    }
}

#[tokio::test]
async fn an_interrupt_ends_what_reads_and_only_what_runs() {
    let (engine, _) = configured(Behaviour::UntilStopped).await;
    let read = || {
        let request = read_resource::Request {
            state: thing("1".into(), "a"),
            private: Vec::new(),
            identity: None,
            meta: Value::Null,
            deferral_allowed: false,
        };
        engine.read_resource("test_thing", request)
    };
    // A process that was started by hand outlives the run that is interrupted.
    for _ in 0..2 {
        let (read, ()) = tokio::join!(read(), async { engine.stop_provider() });
        assert_eq!(summary(&read.err().unwrap()), ["Error: Interrupted"]);
    }
    let source = engine.read_data_source("test_thing", config("a"), Value::Null, false);
    assert!(source.await.is_ok(), "what begins later runs");
}

#[tokio::test]
async fn an_interrupt_ends_a_configuration() {
    let (engine, _) = engine(Behaviour::UntilStopped);
    let configure = |token: &str| engine.configure_provider("1.11.4".into(), provider_config(token.into()));
    let (configured, ()) = tokio::join!(configure("slow"), async { engine.stop_provider() });
    assert_eq!(summary(&configured.unwrap_err()), ["Error: Interrupted"]);
    assert!(configure("quick").await.is_ok());
}

#[tokio::test]
async fn an_interrupt_asks_a_running_change_to_end_and_saves_it() {
    let (engine, _) = configured(Behaviour::UntilStopped).await;
    let planned = thing(Value::unknown(), "a");
    let request = apply_resource_change::Request {
        prior: Value::Null,
        config: planned.clone(),
        planned,
        private: Vec::new(),
        identity: None,
        meta: Value::Null,
    };
    let (applied, ()) =
        tokio::join!(engine.apply_resource_change("test_thing", request), async { engine.stop_provider() });
    let applied = applied.unwrap();
    assert!(applied.state == thing("1".into(), "a"));
    assert_eq!(summary(&applied.diagnostics), ["Warning: Interrupted"]);
}

#[tokio::test]
async fn an_apply_is_never_deferred_and_forgets_nothing() {
    let (engine, _) = engine(Behaviour::Well);
    engine.configure_provider("1.15.5".into(), provider_config(Value::unknown())).await.unwrap();
    let planned = thing("1".into(), "b");
    let request = apply_resource_change::Request {
        prior: thing("1".into(), "a"),
        config: planned.clone(),
        planned,
        private: Vec::new(),
        identity: None,
        meta: Value::Null,
    };
    let refused = engine.apply_resource_change("test_thing", request).await.unwrap_err();
    assert_eq!(summary(&refused), ["Error: Provider configuration not known yet"], "hosts keep what they have");
}

#[tokio::test]
async fn an_identity_does_not_mean_existence() {
    let (engine, _) = configured(Behaviour::Well).await;
    let request = plan_resource_change::Request {
        prior: Value::Null,
        proposed: config("a"),
        config: config("a"),
        private: br#"{"tfplugin":1,"notes":7}"#.to_vec(),
        planned_private: Vec::new(),
        identity: Some(Value::object([("id", Value::from("of the old object"))])),
        meta: Value::Null,
        deferral_allowed: false,
    };
    assert!(engine.plan_resource_change("test_thing", request).await.unwrap().identity.is_none());
}

#[tokio::test]
async fn an_import_fills_defaults() {
    let (engine, _) = configured(Behaviour::Well).await;
    let identity = Value::object([("id", Value::from("9"))]);
    for target in [ImportTarget::Id("9".into()), ImportTarget::Identity(identity.clone())] {
        let response = engine.import_resource_state("test_thing", target, false).await.ok().unwrap();
        let imported = response.imported.unwrap();
        assert!(imported.state == thing("9".into(), "a"));
        assert!(imported.identity.as_ref() == Some(&identity));
        assert!(!imported.private.is_empty());
    }
}

#[tokio::test]
async fn an_import_leaves_the_identity_to_the_read_unless_it_was_given() {
    let (engine, _) = configured(Behaviour::ImportLittle).await;
    let given = Value::object([("id", Value::from("1"))]);
    let cases = [(ImportTarget::Id("1".into()), None), (ImportTarget::Identity(given.clone()), Some(given.clone()))];
    for (target, expected) in cases {
        let imported = engine.import_resource_state("test_thing", target, false).await.ok().unwrap().imported.unwrap();
        assert!(imported.identity == expected, "{:?}", imported.identity);
        let request = read_resource::Request {
            state: imported.state,
            private: imported.private,
            identity: imported.identity,
            meta: Value::Null,
            deferral_allowed: false,
        };
        let read = engine.read_resource("test_thing", request).await.ok().unwrap();
        assert!(read.identity.as_ref() == Some(&given));
    }
}

#[tokio::test]
async fn an_identity_is_echoed_and_must_stay() {
    let (engine, _) = configured(Behaviour::Well).await;
    let read = |identity: &str| {
        let request = read_resource::Request {
            state: thing("1".into(), "a"),
            private: Vec::new(),
            identity: Some(Value::object([("id", identity.into())])),
            meta: Value::Null,
            deferral_allowed: false,
        };
        engine.read_resource("test_thing", request)
    };
    let same = read("1").await.ok().unwrap();
    assert!(same.identity.unwrap().attribute("id").as_str() == Some("1"));
    let changed = read("0").await.err().unwrap();
    assert_eq!(summary(&changed), ["Error: Bug in the provider"]);

    let failed = apply(Behaviour::FailBefore, thing("1".into(), "a"), thing("1".into(), "b")).await;
    assert!(failed.diagnostics.has_error() && failed.identity.is_none(), "none was sent, none is made up");
}

#[tokio::test]
async fn an_identity_is_wholly_known_wherever_it_leaves() {
    let (engine, _) = configured(Behaviour::IdentityUnknown).await;
    let request = read_resource::Request {
        state: thing("1".into(), "a"),
        private: Vec::new(),
        identity: None,
        meta: Value::Null,
        deferral_allowed: false,
    };
    let read = engine.read_resource("test_thing", request).await.err().unwrap();
    let imported = engine.import_resource_state("test_thing", ImportTarget::Id("1".into()), false).await.err().unwrap();
    let updated = apply(Behaviour::IdentityUnknown, thing("1".into(), "a"), thing("1".into(), "b")).await;
    assert!(updated.state == thing("1".into(), "b") && updated.identity.is_none());
    for report in [read, imported, updated.diagnostics] {
        let details: Vec<_> = report.iter().map(|diagnostic| diagnostic.detail.as_str()).collect();
        assert!(matches!(details[..], [detail] if detail.contains("`id` of its identity is unknown")), "{details:?}");
    }
}

#[tokio::test]
async fn what_is_known_of_a_value_must_hold_when_its_create_has_reached_it() {
    let refined = Value::refined(crate::value::Refinement::prefix("a:"));
    let planned = thing(refined, "a");
    // A null has no such beginning, and hosts would say so: the only way out is a value at `reached`.
    let response = apply(Behaviour::FailHalfway, Value::Null, planned).await;
    assert_eq!(summary(&response.diagnostics), ["Warning: Remote failure", "Error: Bug in the provider"]);
    assert_eq!(response.diagnostics.iter().last().unwrap().path, Some("id".into()));
}

#[test]
fn an_identity_is_upgraded_and_null_where_none_was_stored() {
    let (engine, _) = engine(Behaviour::Well);
    let upgrade = |version, json: &str| engine.upgrade_resource_identity("test_thing", version, json.as_bytes());
    for json in ["", "{}", "null"] {
        assert!(upgrade(0, json).unwrap().is_null(), "{json}");
    }
    let expected = Value::object([("id", Value::from("1"))]);
    assert!(upgrade(1, r#"{"id":"1"}"#).unwrap() == expected);
    assert!(upgrade(0, r#"{"name":"1"}"#).unwrap() == expected);
    assert_eq!(summary(&upgrade(2, r#"{"id":"1"}"#).unwrap_err()), ["Error: Identity of a newer provider"]);
    assert_eq!(summary(&upgrade(1, r#"{"id":{}}"#).unwrap_err()), ["Error: Unreadable identity"]);
}

#[test]
fn an_object_of_another_type_is_taken_over() {
    let (engine, _) = engine(Behaviour::Well);
    let moved = |provider: &str, version| {
        let json = br#"{"title":"a","theirs":[1]}"#;
        let request = move_resource_state::Request { provider, source_type: "pages_page", version, json };
        engine.move_resource_state("test_thing", &request)
    };
    for registry in ["registry.terraform.io", "registry.opentofu.org"] {
        let response = moved(&format!("{registry}/acme/pages"), 3).unwrap();
        assert!(response.state == thing("1".into(), "a"), "with defaults");
        assert!(response.identity.unwrap() == Value::object([("id", Value::from("1"))]));
        assert_eq!(response.private, br#"{"tfplugin":1,"notes":0}"#);
    }
    for (provider, version) in [("registry.terraform.io/other/pages", 3), ("registry.terraform.io/acme/pages", 4)] {
        assert_eq!(summary(&moved(provider, version).err().unwrap()), ["Error: Move not supported"]);
    }
}

#[tokio::test]
async fn a_panic_beside_a_create_does_not_lose_what_it_reached() {
    let nameless = apply(Behaviour::PanicInIdentity, Value::Null, thing(Value::unknown(), "a")).await;
    assert!(nameless.state == thing("1".into(), "a"));
    assert_eq!(summary(&nameless.diagnostics), ["Warning: Bug in the provider"]);
    let misspelled = apply(Behaviour::ChangePlanned, Value::Null, thing(Value::unknown(), "unspeakable")).await;
    assert!(misspelled.state == thing("1".into(), "unspeakable"), "as planned, until it is read");
    assert_eq!(summary(&misspelled.diagnostics), ["Warning: Bug in the provider"]);
    assert!(!format!("{:?}", misspelled.diagnostics).contains("hunter2"));
}

#[tokio::test]
async fn a_data_source_answers_wholly_known() {
    for (behaviour, well) in [(Behaviour::Well, true), (Behaviour::LeaveUnknown, false)] {
        let (engine, _) = configured(behaviour).await;
        let response = engine.read_data_source("test_thing", config("a"), Value::Null, false).await;
        assert_eq!(response.is_ok(), well, "{behaviour:?}");
        let default = response.map(|response| response.state.attribute("policy").clone());
        assert!(default.is_ok_and(|default| default == "prevent".into()) == well, "with defaults");
    }
}

#[test]
fn states_are_upgraded_step_by_step() {
    let (engine, _) = engine(Behaviour::Well);
    let expected = thing(Value::Null, "a");
    for (version, json) in [(0, r#"{"title":"a"}"#), (1, r#"{"name":"a"}"#), (2, r#"{"name":"a","gone":1}"#)] {
        let state = engine.upgrade_resource_state("test_thing", version, json.as_bytes()).unwrap();
        assert!(state == expected, "from version {version}");
    }
    let newer = engine.upgrade_resource_state("test_thing", 3, b"{}").unwrap_err();
    assert_eq!(summary(&newer), ["Error: State of a newer provider"]);
    let broken = engine.upgrade_resource_state("test_thing", 2, br#"{"size":{}}"#).unwrap_err();
    assert_eq!(broken.iter().next().unwrap().path, Some("size".into()));
}

#[test]
fn validation_tells_the_rules_of_attributes_first() {
    let (engine, _) = engine(Behaviour::Well);
    let Value::Map(mut config) = config("a") else { unreachable!() };
    config.insert("size".into(), Value::Number("1.5".parse().unwrap()));
    let report = engine.validate_resource_config("test_thing", &Value::Map(config), true).unwrap();
    assert_eq!(summary(&report), ["Error: Invalid value for `size`"]);
    assert!(engine.validate_resource_config("test_nothing", &Value::Null, true).is_err());
}
