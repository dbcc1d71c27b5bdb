//! What only a real connection shows: its loss, its limits, certificates and proxies' answers.

use std::error::Error as _;
use std::fs;
use std::sync::Arc;

use hyper::Version;
use hyper::header::LOCATION;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use wandb_client::{Client, Config, ConfigError, Error, ErrorKind};

use crate::support::{Expected, KEY, Server, client, config, viewer};

#[tokio::test]
async fn failures_of_a_connection_are_told_apart() {
    let info = || Expected::graphql("ServerInfo");
    for (name, expected, is_expected) in [
        ("closed", info().closes(), (|kind| matches!(kind, ErrorKind::Interrupted(_))) as fn(&ErrorKind) -> bool),
        ("torn", info().tears("{\"data\""), |kind| matches!(kind, ErrorKind::Interrupted(_))),
        ("page", info().answers(200, "<html>"), |kind| matches!(kind, ErrorKind::NotTheApi)),
        ("endless", info().endless(33), |kind| matches!(kind, ErrorKind::TooLarge { .. })),
        ("announced", info().answers(200, &" ".repeat(33 << 20)), |kind| matches!(kind, ErrorKind::TooLarge { .. })),
        ("redirect", info().answers(302, "").with_header(LOCATION, "https://elsewhere.example.com/"), |kind| {
            matches!(kind, ErrorKind::Redirected { .. })
        }),
    ] {
        let server = Server::start().await;
        server.expect([expected]);
        let error = client(&server).server().await.unwrap_err();
        assert!(is_expected(error.kind()), "{name}: {error:?}");
        assert!(!format!("{error:?}").contains(KEY) && error.to_string().contains("/graphql"), "{name}: {error:?}");
        server.finish();
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_was_sent_nothing() {
    let gone = Server::start().await;
    let (client, url) = (client(&gone), gone.url().to_owned());
    drop(gone);
    // The listener closes when its task has ended, which is some time after the drop.
    let error = loop {
        match client.create_team("vision", None).await.unwrap_err() {
            error if matches!(error.kind(), ErrorKind::Unreachable(_)) => break error,
            _ => tokio::task::yield_now().await,
        }
    };
    assert!(!error.is_unclear() && error.is_retryable(), "{error}");
    assert_eq!(error.to_string(), format!("CreateTeam failed: no connection to the server ({url}/graphql)"));
    // Once, in the words of those who know, and without the address that the error has already.
    let cause = chain(&error);
    assert!(cause.starts_with("tcp connect error: ") && !cause.contains(&url), "{cause}");
}

#[tokio::test]
async fn reads_go_on_through_failures() {
    let server = Server::start().await;
    let info = || Expected::graphql("ServerInfo");
    let data = serde_json::json!({ "serverInfo": null });
    server.expect([info().closes(), info().tears("{"), info().answers(503, ""), info().data(&data)]);
    Client::new(&config(&server).with_max_retries(3)).server().await.unwrap();
    assert_eq!(server.finish().len(), 4);
}

#[tokio::test]
async fn connections_are_used_again_and_the_server_s_time_is_known() {
    let server = Server::start().await;
    server.expect([viewer()]);
    let client = client(&server);
    assert_eq!(client.server_time(), None);
    client.viewer().await.unwrap();
    assert!(client.server_time().is_some());
}

/// A certificate for `localhost`, and the file with its authority's.
pub(crate) fn localhost(folder: &TempDir) -> (TlsAcceptor, std::path::PathBuf) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let file = folder.path().join("ca.pem");
    fs::write(&file, authority.pem()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (TlsAcceptor::from(Arc::new(tls)), file)
}

#[tokio::test]
async fn a_private_authority_is_trusted_once_it_is_configured() {
    let folder = TempDir::new().unwrap();
    let (acceptor, file) = localhost(&folder);
    let server = Server::start_tls(acceptor).await;
    server.expect([viewer()]);
    let error = Client::new(&config(&server).with_max_retries(5)).viewer().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Untrusted(_)), "{error:?}");
    assert_eq!(error.attempts(), 1, "trying again does not help");
    assert_eq!(chain(&error), "invalid peer certificate: UnknownIssuer");

    let config = config(&server).with_ca_certificate_file(&file).unwrap();
    Client::new(&config).viewer().await.unwrap();
    assert_eq!(server.only("Viewer").version, Version::HTTP_2);
}

#[test]
fn a_file_without_a_certificate_is_refused_at_once() {
    let folder = TempDir::new().unwrap();
    let config = || Config::new(wandb_client::BaseUrl::cloud(), credential());
    for (name, text) in [
        ("empty", ""),
        ("prose", "no certificate"),
        ("damaged", "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        let error = config().with_ca_certificate_file(&file).unwrap_err();
        assert!(matches!(error, ConfigError::NoCertificate { .. }), "{name}: {error:?}");
    }
    let error = config().with_ca_certificate_file(&folder.path().join("missing")).unwrap_err();
    assert!(matches!(error, ConfigError::CertificateFile { .. }), "{error:?}");
}

#[tokio::test]
async fn a_program_names_itself() {
    let server = Server::start().await;
    server.expect([viewer()]);
    let config = config(&server).with_user_agent("terraform-provider-wandb/1.0").unwrap();
    Client::new(&config).viewer().await.unwrap();
    assert_eq!(server.only("Viewer").headers["user-agent"], "terraform-provider-wandb/1.0");
    assert!(matches!(config.with_user_agent("two\nlines"), Err(ConfigError::UserAgent)));
}

fn credential() -> wandb_client::Credential {
    wandb_client::Credential::ApiKey(wandb_client::ApiKey::parse(KEY).unwrap())
}

/// The texts of an error's causes.
fn chain(error: &Error) -> String {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(next) = cause {
        causes.push(next.to_string());
        cause = next.source();
    }
    causes.join(": ")
}
