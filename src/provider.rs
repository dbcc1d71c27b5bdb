//! The `provider` block, and all that this provider offers.

use std::path::Path;

use tfplugin::duration;
use tfplugin::schema::validator::{between, go_duration, not_blank};
use tfplugin::schema::{integer, string};
use tfplugin::{About, Attr, ConfigureContext, Diagnostic, Diagnostics, Model, Provider, Registry, Result, Schema};
use wandb_client::{BaseUrl, Client, Config, Configured, Credential, Environment, Viewer};

use crate::caller::PlannedTeams;
use crate::error::{Explain as _, causes, sentence};
use crate::team_member::Joining;
use crate::{access_token, api_key, credentials, functions, service_account, team, team_member, user, viewer};

/// Where registries know this provider; the one place that names it.
pub const ADDRESS: &str = "registry.terraform.io/wandb-community/wandb";

/// What the provider does and how it authenticates, in Markdown.
const DESCRIPTION: &str = "\
Manages [Weights & Biases](https://wandb.ai) teams, service accounts and API keys.

The credential is the first that is found in these places:

1. `api_key`, `identity_token` or `identity_token_file` in the provider block;
2. the environment variable `WANDB_API_KEY`;
3. the file that the environment variable `WANDB_IDENTITY_TOKEN_FILE` names;
4. in a job of GitHub Actions with the permission `id-token: write`, and with `organization` set: the job's own token;
5. the entry for the server in the netrc file, as `wandb login` writes it.

A credential of the environment goes only to the server that it belongs to: with `WANDB_BASE_URL` set and another \
`base_url` in the block, it is refused. Making teams, accounts and keys needs an admin of the organization.";

/// The provider.
pub struct WandbProvider;

/// What resources work with.
pub struct Connection {
    /// The client, authenticated.
    pub client: Client,
    /// Who it acts for.
    pub caller: Viewer,
    /// The teams that are planned to be made.
    pub planned_teams: PlannedTeams,
    /// Who was added to teams.
    pub joining: Joining,
}

/// The `provider` block.
#[derive(Model)]
pub struct Configuration {
    base_url: Attr<String>,
    organization: Attr<String>,
    api_key: Attr<String>,
    identity_token: Attr<String>,
    identity_token_file: Attr<String>,
    max_retries: Attr<i64>,
    request_timeout: Attr<String>,
    ca_certificate_file: Attr<String>,
}

impl Provider for WandbProvider {
    type Model = Configuration;
    type Data = Connection;

    fn about(&self) -> About {
        About {
            name: "wandb",
            address: ADDRESS,
            version: env!("CARGO_PKG_VERSION"),
            description: "Manages Weights & Biases teams, service accounts and API keys",
            log_targets: &["wandb_provider", "wandb_client"],
        }
    }

    fn schema(&self) -> Schema {
        Schema::new(DESCRIPTION)
            .optional(
                "base_url",
                string(
                    "The address of the W&B server. Defaults to `WANDB_BASE_URL`, else to the multi-tenant cloud, \
                     `https://api.wandb.ai`.",
                ),
            )
            .optional(
                "organization",
                string(
                    "The name of the organization that this configuration is meant for, a guard: where the credential \
                     belongs to another one, nothing is planned. The credential's teams tell it, so leave it out until the \
                     first team is made. It is also the audience of the token that a job of GitHub Actions asks for.",
                )
                .validate(not_blank()),
            )
            .optional(
                "api_key",
                string(
                    "The API key to authenticate with. Better left out of configurations, in favour of \
                     `WANDB_API_KEY` or the netrc file. At most one of `api_key`, `identity_token` and \
                     `identity_token_file` may be set.",
                )
                .sensitive(),
            )
            .optional(
                "identity_token",
                string(
                    "A token (JWT) of the organization's identity provider, which the server exchanges for an access \
                     token. It is accepted once.",
                )
                .sensitive(),
            )
            .optional(
                "identity_token_file",
                string("The path of a file with a token (JWT) of the organization's identity provider."),
            )
            .optional(
                "max_retries",
                integer(
                    "How often a request that failed and is safe to repeat is sent again, 0 to 100. Defaults to `6`.",
                )
                .validate(between(0..=100)),
            )
            .optional(
                "request_timeout",
                string("How long one request may take, such as `30s` or `1m30s`. Defaults to `30s`.")
                    .validate(go_duration()),
            )
            .optional(
                "ca_certificate_file",
                string(
                    "The path of a PEM file with certificates to trust beside the system's, for servers of a private \
                     authority.",
                ),
            )
    }

    fn register(&self, registry: &mut Registry<Connection>) {
        registry
            .resource(api_key::ApiKeyResource)
            .resource(service_account::ServiceAccountResource)
            .resource(team::TeamResource)
            .resource(team_member::TeamMemberResource)
            .data_source(api_key::ApiKeysDataSource)
            .data_source(service_account::ServiceAccountDataSource)
            .data_source(service_account::ServiceAccountsDataSource)
            .data_source(team::TeamDataSource)
            .data_source(team::TeamsDataSource)
            .data_source(user::UserDataSource)
            .data_source(viewer::ViewerDataSource)
            .action(api_key::RevokeApiKey)
            .ephemeral_resource(access_token::AccessToken)
            .ephemeral_resource(api_key::DecryptedApiKey)
            .ephemeral_resource(api_key::EphemeralApiKey);
        functions::register(registry);
    }

    fn validate(&self, config: &Configuration, report: &mut Diagnostics) {
        if let Some(Err(error)) = config.base_url.as_str().map(str::parse::<BaseUrl>) {
            report.push(
                Diagnostic::error("Invalid base URL", format!("`base_url` cannot be used: {error}.")).at("base_url"),
            );
        }
    }

    async fn configure(&self, cx: &mut ConfigureContext, config: Configuration) -> Result<Connection> {
        let environment = Environment::of_process();
        let base_url = credentials::base_url(config.base_url.as_str(), &environment)?;
        let configured = config.credentials();
        let found = credentials::find(&base_url, &configured, &environment)?;
        let client = connect(cx, &config, base_url.clone(), found.credential.clone(), &environment)?;
        // One question, so that a credential that is refused is one error and not one for each resource.
        let caller = match client.viewer().await {
            Err(error) if error.is_auth() => {
                return Err(credentials::refused(&base_url, &found, &configured, &error).into());
            }
            Err(error) if error.is_not_found() => {
                return Err(Diagnostic::error(
                    "Not a W&B server",
                    format!(
                        "There is no API of W&B at `{base_url}`. `base_url` or `WANDB_BASE_URL` is the server's address \
                         alone, such as `https://wandb.example.com`, without `/graphql` or the path of a page.\n\n{}",
                        causes(&error)
                    ),
                )
                .into());
            }
            answer => answer.explain("read the account that the credential belongs to")?,
        };
        if let Some(wanted) = config.organization.as_str() {
            check_organization(&client, &caller, wanted).await?;
        }
        Ok(Connection { client, caller, planned_teams: PlannedTeams::default(), joining: Joining::default() })
    }
}

impl Configuration {
    /// What of it says how to authenticate.
    fn credentials(&self) -> Configured<'_> {
        Configured {
            api_key: self.api_key.as_str(),
            identity_token: self.identity_token.as_str(),
            identity_token_file: self.identity_token_file.as_str().map(Path::new),
            audience: self.organization.as_str(),
        }
    }
}

fn connect(
    cx: &ConfigureContext,
    config: &Configuration,
    base_url: BaseUrl,
    credential: Credential,
    environment: &Environment,
) -> Result<Client> {
    let unusable = |attribute: &str, error: &dyn std::error::Error| {
        let cause = error.source().map(|cause| format!("\n\nThe cause: {cause}.")).unwrap_or_default();
        Diagnostic::error(format!("`{attribute}` cannot be used"), format!("{}{cause}", sentence(error))).at(attribute)
    };
    let user_agent = format!("terraform-provider-wandb/{} (host {})", env!("CARGO_PKG_VERSION"), cx.host_version());
    let mut client = Config::new(base_url, credential).with_environment(environment).map_err(|error| {
        Diagnostic::error("Proxy cannot be used", format!("{} Correct or unset it.", sentence(&error)))
    })?;
    client = client.clone().with_user_agent(&user_agent).unwrap_or(client);
    if let Some(retries) = config.max_retries.known() {
        client = client.with_max_retries(u32::try_from(*retries).unwrap_or(0));
    }
    if let Some(timeout) = config.request_timeout.as_str() {
        let timeout = duration::parse(timeout).map_err(|error| unusable("request_timeout", &error))?;
        client = client.with_request_timeout(timeout);
    }
    if let Some(file) = config.ca_certificate_file.as_str() {
        client = client
            .with_ca_certificate_file(Path::new(file))
            .map_err(|error| unusable("ca_certificate_file", &error))?;
    }
    Ok(Client::new(&client))
}

/// Whether one of the caller's teams belongs to the wanted organization.
async fn check_organization(client: &Client, caller: &Viewer, wanted: &str) -> Result<()> {
    let mut found = Vec::new();
    for team in &caller.teams {
        let organization = client.organization(team).await.explain("read the organization of the caller's teams")?;
        match organization {
            Some(organization) if organization.name == wanted => return Ok(()),
            Some(organization) if !found.contains(&organization.name) => found.push(organization.name.clone()),
            _ => {}
        }
    }
    // An admin of the organization need not be in a team.
    if found.is_empty()
        && let Some(organization) =
            client.organization_of_teams().await.explain("read the organization of the teams that are visible")?
    {
        if organization.name == wanted {
            return Ok(());
        }
        found.push(organization.name.clone());
    }
    let (summary, detail) = if found.is_empty() {
        let detail = format!(
            "This configuration is meant for the organization \"{wanted}\", and no team that the credential's account \
             sees tells its organization. Use a credential of a member of one of its teams. In an organization without \
             teams leave `organization` out until the first one is made."
        );
        ("Organization not known", detail)
    } else {
        let detail = format!(
            "This configuration is meant for the organization \"{wanted}\", but the credential belongs to \"{}\". Use \
             a credential of that organization, or correct `organization`.",
            found.join("\", \"")
        );
        ("Wrong organization", detail)
    };
    Err(Diagnostic::error(summary, detail).at("organization").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_agrees_with_the_model() {
        assert_eq!(WandbProvider.schema().agrees_with::<Configuration>(), Ok(()));
    }
}
