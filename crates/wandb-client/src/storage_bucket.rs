//! Where a team keeps its files, if not with W&B.

use serde_json::{Value, json};

/// A bucket of one's own. It is chosen when the team is made and never changes; no public field reads it back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StorageBucket {
    /// The bucket's name; on Azure the account's and the container's.
    pub name: String,
    /// Who runs it.
    pub provider: StorageProvider,
    /// Where in the bucket.
    pub path: Option<String>,
    /// The key that encrypts it.
    pub kms_key_id: Option<String>,
    /// For [`Aws`](StorageProvider::Aws) only.
    pub aws_external_id: Option<String>,
    /// For [`Azure`](StorageProvider::Azure) only.
    pub azure_tenant_id: Option<String>,
    /// For [`Azure`](StorageProvider::Azure) only.
    pub azure_client_id: Option<String>,
}

/// Who runs a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageProvider {
    /// `CoreWeave`.
    CoreWeave,
    /// Amazon.
    Aws,
    /// Microsoft.
    Azure,
    /// Google.
    Gcp,
    /// A server that speaks Amazon's language.
    Minio,
}

impl StorageBucket {
    /// A bucket of that name, with nothing else said about it.
    #[must_use]
    pub fn new(name: impl Into<String>, provider: StorageProvider) -> Self {
        Self {
            name: name.into(),
            provider,
            path: None,
            kms_key_id: None,
            aws_external_id: None,
            azure_tenant_id: None,
            azure_client_id: None,
        }
    }

    /// As SCIM has it: what is not said is left out.
    pub(crate) fn to_json(&self) -> Value {
        let mut json = json!({ "name": self.name, "provider": self.provider.word() });
        for (field, value) in [
            ("path", &self.path),
            ("kmsKeyId", &self.kms_key_id),
            ("awsExternalId", &self.aws_external_id),
            ("azureTenantId", &self.azure_tenant_id),
            ("azureClientId", &self.azure_client_id),
        ] {
            if let Some(value) = value {
                json[field] = value.as_str().into();
            }
        }
        json
    }
}

impl StorageProvider {
    /// W&B's word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::CoreWeave => "COREWEAVE",
            Self::Aws => "AWS",
            Self::Azure => "AZURE",
            Self::Gcp => "GCP",
            Self::Minio => "MINIO",
        }
    }
}
