use std::fmt;

use tfplugin::value::ValueError;
use tfplugin::{Diagnostic, Diagnostics};
use tonic::Status;

use super::Action;
use crate::HostError;
use crate::rules::Breach;
use crate::schema::ConfigurationError;

/// Why a session could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The process could not be driven, or answered a call with a status in place of a message.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The provider has no such thing.
    #[error("the provider has no {kind} `{name}`")]
    Unknown {
        /// What kind of thing.
        kind: &'static str,
        /// The name that was asked for.
        name: String,
    },
    /// A host would refuse the configuration without asking the provider.
    #[error("the configuration is none: {0}")]
    Configuration(#[from] ConfigurationError),
    /// A value of the test is of another type than its schema asks for.
    #[error("a value cannot be sent: {0}")]
    Value(#[from] ValueError),
    /// The provider answered with errors.
    #[error("{}refused:\n{}", Of(*call, type_name), Told(diagnostics))]
    Refused {
        /// The call.
        call: Call,
        /// What it was about.
        type_name: String,
        /// All that the provider said.
        diagnostics: Diagnostics,
    },
    /// A function answered with an error.
    #[error("{}refused: {error}", Of(Call::CallFunction, name))]
    Function {
        /// The function.
        name: String,
        /// What it said.
        error: super::FunctionError,
    },
    /// The answer broke rules of Terraform.
    #[error("{}broke a rule:\n{}", Of(*call, type_name), Listed(breaches))]
    Broken {
        /// The call.
        call: Call,
        /// What it was about.
        type_name: String,
        /// Which rules, and where.
        breaches: Vec<Breach>,
    },
    /// The provider put the answer off, which it was not allowed to.
    #[error("{}was deferred", Of(*call, type_name))]
    Deferred {
        /// The call.
        call: Call,
        /// What it was about.
        type_name: String,
    },
    /// An object that the test goes on with is not there any more.
    #[error("the object of `{type_name}` is gone")]
    Gone {
        /// The type of the object.
        type_name: String,
    },
    /// Another change was planned than the test asked for.
    #[error("expected to {expected} `{type_name}`, but the plan is to {planned}")]
    Planned {
        /// The type of the object.
        type_name: String,
        /// What the test asked for.
        expected: Action,
        /// What is planned.
        planned: Action,
    },
}

impl SessionError {
    /// The rules that were broken, and where; none where it is another error.
    #[must_use]
    pub fn breaches(&self) -> &[Breach] {
        if let Self::Broken { breaches, .. } = self { breaches } else { &[] }
    }

    /// What the provider said, where it refused.
    #[must_use]
    pub fn diagnostics(&self) -> Option<&Diagnostics> {
        if let Self::Refused { diagnostics, .. } = self { Some(diagnostics) } else { None }
    }
}

impl From<Status> for SessionError {
    fn from(status: Status) -> Self {
        Self::Host(status.into())
    }
}

/// A call of the protocol, under its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in the protocol")]
#[non_exhaustive]
pub enum Call {
    GetProviderSchema,
    GetResourceIdentitySchemas,
    ValidateProviderConfig,
    ConfigureProvider,
    ValidateResourceConfig,
    UpgradeResourceState,
    ReadResource,
    PlanResourceChange,
    ApplyResourceChange,
    ImportResourceState,
    ValidateDataResourceConfig,
    ReadDataSource,
    ValidateEphemeralResourceConfig,
    OpenEphemeralResource,
    RenewEphemeralResource,
    CloseEphemeralResource,
    CallFunction,
    ValidateActionConfig,
    PlanAction,
    InvokeAction,
    Shutdown,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// The beginning of a sentence about a call.
struct Of<'a>(Call, &'a str);

impl fmt::Display for Of<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(call, type_name) = self;
        if type_name.is_empty() { write!(f, "{call} ") } else { write!(f, "{call} of `{type_name}` ") }
    }
}

struct Listed<'a>(&'a [Breach]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

struct Told<'a>(&'a Diagnostics);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tell = |diagnostic: &Diagnostic| {
            let place = diagnostic.path.as_ref().map(|path| format!(" (at `{path}`)")).unwrap_or_default();
            format!("{}{place}: {}", diagnostic.summary, diagnostic.detail)
        };
        let lines: Vec<String> = self.0.iter().map(tell).collect();
        f.write_str(&lines.join("\n"))
    }
}
