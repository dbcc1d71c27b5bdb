//! What is in the organization when it is made.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde::Deserialize;

use crate::backend::{MintedKey, NewScimServiceAccount, Session};
use crate::deployment::{Deployment, DeploymentKind, Version, VersionOfMultiTenant};
use crate::refusal::Refusal;
use crate::secret::is_api_key;
use crate::store::{
    Account, Authentication, BaseRole, Entities, EntityKind, NewCustomRole, NewPerson, Organization, OrganizationRole,
    OrganizationRow, Person, Scope, Settings,
};

/// The content of a new organization.
///
/// Read from YAML, of which JSON is a part; `examples/seed.yaml` shows all that it can say. By default there is an
/// organization `acme` with one person in it, its administrator `ada`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    organization: String,
    #[serde(default)]
    deployment: SeedDeployment,
    #[serde(default)]
    settings: Settings,
    people: Vec<SeedPerson>,
    #[serde(default)]
    roles: Vec<SeedRole>,
    #[serde(default)]
    teams: Vec<SeedTeam>,
    #[serde(default)]
    organization_service_accounts: Vec<SeedOrganizationAccount>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedDeployment {
    kind: Option<DeploymentKind>,
    version: Option<Version>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedPerson {
    username: String,
    email: String,
    name: Option<String>,
    #[serde(default)]
    role: SeedOrganizationRole,
    #[serde(default)]
    instance_admin: bool,
    #[serde(default)]
    api_keys: Vec<SeedKey>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SeedOrganizationRole {
    Admin,
    #[default]
    Member,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedKey {
    key: SecretString,
    description: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedRole {
    name: String,
    #[serde(default)]
    description: String,
    inherited_from: String,
    #[serde(default)]
    permissions: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedTeam {
    name: String,
    #[serde(default)]
    members: Vec<SeedMember>,
    #[serde(default)]
    invitations: Vec<SeedInvitation>,
    #[serde(default)]
    service_accounts: Vec<SeedServiceAccount>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedMember {
    username: String,
    #[serde(default = "member")]
    role: String,
}

fn member() -> String {
    BaseRole::Member.word().to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedInvitation {
    email: String,
    #[serde(default)]
    admin: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedServiceAccount {
    name: String,
    subject: Option<String>,
    #[serde(default = "member")]
    role: String,
    #[serde(default)]
    api_keys: Vec<SeedKey>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedOrganizationAccount {
    username: String,
    name: Option<String>,
    default_team: String,
    #[serde(default)]
    teams: Vec<String>,
    #[serde(default)]
    api_keys: Vec<SeedKey>,
}

/// A seed cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The file cannot be read.
    #[error("the seed file `{path}` cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is no seed.
    #[error("the seed is not understood: {0}")]
    Syntax(String),
    /// It names a version that its deployment does not have.
    #[error(transparent)]
    Deployment(#[from] VersionOfMultiTenant),
    /// No administrator, so that nobody could ever do anything.
    #[error("the seed has no person whose role is admin")]
    NoAdministrator,
    /// An administrator of the instance where W&B alone administers it.
    #[error("`{0}` cannot administer the instance: nobody but W&B does so on a multi-tenant deployment")]
    InstanceAdministrator(String),
    /// A key does not look like one.
    #[error("a key of `{0}` has not the form of an API key: 40 hexadecimal characters, or `wandb_v1_` and 77 more")]
    KeyForm(String),
    /// What it says makes no sense together.
    #[error("the seed does not fit together: {0}")]
    Content(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

impl From<Refusal> for SeedError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Store(error) => Self::Store(error),
            refusal => Self::Content(refusal.to_string()),
        }
    }
}

/// The administrator of a new organization, with a key to begin with, unless the seed gave keys.
#[derive(Debug)]
pub(crate) struct FirstAdministrator {
    pub(crate) username: String,
    pub(crate) key: Option<SecretString>,
}

impl Default for Seed {
    fn default() -> Self {
        let ada = SeedPerson {
            username: "ada".to_owned(),
            email: "ada@acme.example".to_owned(),
            name: Some("Ada".to_owned()),
            role: SeedOrganizationRole::Admin,
            instance_admin: false,
            api_keys: Vec::new(),
        };
        Self {
            organization: "acme".to_owned(),
            deployment: SeedDeployment::default(),
            settings: Settings::default(),
            people: vec![ada],
            roles: Vec::new(),
            teams: Vec::new(),
            organization_service_accounts: Vec::new(),
        }
    }
}

impl Seed {
    /// Reads a seed from YAML or JSON.
    pub fn from_yaml(text: &str) -> Result<Self, SeedError> {
        // The parser's own text shows the lines around a mistake, and so perhaps a key.
        let options = serde_saphyr::options! { with_snippet: false };
        let seed: Self =
            serde_saphyr::from_str_with_options(text, options).map_err(|error| SeedError::Syntax(error.to_string()))?;
        let deployment = seed.deployment()?;
        if let Some(person) = seed.people.iter().find(|person| person.instance_admin && deployment.is_multi_tenant()) {
            return Err(SeedError::InstanceAdministrator(person.username.clone()));
        }
        if !seed.people.iter().any(|person| person.role == SeedOrganizationRole::Admin) {
            return Err(SeedError::NoAdministrator);
        }
        Ok(seed)
    }

    /// Reads a seed file.
    pub fn from_file(path: &Path) -> Result<Self, SeedError> {
        let text = std::fs::read_to_string(path).map_err(|source| SeedError::Read { path: path.to_owned(), source })?;
        Self::from_yaml(&text)
    }

    /// The deployment that it describes.
    pub(crate) fn deployment(&self) -> Result<Deployment, VersionOfMultiTenant> {
        Deployment::new(self.deployment.kind.unwrap_or(DeploymentKind::MultiTenant), self.deployment.version)
    }

    /// Makes the organization, in an empty database and on behalf of nobody in it.
    pub(crate) fn plant(&self, session: &Session<'_>) -> Result<FirstAdministrator, SeedError> {
        let organization = Organization(session.connection);
        let mut row = OrganizationRow {
            name: self.organization.clone(),
            deployment: session.deployment,
            // The settings come last: they are about what people may do later.
            settings: Settings::default(),
        };
        organization.put(&row).map_err(Refusal::from)?;
        Entities(session.connection)
            .add(EntityKind::Organization, &self.organization, None, session.now)
            .map_err(Refusal::from)?;
        let first = self.plant_people(session)?;
        for role in &self.roles {
            session.create_role(&role.as_new()?)?;
        }
        for team in &self.teams {
            team.plant(session)?;
        }
        for account in &self.organization_service_accounts {
            let made = session.create_account_by_scim(&NewScimServiceAccount {
                username: account.username.clone(),
                name: account.name.clone().unwrap_or_else(|| account.username.clone()),
                scope: Scope::Organization,
                default_team: account.default_team.clone(),
                teams: account.teams.clone(),
            })?;
            plant_keys(session, &made, &account.api_keys)?;
        }
        row.settings = self.settings.clone();
        organization.put(&row).map_err(Refusal::from)?;
        Ok(first)
    }

    fn plant_people(&self, session: &Session<'_>) -> Result<FirstAdministrator, SeedError> {
        let mut first = None;
        for person in &self.people {
            let account = session.add_person(&person.as_new())?;
            plant_keys(session, &account, &person.api_keys)?;
            if first.is_none() && person.role == SeedOrganizationRole::Admin {
                let key = if person.api_keys.is_empty() {
                    let MintedKey { secret, .. } = session.mint(&account, Some("made with the organization"), None)?;
                    Some(secret)
                } else {
                    None
                };
                first = Some(FirstAdministrator { username: person.username.clone(), key });
            }
        }
        first.ok_or(SeedError::NoAdministrator)
    }
}

impl SeedPerson {
    fn as_new(&self) -> NewPerson {
        NewPerson {
            username: self.username.clone(),
            name: self.name.clone().unwrap_or_else(|| self.username.clone()),
            person: Person {
                email: self.email.clone(),
                role: match self.role {
                    SeedOrganizationRole::Admin => OrganizationRole::Admin,
                    SeedOrganizationRole::Member => OrganizationRole::Member,
                },
                instance_admin: self.instance_admin,
                models_seat: None,
                weave_role: None,
            },
        }
    }
}

impl SeedRole {
    fn as_new(&self) -> Result<NewCustomRole, SeedError> {
        let inherited_from = BaseRole::from_word(&self.inherited_from).ok_or_else(|| {
            SeedError::Content(format!("the role `{}` inherits from neither member nor viewer", self.name))
        })?;
        Ok(NewCustomRole {
            name: self.name.clone(),
            description: self.description.clone(),
            inherited_from,
            permissions: self.permissions.clone(),
        })
    }
}

impl SeedTeam {
    fn plant(&self, session: &Session<'_>) -> Result<(), SeedError> {
        let team = session.add_team(&self.name, None)?;
        for member in &self.members {
            let account = session
                .account_by_username(&member.username)?
                .ok_or_else(|| SeedError::Content(format!("there is no user `{}`", member.username)))?;
            session.set_team_role(&team, &account, &session.team_role(&member.role)?)?;
        }
        for invitation in &self.invitations {
            session.invite(&self.name, Some(&invitation.email), None, invitation.admin)?;
        }
        for account in &self.service_accounts {
            let authentication = match &account.subject {
                Some(subject) => Authentication::Federated { subject: subject.clone() },
                None => Authentication::BuiltIn,
            };
            let made = session.create_service_account(&self.name, &account.name, authentication)?;
            session.set_team_role(&team, &made, &session.team_role(&account.role)?)?;
            plant_keys(session, &made, &account.api_keys)?;
        }
        Ok(())
    }
}

fn plant_keys(session: &Session<'_>, owner: &Account, keys: &[SeedKey]) -> Result<(), SeedError> {
    use secrecy::ExposeSecret as _;
    for SeedKey { key, description } in keys {
        if !is_api_key(key.expose_secret()) {
            return Err(SeedError::KeyForm(owner.username.clone()));
        }
        session.mint(owner, description.as_deref(), Some(key.clone()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_a_seed() {
        let seed = Seed::from_file(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/seed.yaml"))).unwrap();
        assert_eq!(seed.deployment().unwrap().kind(), DeploymentKind::Dedicated);
    }

    #[test]
    fn json_is_taken_too() {
        let text = r#"{"organization": "o", "people": [{"username": "a", "email": "a@o.example", "role": "admin"}]}"#;
        assert_eq!(Seed::from_yaml(text).unwrap().people.len(), 1);
    }

    #[test]
    fn what_is_not_understood_is_refused_without_showing_keys() {
        let secret = "wandb_v1_very_secret";
        let text = format!(
            "organization: o\npeople:\n- username: a\n  email: a@o.example\n  api_keys: [{{ key: {secret}, ky: {secret} }}]\n"
        );
        let error = Seed::from_yaml(&text).unwrap_err().to_string();
        assert!(error.contains("ky") && !error.contains(secret), "{error}");
        let nobody = "organization: o\npeople: [{ username: a, email: a@o.example }]";
        assert!(matches!(Seed::from_yaml(nobody), Err(SeedError::NoAdministrator)));
        let cloud = "organization: o\npeople: [{ username: a, email: a@o.example, role: admin, instance_admin: true }]";
        assert!(matches!(Seed::from_yaml(cloud), Err(SeedError::InstanceAdministrator(_))));
    }
}
