//! What a person sees who runs the binary by hand.

use std::error::Error;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;

use super::About;
use super::handshake::Refusal;

/// What the arguments ask for. A host gives none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Invocation {
    Plugin,
    Debug,
    Help,
    Version,
    /// The first argument that means nothing here.
    Unknown(String),
}

impl Invocation {
    pub(super) fn of(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let mut invocation = Self::Plugin;
        for argument in arguments {
            // One dash as well: that is how Go providers take them.
            invocation = match argument.to_str() {
                Some("--debug" | "-debug") => Self::Debug,
                Some("--help" | "-help" | "-h") => return Self::Help,
                Some("--version" | "-version" | "-V") => return Self::Version,
                _ => return Self::Unknown(argument.to_string_lossy().into_owned()),
            };
        }
        invocation
    }
}

/// The exit code for arguments that were not understood.
const USAGE: u8 = 2;

pub(super) fn help(about: &About) -> ExitCode {
    let About { description, .. } = about;
    let binary = about.binary();
    say(
        io::stdout(),
        &format!(
            "{description}.\n\n{usage}\n\
             Options:\n\
             \x20 --debug    wait for hosts to attach, and print how they do\n\
             \x20 --version  print the version\n\
             \x20 --help     print this text\n\n\
             Logs go to the host: set TF_LOG, TF_LOG_PROVIDER or {own_log} to trace, debug, info, warn or error.\n",
            usage = usage(about, &binary),
            own_log = super::logs::own_variable(about),
        ),
    );
    ExitCode::SUCCESS
}

pub(super) fn version(about: &About) -> ExitCode {
    say(io::stdout(), &format!("{} v{}\n", about.binary(), about.version));
    ExitCode::SUCCESS
}

pub(super) fn unknown(about: &About, argument: &str) -> ExitCode {
    let binary = about.binary();
    say(io::stderr(), &format!("{binary}: unknown argument `{argument}`; `{binary} --help` lists what there is\n"));
    ExitCode::from(USAGE)
}

/// No host, or one that this provider cannot serve.
pub(super) fn refuse(about: &About, refusal: &Refusal) -> ExitCode {
    match refusal {
        Refusal::Person => {
            say(io::stderr(), &usage(about, &about.binary()));
            ExitCode::FAILURE
        }
        other => fail(about, other),
    }
}

/// A failure to start, with its causes. The host passes it on.
pub(super) fn fail(about: &About, error: &dyn Error) -> ExitCode {
    let mut text = format!("{}: {error}", about.binary());
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing into a string does not fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text.push('\n');
    say(io::stderr(), &text);
    ExitCode::FAILURE
}

fn usage(about: &About, binary: &str) -> String {
    format!(
        "{binary} is a plugin: it does nothing by itself, Terraform and OpenTofu start it.\n\
         Name it in a configuration and run `terraform init` or `tofu init`:\n\n\
         \x20 terraform {{\n\
         \x20   required_providers {{\n\
         \x20     {name} = {{\n\
         \x20       source  = \"{source}\"\n\
         \x20       version = \"{version}\"\n\
         \x20     }}\n\
         \x20   }}\n\
         \x20 }}\n",
        name = about.name,
        source = about.source(),
        version = about.version,
    )
}

/// Nobody is left to tell about a stream that cannot be written to.
fn say(mut stream: impl io::Write, text: &str) {
    let _ = stream.write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        let cases: [(&[&str], Invocation); 8] = [
            (&[], Invocation::Plugin),
            (&["--debug"], Invocation::Debug),
            (&["-debug"], Invocation::Debug),
            (&["-h"], Invocation::Help),
            (&["--debug", "--help"], Invocation::Help),
            (&["--version"], Invocation::Version),
            (&["plan"], Invocation::Unknown("plan".to_owned())),
            (&["--debug", "--verbose"], Invocation::Unknown("--verbose".to_owned())),
        ];
        for (arguments, expected) in cases {
            assert_eq!(Invocation::of(arguments.iter().map(OsString::from)), expected, "{arguments:?}");
        }
    }
}
