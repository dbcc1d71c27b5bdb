use std::io;
use std::sync::Arc;

use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, verify_server_name};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint, Uri};
use tower::service_fn;

use crate::{Address, ClientIdentity, DEADLINE, HostError};

/// How a connection proves itself, and whom it expects.
#[derive(Debug, Clone, Copy)]
pub enum Credentials<'a> {
    /// As a host does: both sides show a certificate.
    Mutual {
        /// The client's own.
        client: &'a ClientIdentity,
        /// Exactly the one that the server must show.
        server: &'a CertificateDer<'static>,
    },
    /// TLS without a client certificate.
    Anonymous {
        /// Exactly the one that the server must show.
        server: &'a CertificateDer<'static>,
    },
    /// No TLS: how hosts attach to a provider that was started for debugging.
    Plain,
}

/// Connects at once. With TLS 1.3 a server that refuses the client's certificate says so only after the client's side
/// of the handshake is done, so it takes a call to know that one was let in.
pub async fn connect(address: &Address, credentials: Credentials<'_>) -> Result<Channel, HostError> {
    let tls = match credentials {
        Credentials::Mutual { client, server } => Some(TlsConnector::from(Arc::new(config(Some(client), server)?))),
        Credentials::Anonymous { server } => Some(TlsConnector::from(Arc::new(config(None, server)?))),
        Credentials::Plain => None,
    };
    let address = address.clone();
    // The connector knows where to connect; the URI only names the authority of requests.
    let endpoint = Endpoint::from_static("http://localhost").connect_timeout(DEADLINE);
    let connector = service_fn(move |_: Uri| dial(address.clone(), tls.clone()));
    Ok(endpoint.connect_with_connector(connector).await?)
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

async fn dial(address: Address, tls: Option<TlsConnector>) -> io::Result<TokioIo<Box<dyn Duplex>>> {
    let stream: Box<dyn Duplex> = match address {
        #[cfg(unix)]
        Address::Unix(path) => Box::new(UnixStream::connect(path).await?),
        #[cfg(not(unix))]
        Address::Unix(_) => return Err(io::ErrorKind::Unsupported.into()),
        Address::Tcp(address) => Box::new(TcpStream::connect(address).await?),
    };
    let stream = match tls {
        Some(tls) => {
            let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
            Box::new(tls.connect(name, stream).await?)
        }
        None => stream,
    };
    Ok(TokioIo::new(stream))
}

/// What a Go host does: HTTP/2 only, and a certificate if asked for one.
fn config(client: Option<&ClientIdentity>, server: &CertificateDer<'static>) -> Result<ClientConfig, HostError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnnouncedServer {
            certificate: server.clone(),
            provider: Arc::clone(&provider),
        }));
    let mut config = match client {
        Some(client) => {
            // Not checked for a match of certificate and key: a thief's do not match.
            let key = provider.key_provider.load_private_key(client.key().clone_key())?;
            let certified = CertifiedKey::new(vec![client.certificate().clone()], key);
            builder.with_client_cert_resolver(Arc::new(Shows(Arc::new(certified))))
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

/// Shows the same certificate to everybody.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _root_hint_subjects: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Trusts the announced certificate, for the name `localhost`. In Go it is its own authority, which rustls's
/// own verifier would refuse as the end of a chain.
#[derive(Debug)]
struct AnnouncedServer {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for AnnouncedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity != self.certificate {
            return Err(CertificateError::UnknownIssuer.into());
        }
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
