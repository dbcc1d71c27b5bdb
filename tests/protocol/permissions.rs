//! Who may do what: no permission that lacks is met first by an apply.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::json;
use tfplugin::value::Value;
use tfplugin_testing::{Applied, SessionError};

use crate::scene::{CI, GRACE, LINUS, OTTO, PLATFORM, ROOT, Scene, VERA, object, of_organization, refusal, warnings};

/// The roles, each with the key of somebody in it; that of the administrator `ada` is made at every start.
const CALLERS: [(&str, &str); 8] = [
    ("organization admin", ""),
    ("instance admin", ROOT),
    ("organization account", PLATFORM),
    ("team admin", GRACE),
    ("member", LINUS),
    ("viewer", VERA),
    ("outsider", OTTO),
    ("team account", CI),
];

const TEAM: &str = "wandb_team";
const MEMBER: &str = "wandb_team_member";
const ACCOUNT: &str = "wandb_service_account";
const KEY: &str = "wandb_api_key";

/// The warning where a plan cannot be sure.
const DOUBT: &str = "Permission in doubt";

/// What is planned. The objects that are there already go by their import ids.
enum Wanted {
    Create(Value),
    /// A key of the service account of this import id.
    CreateKeyOf(&'static str),
    Change(&'static str, Value),
    End(&'static str),
}

struct Operation {
    name: &'static str,
    type_name: &'static str,
    wanted: Wanted,
}

fn team(name: &str, bucket: Value, policy: &str) -> Value {
    let admin = if name == "research" { Value::Null } else { "niklaus".into() };
    object([
        ("name", name.into()),
        ("initial_admin", admin),
        ("storage_bucket", bucket),
        ("deletion_policy", policy.into()),
    ])
}

fn member(attribute: &str, name: &str, role: &str) -> Value {
    object([("team", "research".into()), (attribute, name.into()), ("role", role.into())])
}

fn account(name: &str, attribute: &str, value: &str) -> Value {
    object([("team", "research".into()), ("name", name.into()), (attribute, value.into())])
}

fn operations() -> Vec<Operation> {
    use Wanted::{Change, Create, CreateKeyOf, End};
    let bucket = object([("name", "runs".into()), ("provider", "GCP".into())]);
    let (invited, vera) = ("research/new@elsewhere.example", "research/vera");
    [
        ("create a team", TEAM, Create(team("science", Value::Null, "prevent"))),
        ("create a team with a bucket", TEAM, Create(team("science", bucket, "prevent"))),
        ("let a team be abandoned", TEAM, Change("research", team("research", Value::Null, "abandon"))),
        ("add a person", MEMBER, Create(member("username", "niklaus", "member"))),
        ("add a person as viewer", MEMBER, Create(member("username", "niklaus", "viewer"))),
        ("invite a person", MEMBER, Create(member("email", "edsger@elsewhere.example", "admin"))),
        ("change a role", MEMBER, Change(vera, member("username", "vera", "member"))),
        ("change an invitation", MEMBER, Change(invited, member("email", "new@elsewhere.example", "admin"))),
        ("end a membership", MEMBER, End(vera)),
        ("withdraw an invitation", MEMBER, End(invited)),
        ("make a service account", ACCOUNT, Create(account("deploy", "scope", "team"))),
        ("make a federated account", ACCOUNT, Create(account("deploy", "subject", "repo:acme/ml:pull_request"))),
        ("make an account of the organization", ACCOUNT, Create(of_organization("research", "deploy"))),
        ("write a subject down", ACCOUNT, Change("research/release", account("release", "subject", "a"))),
        ("end a service account", ACCOUNT, End("research/release")),
        ("end an account of the organization", ACCOUNT, End("organization/research/bystander")),
        ("make a key", KEY, CreateKeyOf("research/bot")),
        ("revoke a key", KEY, End("research/bot/laptop")),
    ]
    .map(|(name, type_name, wanted)| Operation { name, type_name, wanted })
    .into()
}

/// What came of it: how it was told, or `done`.
async fn outcome(Operation { type_name, wanted, .. }: &Operation, key: &str) -> Result<String> {
    let mut scene = Scene::set_organization().await?;
    let mut owner = Value::Null;
    let prior = match wanted {
        Wanted::Create(_) => None,
        Wanted::CreateKeyOf(account) => {
            owner = scene.session.import(ACCOUNT, *account).await?.attribute("id").clone();
            None
        }
        Wanted::Change(id, _) | Wanted::End(id) => Some(scene.session.import(type_name, *id).await?),
    };
    if !key.is_empty() {
        scene.act_as(key).await?;
    }
    let planned = match (wanted, &prior) {
        (Wanted::Create(config) | Wanted::Change(_, config), _) => {
            scene.session.plan(type_name, prior.as_ref(), config).await
        }
        (Wanted::CreateKeyOf(_), _) => {
            let config = object([("service_account_id", owner), ("name", "nightly".into())]);
            scene.session.plan(type_name, None, &config).await
        }
        // A destroy begins with a refresh.
        (Wanted::End(_), prior) => match scene.session.refresh(prior.as_ref().context("an object")?).await {
            Ok(seen) => scene.session.plan_destroy(seen.as_ref().context("it is there")?).await,
            Err(error) => Err(error),
        },
    };
    let told = match planned {
        Err(error) => format!("plan: {}", title(&error)?),
        Ok(plan) => {
            let doubts =
                warnings(plan.warnings()).into_iter().filter(|warning| warning.ends_with(DOUBT)).collect::<String>();
            match (scene.session.apply(plan).await.and_then(Applied::into_result), doubts.as_str()) {
                (Err(error), "") => format!("APPLY: {}", title(&error)?),
                (Err(error), doubts) => format!("plan warns: {doubts}, apply: {}", title(&error)?),
                (Ok(_), "") => "done".to_owned(),
                (Ok(_), doubts) => format!("DONE IN SPITE OF: {doubts}"),
            }
        }
    };
    scene.end().await?;
    Ok(told)
}

fn title(error: &SessionError) -> Result<String> {
    let diagnostics = error.diagnostics().with_context(|| error.to_string())?;
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    Ok(errors.map(|error| error.summary.clone()).collect::<Vec<_>>().join(", "))
}

/// A plan may follow a look at what another credential has made since, as during an apply.
#[tokio::test]
async fn what_was_made_since_the_last_look_is_not_refused_as_missing() -> Result<()> {
    let mut scene = Scene::set_organization().await?;
    scene.act_as(GRACE).await?;
    let account = object([("team", "late".into()), ("name", "ci".into())]);
    assert_eq!(refusal(scene.session.plan(ACCOUNT, None, &account).await)?, ["team: Team not found"]);
    let team =
        "mutation M { createTeam(input: { teamName: \"late\", teamAdminUserName: \"grace\" }) { entity { id } } }";
    scene.emulator.graphql(team, &json!({}))?;
    scene.session.plan(ACCOUNT, None, &account).await?;

    scene.act_as(CI).await?;
    let key = |owner: &str| object([("service_account_id", owner.into()), ("name", "nightly".into())]);
    let unknown = refusal(scene.session.plan(KEY, None, &key("nobody")).await)?;
    assert_eq!(unknown, ["service_account_id: Service account not found"]);
    let account = "mutation M { createServiceAccount(input: { entityName: \"research\", description: \"new\" }) { user { id } } }";
    let made = scene.emulator.graphql(account, &json!({}))?;
    let id = made.pointer("/createServiceAccount/user/id").and_then(serde_json::Value::as_str).context("an id")?;
    let seen = refusal(scene.session.plan(KEY, None, &key(id)).await)?;
    assert_eq!(seen, ["service_account_id: Permission denied"]);

    let named = object([("team", "research".into()), ("name", "newer".into())]);
    assert_eq!(refusal(scene.session.read_data_source(ACCOUNT, &named).await)?, ["name: Service account not found"]);
    scene.emulator.graphql(&account.replace("new", "newer"), &json!({}))?;
    scene.session.read_data_source(ACCOUNT, &named).await?;
    scene.end().await
}

#[tokio::test]
async fn what_is_forbidden_is_told_by_the_plan() -> Result<()> {
    let mut table = String::new();
    for operation in operations() {
        writeln!(table, "{}", operation.name)?;
        for (role, key) in CALLERS {
            writeln!(table, "  {role:<22}{}", outcome(&operation, key).await?)?;
        }
    }
    assert!(!table.contains("APPLY") && !table.contains("DONE"), "{table}");
    insta::assert_snapshot!("permissions", table);
    Ok(())
}
