//! The ephemeral resource `wandb_access_token`: what an identity provider's token is exchanged for.
//!
//! The server takes an identity token once, and a run opens this in every plan and every apply: the access token is
//! shared with the other processes of the run, through the credentials file that W&B's own clients use as well.

use tfplugin::schema::string;
use tfplugin::schema::validator::not_blank;
use tfplugin::{Attr, Context, Diagnostic, Diagnostics, EphemeralContext, EphemeralResource, Model, Result, Schema};
use wandb_client::{Environment, IdentityToken};

use crate::error::Explain as _;
use crate::provider::Connection;

/// `wandb_access_token`.
pub(crate) struct AccessToken;

#[derive(Model)]
pub(crate) struct AccessTokenModel {
    identity_token: Attr<String>,
    identity_token_file: Attr<String>,
    access_token: Attr<String>,
    expires_at: Attr<String>,
}

impl EphemeralResource for AccessToken {
    const TYPE_NAME: &'static str = "wandb_access_token";
    type Data = Connection;
    type Model = AccessTokenModel;
    /// There is nothing to close: an access token ends by itself.
    type Private = ();

    fn schema(&self) -> Schema {
        Schema::new(
            "An access token, exchanged for a token (JWT) of the organization's identity provider: for what speaks to \
             W&B as the person or the federated service account that the JWT names.\n\n\
             The server takes a JWT once. The access token is therefore shared by all processes of a run, through \
             W&B's own credentials file (`WANDB_CREDENTIALS_FILE`); it is good for at least five more minutes when \
             it is opened, and is not renewed.",
        )
        .optional(
            "identity_token",
            string("The JWT. Exactly one of `identity_token` and `identity_token_file` must be set.")
                .sensitive()
                .validate(not_blank()),
        )
        .optional("identity_token_file", string("The path of a file with the JWT.").validate(not_blank()))
        .computed("access_token", string("The token, for the header `Authorization: Bearer`.").sensitive())
        .computed("expires_at", string("When it ends, in RFC 3339."))
    }

    fn validate(&self, config: &AccessTokenModel, report: &mut Diagnostics) {
        match (&config.identity_token, &config.identity_token_file) {
            (Attr::Null, Attr::Null) => report.push(
                Diagnostic::error("No identity token", "Set one of `identity_token` and `identity_token_file`.")
                    .at("identity_token_file"),
            ),
            (Attr::Known(_), Attr::Known(_)) => report.push(
                Diagnostic::error(
                    "Two identity tokens",
                    "Keep one of `identity_token` and `identity_token_file`: the one that is meant.",
                )
                .at("identity_token_file"),
            ),
            _ => {}
        }
    }

    async fn open(&self, cx: &mut EphemeralContext<'_, Self>, config: AccessTokenModel) -> Result<AccessTokenModel> {
        let identity = match (config.identity_token.get_optional()?, config.identity_token_file.get_optional()?) {
            (Some(token), _) => IdentityToken::from_text(token)
                // Without its place, whose text hosts would show.
                .map_err(|error| {
                    Diagnostic::error("Not an identity token", format!("`identity_token` is none: {error}."))
                })?,
            (None, file) => IdentityToken::from_file(file.map_or("", String::as_str)),
        };
        let identity = identity.shared_in(Environment::of_process().credentials_file());
        let token = cx.provider().client.exchange_identity_token(&identity).await;
        let token = token.explain("exchange the identity token for an access token")?;
        Ok(AccessTokenModel {
            access_token: token.expose_secret().to_owned().into(),
            expires_at: token.expires_at().to_string().into(),
            ..config
        })
    }

    async fn close(&self, _: &mut Context<'_, Connection>, (): ()) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(AccessToken.schema().agrees_with::<AccessTokenModel>(), Ok(()));
    }

    #[test]
    fn just_one_token_is_taken() {
        let model = |token: Attr<String>, file: Attr<String>| AccessTokenModel {
            identity_token: token,
            identity_token_file: file,
            access_token: Attr::Null,
            expires_at: Attr::Null,
        };
        for (token, file, refused) in [
            (Attr::Null, Attr::Null, Some("No identity token")),
            ("a.b.c".into(), "/run/token".into(), Some("Two identity tokens")),
            ("a.b.c".into(), Attr::Null, None),
            (Attr::Null, Attr::unknown(), None),
            (Attr::unknown(), Attr::unknown(), None),
        ] {
            let mut report = Diagnostics::new();
            AccessToken.validate(&model(token, file), &mut report);
            assert_eq!(report.iter().map(|diagnostic| diagnostic.summary.as_str()).next(), refused);
        }
    }
}
