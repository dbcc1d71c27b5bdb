use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P521_SHA512,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::HostError;

/// The certificate and key by which a host proves itself, made as go-plugin makes them: self-signed on P-521 with
/// SHA-512, an authority, for `localhost`.
#[derive(Debug)]
pub struct ClientIdentity {
    certificate: CertificateDer<'static>,
    pem: String,
    key: PrivateKeyDer<'static>,
}

impl ClientIdentity {
    /// Makes a new one.
    pub fn generate() -> Result<Self, HostError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512)?;
        let mut params = CertificateParams::new(["localhost".to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyAgreement,
            KeyUsagePurpose::KeyCertSign,
        ];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            pem: certificate.pem(),
            certificate: certificate.into(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }

    /// This certificate with a key that does not belong to it: what somebody has who could read the environment of
    /// the provider's process, but not the memory of its host.
    pub fn with_stolen_certificate(&self) -> Result<Self, HostError> {
        let other = Self::generate()?;
        Ok(Self { certificate: self.certificate.clone(), pem: self.pem.clone(), key: other.key })
    }

    /// The certificate as the host hands it to the process, in `PLUGIN_CLIENT_CERT`.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub(crate) fn key(&self) -> &PrivateKeyDer<'static> {
        &self.key
    }
}
