//! Kubernetes.

use tfplugin::function::{Definition, Function, Object};
use tfplugin::{FunctionError, Model};

use super::{part, wrong};

/// `provider::wandb::kubernetes_subject`.
pub(super) struct KubernetesSubject;

#[derive(Model)]
pub(super) struct Options {
    namespace: String,
    service_account: String,
}

impl Function for KubernetesSubject {
    const NAME: &'static str = "kubernetes_subject";
    type Arguments = (Object<Options>,);
    type Output = String;

    fn definition(&self) -> Definition {
        Definition::new("The subject of the tokens of a Kubernetes service account.")
            .description(
                "The exact subject of the tokens of a Kubernetes service account, for the `subject` of a federated \
                 service account in W&B.",
            )
            .parameter("options", "An object with `namespace` and `service_account`.")
    }

    fn call(&self, (Object(options),): (Object<Options>,)) -> Result<String, FunctionError> {
        let namespace = name("namespace", &options.namespace)?;
        let account = name("service_account", &options.service_account)?;
        Ok(format!("system:serviceaccount:{namespace}:{account}"))
    }
}

/// Kubernetes' own rule for names: lower case, digits, `-` and `.`.
fn name<'a>(attribute: &str, value: &'a str) -> Result<&'a str, FunctionError> {
    let value = part(attribute, value, &[':'])?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    if value.chars().all(allowed) {
        Ok(value)
    } else {
        Err(wrong(attribute, "must be a Kubernetes name: lower-case letters, digits, `-` and `.`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_exact() {
        let subject = |namespace: &str, account: &str| {
            let options = Options { namespace: namespace.into(), service_account: account.into() };
            KubernetesSubject.call((Object(options),)).map_err(|error| error.text().to_owned())
        };
        assert_eq!(subject("ml", "trainer").as_deref(), Ok("system:serviceaccount:ml:trainer"));
        for (namespace, account) in [("", "a"), ("ML", "a"), ("ml", "*"), ("ml:x", "a"), ("ml", "a b")] {
            assert!(subject(namespace, account).is_err(), "{namespace} {account}");
        }
    }
}
