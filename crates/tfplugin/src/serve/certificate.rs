//! The certificate by which the host knows that it talks to the process that it started.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::error::ServeError;

/// A certificate and its key, made for this process and kept in memory only.
pub(super) struct ServerIdentity {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl ServerIdentity {
    /// The host trusts exactly the announced certificate, as its own authority, for the name `localhost`. It has no
    /// dates worth the name: it dies with the process, and a clock that is wrong shall not matter.
    pub(super) fn generate() -> Result<Self, ServeError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(ServeError::Certificate)?;
        let mut params = CertificateParams::new(["localhost".to_owned()]).map_err(ServeError::Certificate)?;
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyAgreement,
            KeyUsagePurpose::KeyCertSign,
        ];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.self_signed(&key).map_err(ServeError::Certificate)?;
        Ok(Self { certificate: certificate.into(), key: PrivatePkcs8KeyDer::from(key.serialize_der()).into() })
    }
}
