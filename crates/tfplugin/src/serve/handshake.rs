//! What a host tells the process that it starts, in environment variables, and the one line that it reads in answer.

use std::num::ParseIntError;
use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};

use super::listener::{Address, Place};

/// The version of go-plugin's own protocol: how a plugin is started and announced.
const CORE_PROTOCOL: u32 = 1;
/// The version of Terraform's protocol that this SDK speaks.
const PROTOCOL: u32 = 6;

/// Proves nothing, but tells a host from a person: the same for every provider.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");
const VERSIONS: &str = "PLUGIN_PROTOCOL_VERSIONS";
const CLIENT_CERT: &str = "PLUGIN_CLIENT_CERT";
const MIN_PORT: &str = "PLUGIN_MIN_PORT";
const MAX_PORT: &str = "PLUGIN_MAX_PORT";
#[cfg(unix)]
const SOCKET_DIR: &str = "PLUGIN_UNIX_SOCKET_DIR";
#[cfg(unix)]
const SOCKET_GROUP: &str = "PLUGIN_UNIX_SOCKET_GROUP";
const MULTIPLEX: &str = "PLUGIN_MULTIPLEX_GRPC";
/// Ours: `1` makes the process listen on TCP also where there are unix sockets, so that this can be tested there.
#[cfg(any(unix, test))]
const FORCE_TCP: &str = "TFPLUGIN_FORCE_TCP";

/// Looks an environment variable up. Tests pass a map.
pub(crate) type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What a host wants of the process.
#[derive(Debug)]
pub(crate) struct Host {
    /// The only certificate that may connect.
    pub(super) certificate: CertificateDer<'static>,
    pub(super) place: Place,
    /// The host knows of multiplexed brokers and expects a word about them.
    pub(super) multiplex: bool,
}

/// Why the process does not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// No host has started this process.
    #[error("this is a plugin")]
    Person,
    #[error(
        "the host offers the plugin protocol versions `{offered}`, and this provider speaks version {PROTOCOL} only"
    )]
    NoSharedVersion { offered: String },
    /// Terraform leaves the certificate out when `TF_DISABLE_PLUGIN_TLS` is set. Without it any process of this
    /// machine could use the provider, and so the user's credentials.
    #[error(
        "the host sent no certificate in {CLIENT_CERT}, and this provider serves nobody without one (is TF_DISABLE_PLUGIN_TLS set?)"
    )]
    NoCertificate,
    #[error("the host's certificate in {CLIENT_CERT} is not a PEM certificate")]
    Certificate(#[source] pem::Error),
    #[error("the host named no port in {variable}")]
    NoPort { variable: &'static str },
    #[error("`{value}` in {variable} is not a port")]
    Port { variable: &'static str, value: String, source: ParseIntError },
}

impl Host {
    pub(crate) fn read(environment: &Environment<'_>) -> Result<Self, Refusal> {
        // Go plugins take a variable that is empty for one that is not set.
        let get = |name: &str| environment(name).filter(|value| !value.is_empty());
        if get(COOKIE.0).as_deref() != Some(COOKIE.1) {
            return Err(Refusal::Person);
        }
        let offered = get(VERSIONS).unwrap_or_default();
        if !offered.split(',').any(|version| version.trim().parse() == Ok(PROTOCOL)) {
            return Err(Refusal::NoSharedVersion { offered });
        }
        let certificate = get(CLIENT_CERT).ok_or(Refusal::NoCertificate)?;
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(Refusal::Certificate)?;
        Ok(Self { certificate, place: place(&get)?, multiplex: get(MULTIPLEX).is_some() })
    }
}

fn place(get: &Environment<'_>) -> Result<Place, Refusal> {
    #[cfg(unix)]
    if get(FORCE_TCP).as_deref() != Some("1") {
        return Ok(Place::Socket { folder: get(SOCKET_DIR).map(Into::into), group: get(SOCKET_GROUP) });
    }
    ports(get).map(Place::Loopback)
}

fn ports(get: &Environment<'_>) -> Result<RangeInclusive<u16>, Refusal> {
    let port = |variable: &'static str| {
        let value = get(variable).ok_or(Refusal::NoPort { variable })?;
        value.parse::<u16>().map_err(|source| Refusal::Port { variable, value, source })
    };
    Ok(port(MIN_PORT)?..=port(MAX_PORT)?)
}

/// The line that tells the host where to connect and whom to expect. Old hosts cannot read a seventh part, so whether
/// the broker multiplexes (it does not) is said only to a host that asked.
pub(super) fn line(address: &Address, certificate: &CertificateDer<'_>, multiplex: bool) -> String {
    let Address { network, target } = address;
    let certificate = STANDARD_NO_PAD.encode(certificate);
    let multiplex = if multiplex { "|false" } else { "" };
    format!("{CORE_PROTOCOL}|{PROTOCOL}|{network}|{target}|grpc|{certificate}{multiplex}\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::serve::certificate::ServerIdentity;

    /// What every host sets; a case overrides single variables, with an empty value to take one away.
    fn read(overrides: &[(&str, &str)]) -> Result<Host, Refusal> {
        let pem = pem();
        let mut variables = BTreeMap::from([
            (COOKIE.0, COOKIE.1),
            (VERSIONS, "5,6"),
            (MIN_PORT, "10000"),
            (MAX_PORT, "25000"),
            (CLIENT_CERT, pem.as_str()),
        ]);
        variables.extend(overrides.iter().copied());
        Host::read(&|name| variables.get(name).map(ToString::to_string))
    }

    fn pem() -> String {
        let certificate = ServerIdentity::generate().expect("a certificate").certificate;
        let base64 = base64::engine::general_purpose::STANDARD.encode(certificate);
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
    }

    #[test]
    fn what_is_refused_is_named() {
        let cases: [(&[(&str, &str)], &str); 9] = [
            (&[(COOKIE.0, "")], "this is a plugin"),
            (&[(COOKIE.0, "another")], "this is a plugin"),
            (&[(VERSIONS, "4,5")], "plugin protocol versions `4,5`"),
            (&[(VERSIONS, "")], "plugin protocol versions ``"),
            (&[(VERSIONS, "66,six")], "plugin protocol versions `66,six`"),
            (&[(CLIENT_CERT, "")], "sent no certificate"),
            (&[(CLIENT_CERT, "text")], "not a PEM certificate"),
            (&[(FORCE_TCP, "1"), (MIN_PORT, "")], "no port in PLUGIN_MIN_PORT"),
            (&[(FORCE_TCP, "1"), (MAX_PORT, "65536")], "`65536` in PLUGIN_MAX_PORT"),
        ];
        for (overrides, message) in cases {
            let refusal = read(overrides).expect_err("a refusal").to_string();
            assert!(refusal.contains(message), "{overrides:?}: {refusal}");
        }
    }

    #[test]
    fn version_six_is_chosen_wherever_it_stands() {
        for offered in ["6", "5,6", "6,7", "5, 6", "new,6"] {
            assert!(read(&[(VERSIONS, offered)]).is_ok(), "{offered}");
        }
    }

    #[test]
    fn the_place_follows_the_host() {
        let loopback = [(FORCE_TCP, "1"), (MIN_PORT, "7"), (MAX_PORT, "9")];
        assert_eq!(read(&loopback).expect("a host").place, Place::Loopback(7..=9));
        #[cfg(unix)]
        {
            let cases: [(&[(&str, &str)], Place); 3] = [
                (&[], Place::Socket { folder: None, group: None }),
                (&[(MIN_PORT, "not looked at")], Place::Socket { folder: None, group: None }),
                (
                    &[(SOCKET_DIR, "/run/host"), (SOCKET_GROUP, "staff")],
                    Place::Socket { folder: Some("/run/host".into()), group: Some("staff".to_owned()) },
                ),
            ];
            for (overrides, place) in cases {
                assert_eq!(read(overrides).expect("a host").place, place, "{overrides:?}");
            }
        }
    }

    #[test]
    fn the_line_has_a_seventh_part_only_for_hosts_that_ask() {
        assert!(!read(&[]).expect("a host").multiplex);
        assert!(read(&[(MULTIPLEX, "true")]).expect("a host").multiplex);

        let address = Address { network: "unix", target: "/tmp/s".to_owned() };
        // Two bytes would be padded to `AQI=`.
        let certificate = CertificateDer::from(vec![1, 2]);
        assert_eq!(line(&address, &certificate, false), "1|6|unix|/tmp/s|grpc|AQI\n");
        assert_eq!(line(&address, &certificate, true), "1|6|unix|/tmp/s|grpc|AQI|false\n");
    }
}
