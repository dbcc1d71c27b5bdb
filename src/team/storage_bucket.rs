//! `storage_bucket`: where a team's files are kept, if not with W&B. W&B takes it when the team is made, and only then.

use tfplugin::schema::string;
use tfplugin::schema::validator::{not_blank, one_of};
use tfplugin::value::Path;
use tfplugin::{Attr, Diagnostic, Diagnostics, Model, Result, Schema, string_enum};
use wandb_client::{StorageBucket, StorageProvider};

string_enum! {
    /// Who keeps a bucket.
    pub(super) enum Provider {
        /// `CoreWeave`.
        CoreWeave = "COREWEAVE",
        /// Amazon.
        Aws = "AWS",
        /// Microsoft.
        Azure = "AZURE",
        /// Google.
        Gcp = "GCP",
        /// A server that speaks Amazon's language.
        Minio = "MINIO",
    }
}

impl Provider {
    fn to_client(self) -> StorageProvider {
        match self {
            Self::CoreWeave => StorageProvider::CoreWeave,
            Self::Aws => StorageProvider::Aws,
            Self::Azure => StorageProvider::Azure,
            Self::Gcp => StorageProvider::Gcp,
            Self::Minio => StorageProvider::Minio,
        }
    }
}

/// The attribute.
#[derive(Clone, Model, PartialEq, Eq)]
pub(super) struct StorageBucketModel {
    name: Attr<String>,
    provider: Attr<Provider>,
    path: Attr<String>,
    kms_key_id: Attr<String>,
    aws_external_id: Attr<String>,
    azure_tenant_id: Attr<String>,
    azure_client_id: Attr<String>,
}

/// Whether a plan is certainly about another bucket; what it does not know yet may be the same.
pub(super) fn is_changed(planned: &Attr<StorageBucketModel>, prior: &Attr<StorageBucketModel>) -> bool {
    fn differ<T: PartialEq>(planned: &Attr<T>, prior: &Attr<T>) -> bool {
        !planned.is_unknown() && planned != prior
    }
    let (Attr::Known(planned), Attr::Known(prior)) = (planned, prior) else { return differ(planned, prior) };
    let StorageBucketModel { name, provider, path, kms_key_id, aws_external_id, azure_tenant_id, azure_client_id } =
        planned;
    differ(provider, &prior.provider)
        || [
            (name, &prior.name),
            (path, &prior.path),
            (kms_key_id, &prior.kms_key_id),
            (aws_external_id, &prior.aws_external_id),
            (azure_tenant_id, &prior.azure_tenant_id),
            (azure_client_id, &prior.azure_client_id),
        ]
        .into_iter()
        .any(|(planned, prior)| differ(planned, prior))
}

pub(super) fn schema() -> Schema {
    Schema::new("")
        .required("name", string("The bucket's name; of Azure, the container's.").validate(not_blank()))
        .required(
            "provider",
            string("Who keeps it: `COREWEAVE`, `AWS`, `AZURE`, `GCP` or `MINIO`.").validate(one_of(Provider::WORDS)),
        )
        .optional("path", string("The folder in the bucket.").validate(not_blank()))
        .optional(
            "kms_key_id",
            string("The id of the key of the provider's key management that encrypts it.").validate(not_blank()),
        )
        .optional(
            "aws_external_id",
            string("The external id under which W&B takes on the role that opens it; of `AWS` only.")
                .validate(not_blank()),
        )
        .optional(
            "azure_tenant_id",
            string("The tenant of the application that opens it; of `AZURE` only.").validate(not_blank()),
        )
        .optional(
            "azure_client_id",
            string("The client id of the application that opens it; of `AZURE` only.").validate(not_blank()),
        )
}

impl StorageBucketModel {
    /// Refuses what belongs to another provider than the bucket's.
    pub(super) fn validate(&self, report: &mut Diagnostics) {
        let Some(provider) = self.provider.known().map(|provider| provider.as_str()) else { return };
        let owned = [
            ("aws_external_id", &self.aws_external_id, "AWS"),
            ("azure_tenant_id", &self.azure_tenant_id, "AZURE"),
            ("azure_client_id", &self.azure_client_id, "AZURE"),
        ];
        for (attribute, value, owner) in owned {
            if !value.is_null() && provider != owner {
                report.push(
                    Diagnostic::error(
                        "Attribute of another storage provider",
                        format!(
                            "`{attribute}` is for buckets of \"{owner}\", and the `provider` is \"{provider}\". Leave it \
                             out, or correct `provider`."
                        ),
                    )
                    .at(Path::root().attribute("storage_bucket").attribute(attribute)),
                );
            }
        }
        if provider == "AZURE" && self.azure_tenant_id.is_null() != self.azure_client_id.is_null() {
            report.push(
                Diagnostic::error(
                    "Incomplete application of Azure",
                    "`azure_tenant_id` and `azure_client_id` name one application together: set both of them or none.",
                )
                .at("storage_bucket"),
            );
        }
    }

    /// What the client sends.
    pub(super) fn to_client(&self) -> Result<StorageBucket> {
        let optional = |attribute: &Attr<String>| -> Result<Option<String>> { Ok(attribute.get_optional()?.cloned()) };
        let mut bucket = StorageBucket::new(self.name.get()?, self.provider.get()?.to_client());
        bucket.path = optional(&self.path)?;
        bucket.kms_key_id = optional(&self.kms_key_id)?;
        bucket.aws_external_id = optional(&self.aws_external_id)?;
        bucket.azure_tenant_id = optional(&self.azure_tenant_id)?;
        bucket.azure_client_id = optional(&self.azure_client_id)?;
        Ok(bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(name: Attr<String>, path: Attr<String>) -> Attr<StorageBucketModel> {
        StorageBucketModel {
            name,
            provider: Provider::Gcp.into(),
            path,
            kms_key_id: Attr::Null,
            aws_external_id: Attr::Null,
            azure_tenant_id: Attr::Null,
            azure_client_id: Attr::Null,
        }
        .into()
    }

    #[test]
    fn what_is_not_known_yet_is_no_change() {
        let prior = bucket("runs".into(), "wandb".into());
        for (planned, changed) in [
            (prior.clone(), false),
            (Attr::unknown(), false),
            (bucket("runs".into(), Attr::unknown()), false),
            (bucket("other".into(), Attr::unknown()), true),
            (bucket("runs".into(), Attr::Null), true),
            (Attr::Null, true),
        ] {
            assert_eq!(is_changed(&planned, &prior), changed);
        }
    }
}
