//! `api_key_id`: the part of a key that is not secret.

use tfplugin::FunctionError;
use tfplugin::function::{Definition, Function};
use wandb_client::ApiKey;

/// `provider::wandb::api_key_id`.
pub(super) struct ApiKeyId;

impl Function for ApiKeyId {
    const NAME: &'static str = "api_key_id";
    type Arguments = (String,);
    type Output = String;

    fn definition(&self) -> Definition {
        Definition::new("The id of an API key, which is its first part.")
            .description(
                "The id of an API key: its first part, by which W&B shows the key. It is not secret, but Terraform takes \
                 everything made of a sensitive value for sensitive: wrap the call in `nonsensitive` to show it.",
            )
            .parameter("key", "The API key.")
    }

    fn call(&self, (key,): (String,)) -> Result<String, FunctionError> {
        // The reason names lengths and forms, never the text.
        let key =
            ApiKey::parse(&key).map_err(|reason| FunctionError::new(format!("not a W&B API key: {reason}")).at(0))?;
        Ok(key.key_id().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_first_part_and_no_text_is_repeated() {
        let key = "wandb_v1_0123456789a_bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijk";
        let id = ApiKeyId.call((key.to_owned(),)).unwrap();
        assert!(key.starts_with(&id) && id.len() <= 20, "{id}");
        let error = ApiKeyId.call(("hunter2".to_owned(),)).unwrap_err();
        assert!(!error.text().contains("hunter2") && error.argument() == Some(0), "{error}");
    }
}
