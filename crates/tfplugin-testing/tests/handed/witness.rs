//! The witness: the example provider, with marks in its private bytes.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tfplugin::serve::{About, run};
use tfplugin::value::{Type, Value};
use tfplugin_proto::tfplugin6::provider_server::Provider;
use tfplugin_proto::tfplugin6::{
    Diagnostic, DynamicValue, ResourceIdentityData, apply_resource_change, configure_provider, diagnostic,
    get_provider_schema, get_resource_identity_schemas, plan_resource_change, read_resource, stop_provider,
    upgrade_resource_state, validate_provider_config, validate_resource_config,
};
use tfplugin_testing::{Relay, Schemas};
use tokio::sync::OnceCell;
use tonic::{Request, Response, Status};

/// The variable that says where the example provider is.
pub(crate) const EXAMPLE: &str = "TFPLUGIN_WITNESS_OF";
/// The variable that names the folder of the files below.
pub(crate) const NOTES: &str = "TFPLUGIN_WITNESS_NOTES";
/// What was applied, line by line.
pub(crate) const JOURNAL: &str = "journal";
/// The change that fails, where there is one: `create`, which then makes nothing, `create half-way` or `destroy`.
pub(crate) const FAILURE: &str = "failure";

const ENTRY: &str = "keyvalue_entry";
/// Between the example's own private bytes, which are JSON, and the mark.
const MARK: u8 = b'\n';
/// Between a step and the one whose mark it was given.
const THEN: &str = " <- ";
/// Before the mark that an earlier plan handed to a step.
const BESIDE: &str = " | ";

struct Witness {
    relay: Arc<Relay>,
    schemas: OnceCell<Schemas>,
}

/// The calls that are handed on as they are, and those that the witness looks at.
macro_rules! calls {
    (handed on: $($call:ident),+; looked at: $($seen:ident by $look:ident),+) => {
        #[tonic::async_trait]
        impl Provider for Witness {
            $(async fn $call(&self, request: Request<$call::Request>) -> Result<Response<$call::Response>, Status> {
                self.relay.provider().await?.$call(request.into_inner()).await
            })+
            $(async fn $seen(&self, request: Request<$seen::Request>) -> Result<Response<$seen::Response>, Status> {
                self.$look(request.into_inner()).await.map(Response::new)
            })+
        }
    };
}

calls! {
    handed on: get_provider_schema, get_resource_identity_schemas, validate_provider_config, configure_provider,
        validate_resource_config, upgrade_resource_state, stop_provider;
    looked at: read_resource by read, plan_resource_change by plan, apply_resource_change by apply
}

impl Witness {
    /// A read keeps the mark.
    async fn read(&self, mut request: read_resource::Request) -> Result<read_resource::Response, Status> {
        let (private, mark) = parted(&request.private);
        request.private = private.into();
        let mut answer = self.relay.provider().await?.read_resource(request).await?.into_inner();
        answer.private = marked(&answer.private, &mark).into();
        Ok(answer)
    }

    /// A plan says what it is for, in which process it was made, and which marks it was given.
    async fn plan(&self, mut request: plan_resource_change::Request) -> Result<plan_resource_change::Response, Status> {
        let change = self.change(request.prior_state.as_ref(), request.proposed_new_state.as_ref()).await?;
        let (private, mark) = parted(&request.prior_private);
        request.prior_private = private.into();
        let (private, earlier) = parted(&request.planned_private);
        request.planned_private = private.into();
        let mut answer = self.relay.provider().await?.plan_resource_change(request).await?.into_inner();
        let known = [(THEN, mark), (BESIDE, earlier)].into_iter().filter(|(_, mark)| !mark.is_empty());
        let known: String = known.map(|(from, mark)| from.to_owned() + &mark).collect();
        let mark = format!("{} {change}{known}", this_process());
        answer.planned_private = marked(&answer.planned_private, &mark).into();
        Ok(answer)
    }

    /// Writes down with which mark a change is made, and makes it or has it fail.
    async fn apply(
        &self,
        mut request: apply_resource_change::Request,
    ) -> Result<apply_resource_change::Response, Status> {
        let change = self.change(request.prior_state.as_ref(), request.planned_state.as_ref()).await?;
        let (private, mark) = parted(&request.planned_private);
        let identity = self.key_of_identity(request.planned_identity.as_ref()).await?;
        write(&format!("{change} [{identity}]{THEN}{}", told(&mark)))?;
        let (failure, verb) = (failure(), change.split(' ').next().unwrap_or_default());
        if failure == verb {
            // A host does not always send the identity, and one that is left out of the answer is lost.
            let kept = marked(&private, &format!("failed to {change}")).into();
            let (current_state, private) = (request.prior_state.clone(), private.into());
            let read =
                read_resource::Request { type_name: request.type_name, current_state, private, ..Default::default() };
            let read = self.relay.provider().await?.read_resource(read).await?.into_inner();
            return Ok(apply_resource_change::Response {
                new_state: request.prior_state,
                private: kept,
                new_identity: read.new_identity,
                diagnostics: vec![error()],
                ..Default::default()
            });
        }
        request.planned_private = private.into();
        let mut answer = self.relay.provider().await?.apply_resource_change(request).await?.into_inner();
        answer.private = marked(&answer.private, &change).into();
        if failure == format!("{verb} half-way") {
            answer.diagnostics.push(error());
        }
        Ok(answer)
    }

    async fn schemas(&self) -> Result<&Schemas, Status> {
        let read = || async {
            let schemas = Schemas::read(&mut self.relay.provider().await?).await;
            schemas.map_err(|error| Status::internal(error.to_string()))
        };
        self.schemas.get_or_try_init(read).await
    }

    /// What becomes of which entry: `create greeting`.
    async fn change(&self, prior: Option<&DynamicValue>, next: Option<&DynamicValue>) -> Result<String, Status> {
        let schemas = self.schemas().await?;
        let schema = schemas.resource(ENTRY).map_err(|error| Status::internal(error.to_string()))?;
        let (prior, next) = (key(prior, schema.object_type()), key(next, schema.object_type()));
        Ok(match (prior, next) {
            (None, Some(key)) => format!("create {key}"),
            (Some(key), Some(_)) => format!("update {key}"),
            (Some(key), None) => format!("destroy {key}"),
            (None, None) => "nothing".to_owned(),
        })
    }

    /// Empty where there is no identity.
    async fn key_of_identity(&self, identity: Option<&ResourceIdentityData>) -> Result<String, Status> {
        let ty = self.schemas().await?.identity(ENTRY);
        let data = identity.and_then(|identity| identity.identity_data.as_ref());
        Ok(ty.and_then(|ty| key(data, ty)).unwrap_or_default())
    }
}

/// The key in an object; none where there is no object.
fn key(value: Option<&DynamicValue>, ty: &Type) -> Option<String> {
    let value = Value::from_msgpack(&value?.msgpack, ty).ok()?;
    value.as_map().map(|_| value.attribute("key").as_str().unwrap_or("?").to_owned())
}

/// The private bytes without their mark, and the mark.
fn parted(private: &[u8]) -> (Vec<u8>, String) {
    let mut parts = private.splitn(2, |byte| *byte == MARK);
    let (own, mark) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    (own.to_vec(), String::from_utf8_lossy(mark).into_owned())
}

/// No private bytes stay none.
fn marked(private: &[u8], mark: &str) -> Vec<u8> {
    if private.is_empty() { Vec::new() } else { [private, &[MARK], mark.as_bytes()].concat() }
}

/// How a mark names the process that made it.
fn this_process() -> String {
    format!("@{}", std::process::id())
}

/// A mark for people: it says of each plan whether this process made it.
fn told(mark: &str) -> String {
    let here = this_process();
    let words = mark.split(' ').map(|word| if word == here { "plan here:" } else { word });
    let words = words.map(|word| if word.starts_with('@') { "plan before:" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

fn failure() -> String {
    fs::read_to_string(note(FAILURE)).unwrap_or_default()
}

fn error() -> Diagnostic {
    let severity = diagnostic::Severity::Error.into();
    Diagnostic { severity, summary: "It failed".to_owned(), ..Diagnostic::default() }
}

fn write(line: &str) -> Result<(), Status> {
    let file = OpenOptions::new().create(true).append(true).open(note(JOURNAL));
    let written = file.and_then(|mut file| writeln!(file, "{line}"));
    written.map_err(|error| Status::internal(format!("the journal cannot be written: {error}")))
}

fn note(name: &str) -> PathBuf {
    PathBuf::from(env::var_os(NOTES).unwrap_or_default()).join(name)
}

/// Runs the process of the witness.
pub(crate) fn serve() -> ExitCode {
    let about = About {
        name: "keyvalue",
        address: "registry.terraform.io/example/keyvalue",
        version: env!("CARGO_PKG_VERSION"),
        description: "The example provider behind a witness of what hosts hand on",
        log_targets: &[],
    };
    let relay = Arc::new(Relay::to(PathBuf::from(env::var_os(EXAMPLE).unwrap_or_default())));
    run(about, Witness { relay: Arc::clone(&relay), schemas: OnceCell::new() }, relay)
}
