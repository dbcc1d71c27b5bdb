//! The table of resolvers, by type and field: what the contract's fields are attached to.

use std::any::Any;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::dynamic::{FieldFuture, FieldValue, ResolverContext, TypeRef};
use async_graphql::{ErrorExtensions as _, Value};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use super::contract::Coordinate;
use crate::auth::OnBehalfOf;
use crate::backend::Backend;
use crate::refusal::Refusal;
use crate::store::Account;

/// Who asks whom.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) backend: Arc<Backend>,
    pub(super) caller: Arc<Account>,
    pub(super) on_behalf_of: OnBehalfOf,
}

/// The parent of the fields of `Query` and `Mutation`.
#[derive(Debug)]
pub(super) struct Root;

/// The arguments of a field that has none.
#[derive(Debug, serde::Deserialize)]
pub(super) struct NoArguments {}

/// The arguments of a mutation.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Input<T> {
    pub(super) input: T,
}

/// What a field resolves to; none is null.
pub(super) type Output = Option<FieldValue<'static>>;

/// What can be the value of a field. A shared pointer stands for an object, whose own fields read from it.
pub(super) trait ToOutput {
    fn to_output(self) -> Output;
}

macro_rules! scalar_outputs {
    ($($name:ty),*) => {$(
        impl ToOutput for $name {
            fn to_output(self) -> Output {
                Some(FieldValue::value(Value::from(self)))
            }
        }
    )*};
}
scalar_outputs!(String, bool, i64);

impl ToOutput for &str {
    fn to_output(self) -> Output {
        self.to_owned().to_output()
    }
}

impl ToOutput for Timestamp {
    fn to_output(self) -> Output {
        self.to_string().to_output()
    }
}

impl<T: ToOutput> ToOutput for Option<T> {
    fn to_output(self) -> Output {
        self.and_then(ToOutput::to_output)
    }
}

impl<T: ToOutput> ToOutput for Vec<T> {
    fn to_output(self) -> Output {
        Some(FieldValue::list(self.into_iter().map(|item| item.to_output().unwrap_or(FieldValue::NULL))))
    }
}

impl<T: Any + Send + Sync> ToOutput for Arc<T> {
    fn to_output(self) -> Output {
        Some(FieldValue::owned_any(self))
    }
}

/// A resolver: the null that stands for a failure is the concern of whoever attaches it.
pub(super) type Resolver = Box<dyn for<'a> Fn(ResolverContext<'a>) -> FieldFuture<'a> + Send + Sync>;

/// All resolvers, until they are attached.
#[derive(Default)]
pub(super) struct Resolvers {
    by_coordinate: BTreeMap<Coordinate, Resolver>,
}

impl Resolvers {
    /// The resolvers of a type whose objects are read from a `T`.
    pub(super) fn object<T: Any + Send + Sync>(&mut self, type_name: &'static str) -> ObjectResolvers<'_, T> {
        ObjectResolvers { type_name, resolvers: self, parent: PhantomData }
    }

    /// Takes the resolver of a field out of the table.
    pub(super) fn take(&mut self, coordinate: &Coordinate) -> Option<Resolver> {
        self.by_coordinate.remove(coordinate)
    }

    /// Those that are still in the table.
    pub(super) fn coordinates(&self) -> impl Iterator<Item = &Coordinate> {
        self.by_coordinate.keys()
    }
}

/// The resolvers of one type.
pub(super) struct ObjectResolvers<'r, T> {
    type_name: &'static str,
    resolvers: &'r mut Resolvers,
    parent: PhantomData<fn(T)>,
}

impl<T: Any + Send + Sync> ObjectResolvers<'_, T> {
    /// A field that is read from the object itself.
    pub(super) fn plain<O: ToOutput>(
        &mut self,
        field: &'static str,
        read: impl Fn(&Arc<T>) -> O + Send + Sync + 'static,
    ) -> &mut Self {
        self.insert(
            field,
            Box::new(move |context| match context.parent_value.try_downcast_ref::<Arc<T>>() {
                Ok(parent) => FieldFuture::Value(read(parent).to_output()),
                Err(error) => FieldFuture::new(async move { Err::<Option<FieldValue<'_>>, _>(error) }),
            }),
        )
    }

    /// A field that is looked up or done in the backend, for the caller.
    pub(super) fn load<A, O, F>(
        &mut self,
        field: &'static str,
        load: impl Fn(Request, Arc<T>, A) -> F + Send + Sync + Clone + 'static,
    ) -> &mut Self
    where
        A: DeserializeOwned + Send,
        O: ToOutput + Send,
        F: Future<Output = Result<O, Refusal>> + Send,
    {
        self.insert(
            field,
            Box::new(move |context| {
                let load = load.clone();
                FieldFuture::new(async move {
                    let parent = Arc::clone(context.parent_value.try_downcast_ref::<Arc<T>>()?);
                    let arguments = Value::Object(context.args.as_index_map().clone());
                    let arguments = async_graphql::from_value(arguments).map_err(|error| {
                        async_graphql::Error::new(error.to_string())
                            .extend_with(|_, extensions| extensions.set("code", code::INVALID))
                    })?;
                    let request = context.data::<Request>()?.clone();
                    match load(request, parent, arguments).await {
                        Ok(output) => Ok(output.to_output()),
                        Err(refusal) => Err(to_graphql(&refusal)),
                    }
                })
            }),
        )
    }

    fn insert(&mut self, field: &'static str, resolver: Resolver) -> &mut Self {
        self.resolvers.by_coordinate.insert(Coordinate::new(self.type_name, field), resolver);
        self
    }
}

/// Makes a failed field null and its error one with a path, as GraphQL has it; async-graphql would leave the field out. A
/// field that cannot be null fails as async-graphql has it.
pub(super) fn failing_to_null(resolver: Resolver, field_type: &TypeRef) -> Resolver {
    if matches!(field_type, TypeRef::NonNull(_)) {
        return resolver;
    }
    Box::new(move |context| {
        let field = context.ctx;
        match resolver(context) {
            FieldFuture::Value(value) => FieldFuture::Value(value),
            FieldFuture::Future(future) => FieldFuture::new(async move {
                match future.await {
                    Ok(value) => Ok(value),
                    Err(error) => {
                        field.add_error(field.set_error_path(error.into_server_error(field.item.pos)));
                        Ok(None)
                    }
                }
            }),
        }
    })
}

/// The codes that are in the extensions of an error.
pub(super) mod code {
    pub(in crate::graphql) const PERMISSION: &str = "PERMISSION_ERROR";
    pub(in crate::graphql) const NOT_FOUND: &str = "NOT_FOUND";
    pub(in crate::graphql) const CONFLICT: &str = "CONFLICT";
    pub(in crate::graphql) const INVALID: &str = "BAD_USER_INPUT";
    pub(in crate::graphql) const INTERNAL: &str = "INTERNAL";
}

fn to_graphql(refusal: &Refusal) -> async_graphql::Error {
    let code = match refusal {
        Refusal::Forbidden(_) => code::PERMISSION,
        Refusal::NotFound(_) => code::NOT_FOUND,
        Refusal::Conflict(_) => code::CONFLICT,
        Refusal::Invalid(_) | Refusal::Precondition(_) => code::INVALID,
        Refusal::Store(_) | Refusal::NoRandomness(_) => code::INTERNAL,
    };
    async_graphql::Error::new(refusal.to_string()).extend_with(|_, extensions| extensions.set("code", code))
}
