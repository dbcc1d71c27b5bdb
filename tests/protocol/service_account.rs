//! `wandb_service_account`: of a team and of the organization, built-in and federated.

use anyhow::{Context, Result};
use tfplugin::value::{Refinement, Value};
use tfplugin_testing::{Action, ImportTarget, Object};

use crate::scene::{Scene, account, object, of_organization, refusal, text};

const TYPE: &str = "wandb_service_account";
const SUBJECT: &str = "repo:acme/training:ref:refs/heads/main";

/// What an import cannot know of a built-in account.
const NOT_IMPORTED: &[&str] = &["authentication_method"];

/// The configuration of a federated account.
fn federated(name: &str, subject: Value) -> Value {
    object([("team", "research".into()), ("name", name.into()), ("subject", subject)])
}

fn warnings(of: &tfplugin::Diagnostics) -> Vec<&str> {
    of.iter().map(|warning| warning.summary.as_str()).collect()
}

/// The API's own id.
fn api_id(account: &Object) -> Result<String> {
    Ok(text(account, "id")?.trim_start_matches("federated:").to_owned())
}

#[tokio::test]
async fn lives_from_create_to_destroy() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let plan = scene.session.plan(TYPE, None, &account("research", "ci")).await?;
    assert_eq!(plan.action(), Action::Create);
    assert!(plan.planned().attribute("id").is_unknown());

    let created = scene.create_account("research", "ci").await?;
    let id = text(&created, "id")?.to_owned();
    let identity = created.identity().context("an identity")?;
    assert_eq!(identity.attribute("id").as_str(), Some(id.as_str()));
    scene.session.destroy(created.clone()).await?;
    assert!(scene.session.refresh(&created).await?.is_none(), "it is gone from the backend");
    scene.end().await
}

#[tokio::test]
async fn another_name_or_team_is_another_account() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    scene.create_team("science").await?;
    let created = scene.create_account("research", "ci").await?;

    let plan = scene.session.plan(TYPE, Some(&created), &account("research", "deploy")).await?;
    assert_eq!(plan.action(), Action::Replace);
    assert_eq!(plan.requires_replace(), ["name".into()]);
    assert!(plan.planned().attribute("id").is_unknown());
    let renamed = scene.session.replace(created.clone(), &account("research", "deploy")).await?;
    assert_ne!(text(&renamed, "id")?, text(&created, "id")?);
    assert!(scene.session.refresh(&created).await?.is_none());

    // The new one first, as `create_before_destroy` asks.
    let config = account("science", "deploy");
    let plan = scene.session.plan(TYPE, Some(&renamed), &config).await?.create_before_destroy();
    let moved = scene.session.apply(plan).await?.into_result()?.context("an object")?;
    scene.session.settled(&moved, &config).await?;
    assert!(scene.session.refresh(&renamed).await?.is_none());
    scene.end().await
}

#[tokio::test]
async fn an_account_that_was_deleted_outside_is_made_again() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let created = scene.create_account("research", "ci").await?;
    scene.emulator.delete_account(text(&created, "id")?)?;

    assert!(scene.session.refresh(&created).await?.is_none());
    // Nobody has to refresh before a destroy.
    let plan = scene.session.plan_destroy(&created).await?;
    assert!(scene.session.apply(plan).await?.into_result()?.is_none());
    let again = scene.create_account("research", "ci").await?;
    assert_ne!(text(&again, "id")?, text(&created, "id")?);
    scene.end().await
}

#[tokio::test]
async fn it_is_imported_by_name_by_id_and_by_identity() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let created = scene.create_account("research", "ci").await?;
    let by_id = format!("research/id:{}", text(&created, "id")?);
    for id in ["research/ci", &by_id] {
        scene.session.import_verify(&created, id, NOT_IMPORTED).await?;
    }
    let identity = ImportTarget::Identity(created.identity().context("an identity")?.clone());
    let imported = scene.session.import_verify(&created, identity, NOT_IMPORTED).await?;
    scene.session.settled(&imported, &account("research", "ci")).await?;

    for (id, refused) in [
        ("research/deploy", "Service account not found"),
        ("nowhere/ci", "Team not found"),
        ("ci", "Invalid import id"),
        ("research/ci/more", "Invalid import id"),
    ] {
        assert_eq!(refusal(scene.session.import(TYPE, id).await)?, [refused], "{id}");
    }
    scene.end().await
}

#[tokio::test]
async fn what_cannot_be_is_refused() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    scene.create_account("research", "ci").await?;
    // The team may be made by the same run, so only the apply can tell.
    let plan = scene.session.plan(TYPE, None, &account("nowhere", "ci")).await?;
    let applied = scene.session.apply(plan).await?;
    assert!(applied.object.is_none());
    assert_eq!(refusal(applied.into_result())?, ["team: Team not found"]);

    for (name, team, refused) in [("", "research", "name"), (" ci", "research", "name"), ("ci", "", "team")] {
        let validated = scene.session.validate(TYPE, &account(team, name)).await;
        assert_eq!(refusal(validated)?, [format!("{refused}: Invalid value for `{refused}`")]);
    }
    scene.end().await
}

#[tokio::test]
async fn a_second_account_of_a_name_is_warned_of_and_a_replaced_one_is_not_in_the_way() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let first = scene.create_account("research", "ci").await?;
    let config = account("research", "ci");
    let plan = scene.session.plan(TYPE, None, &config).await?;
    assert_eq!(warnings(plan.warnings()), ["Service account exists already"]);

    // Tainted, the old one goes first or last: it has the name either way.
    let plan = scene.session.plan(TYPE, Some(&first.taint()), &config).await?;
    let second = scene.session.apply(plan).await?.into_result()?.context("an object")?;
    let plan = scene.session.plan(TYPE, Some(&second.taint()), &config).await?.create_before_destroy();
    let third = scene.session.apply(plan).await?.into_result()?.context("an object")?;
    scene.session.settled(&third, &config).await?;
    scene.end().await
}

#[tokio::test]
async fn a_federated_account_shows_itself_by_its_id_before_it_is_there() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let config = federated("ci", SUBJECT.into());
    let plan = scene.session.plan(TYPE, None, &config).await?;
    assert!(*plan.planned().attribute("id") == Value::refined(Refinement::prefix("federated:")));
    assert_eq!(plan.planned().attribute("authentication_method").as_str(), Some("federated_identity"));

    let created = scene.session.create(TYPE, &config).await?;
    assert!(text(&created, "id")?.starts_with("federated:"));
    let identity = created.identity().context("an identity")?;
    assert_eq!(identity.attribute("id").as_str(), Some(api_id(&created)?.as_str()), "the same before it is recorded");

    let other = federated("ci", "repo:acme/training:pull_request".into());
    let plan = scene.session.plan(TYPE, Some(&created), &other).await?;
    assert_eq!((plan.action(), plan.requires_replace()), (Action::Replace, &["subject".into()][..]));
    let folded = federated("ci", "repo:acme/Training:ref:refs/heads/main".into());
    assert_eq!(scene.session.plan(TYPE, Some(&created), &folded).await?.action(), Action::Replace);
    let built_in = scene.session.replace(created, &account("research", "ci")).await?;
    assert!(!text(&built_in, "id")?.starts_with("federated:"));
    assert_eq!(text(&built_in, "authentication_method")?, "api_key");
    scene.end().await
}

#[tokio::test]
async fn what_is_known_of_an_unknown_subject_decides() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    for (subject, prefix) in [(Value::refined(Refinement::prefix("repo:")), "federated:"), (Value::unknown(), "")] {
        let plan = scene.session.plan(TYPE, None, &federated("ci", subject)).await?;
        let id = Value::refined(Refinement { prefix: prefix.to_owned(), ..Refinement::not_null() });
        assert!(*plan.planned().attribute("id") == id, "{prefix}");
        let plan = plan.with_config(&scene.session, &federated("ci", SUBJECT.into()))?;
        let applied = scene.session.apply(plan).await?.into_result()?.context("an object")?;
        scene.session.destroy(applied).await?;
    }
    scene.end().await
}

#[tokio::test]
async fn a_subject_that_is_written_down_after_an_import_is_recorded_in_place() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let config = federated("ci", SUBJECT.into());
    let created = scene.session.create(TYPE, &config).await?;
    let unknowable = ["subject", "authentication_method", "id"];
    let imported = scene.session.import_verify(&created, "research/ci", &unknowable).await?;
    scene.session.settled(&imported, &account("research", "ci")).await?;

    let plan = scene.session.plan(TYPE, Some(&imported), &config).await?;
    assert_eq!((plan.action(), warnings(plan.warnings())), (Action::Update, vec!["The subject is only recorded"]));
    let recorded = scene.session.update(imported, &config).await?;
    assert!(recorded.value() == created.value());
    let other = federated("ci", "repo:acme/other:pull_request".into());
    assert_eq!(scene.session.plan(TYPE, Some(&recorded), &other).await?.action(), Action::Replace);

    // The id of another state tells that the account is federated.
    let by_id = format!("research/id:{}", text(&created, "id")?);
    let imported = scene.session.import_verify(&created, by_id.as_str(), &["subject", "authentication_method"]).await?;
    scene.session.update(imported, &config).await?;
    scene.end().await
}

#[tokio::test]
async fn an_account_with_keys_is_not_recorded_as_a_federated_one() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let created = scene.create_account("research", "ci").await?;
    scene.create_key(&created, "laptop").await?;
    let imported = scene.session.import(TYPE, "research/ci").await?;
    let refused = scene.session.plan(TYPE, Some(&imported), &federated("ci", SUBJECT.into())).await;
    assert_eq!(refusal(refused)?, ["subject: Not a federated account"]);
    scene.end().await
}

#[tokio::test]
async fn an_account_of_the_organization_lives_in_all_teams() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let config = of_organization("research", "platform");
    let created = scene.session.create(TYPE, &config).await?;
    assert_eq!(text(&created, "authentication_method")?, "api_key");
    let key = scene.create_key(&created, "laptop").await?;
    assert_eq!(scene.viewer(&key)?, "platform");
    scene.session.destroy(key).await?;

    scene.session.import_verify(&created, "organization/research/platform", &[]).await?;
    let by_id = format!("organization/research/id:{}", text(&created, "id")?);
    let imported = scene.session.import_verify(&created, by_id.as_str(), &[]).await?;
    scene.session.settled(&imported, &config).await?;
    // By the other form it is taken for one of a team, until the configuration says what it is.
    let imported = scene.session.import(TYPE, "research/platform").await?;
    let plan = scene.session.plan(TYPE, Some(&imported), &config).await?;
    assert_eq!((plan.action(), warnings(plan.warnings())), (Action::Update, vec!["The scope is only recorded"]));
    let recorded = scene.session.update(imported, &config).await?;
    assert!(recorded.value() == created.value());

    scene.session.destroy(recorded).await?;
    assert!(scene.session.refresh(&created).await?.is_none());
    scene.end().await
}

#[tokio::test]
async fn an_account_of_the_organization_outlives_its_place_in_the_default_team() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let created = scene.session.create(TYPE, &of_organization("research", "platform")).await?;
    scene.leave_team("research", &created)?;
    let left = scene.session.refresh(&created).await?.context("it lives on without the team")?;
    assert!(left.value() == created.value());
    scene.emulator.delete_account(text(&created, "id")?)?;
    scene.session.restart().await?;
    assert!(scene.session.refresh(&created).await?.is_none());
    scene.end().await
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_again() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let configs =
        [account("research", "ci"), federated("release", SUBJECT.into()), of_organization("research", "platform")];
    for config in configs {
        let operation = if config.attribute("scope").is_null() { "createServiceAccount" } else { "POST /scim/Users" };
        scene.create_unanswered(TYPE, &config, operation).await?;
    }
    scene.end().await
}

/// Most of W&B's refusals come as a success, with words alone. So does an account that was made and could not be shown.
#[tokio::test]
async fn a_refusal_in_words_is_told_after_a_look_for_the_account() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let config = account("research", "ci");
    let plan = scene.session.plan(TYPE, None, &config).await?;
    let fault = |message: &str, when: &str| {
        let errors = [serde_json::json!({ "message": message, "path": ["result"] })];
        let body = serde_json::json!({ "data": { "result": null }, "errors": errors }).to_string();
        let effect = serde_json::json!({ "kind": "status", "status": 200, "body": body, "when": when });
        serde_json::json!({ "operation": "createServiceAccount", "times": 1, "effect": effect })
    };
    scene.emulator.add_fault(&fault("permission denied", "before"))?;
    let refused = scene.session.apply(plan).await?.into_result().err().context("a refusal")?;
    let refused = refused.diagnostics().and_then(|all| all.iter().next()).context("a diagnostic")?;
    assert_eq!(refused.summary, "Request failed");
    assert!(refused.detail.contains("the server refused the request: permission denied"), "{}", refused.detail);

    let plan = scene.session.plan(TYPE, None, &config).await?;
    scene.emulator.add_fault(&fault("context deadline exceeded", "after"))?;
    let applied = scene.session.apply(plan).await?;
    assert_eq!(warnings(&applied.diagnostics), ["Answer to a creation lost"]);
    let found = applied.into_result()?.context("an object")?;
    scene.session.settled(&found, &config).await?;
    scene.end().await
}

#[tokio::test]
async fn a_refusal_is_told_as_what_it_is() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    scene.session.create(TYPE, &federated("ci", SUBJECT.into())).await?;
    scene.session.create(TYPE, &of_organization("research", "platform")).await?;
    for (config, refused) in [
        (federated("release", SUBJECT.into()), "subject: Subject is taken"),
        (of_organization("research", "platform"), "name: Name is taken"),
    ] {
        let plan = scene.session.plan(TYPE, None, &config).await?;
        let applied = scene.session.apply(plan).await?;
        assert_eq!(refusal(applied.into_result())?, [refused]);
    }
    scene.emulator.set_settings(&serde_json::json!({ "team_service_account_creation_disabled": true }))?;
    let plan = scene.session.plan(TYPE, None, &account("research", "nightly")).await?;
    let applied = scene.session.apply(plan).await?;
    assert_eq!(refusal(applied.into_result())?, ["Service account creation is disabled"]);
    scene.end().await
}

#[tokio::test]
async fn data_sources_find_accounts_by_name_by_id_and_all_of_a_team() -> Result<()> {
    const ALL: &str = "wandb_service_accounts";
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let (team, nowhere) = (("team", "research".into()), ("team", "nowhere".into()));
    let created = scene.session.create(TYPE, &federated("ci", SUBJECT.into())).await?;
    scene.create_account("research", "a").await?;

    let named = scene.session.read_data_source(TYPE, &object([team.clone(), ("name", "ci".into())])).await?;
    assert_eq!(named.attribute("id").as_str(), Some(api_id(&created)?.as_str()));
    for id in [api_id(&created)?, text(&created, "id")?.to_owned()] {
        let found = scene.session.read_data_source(TYPE, &object([team.clone(), ("id", id.into())])).await?;
        assert_eq!(found.attribute("name").as_str(), Some("ci"));
        assert!(found.attribute("username") == named.attribute("username"));
    }
    let all = scene.session.read_data_source(ALL, &object([team.clone()])).await?;
    let Value::List(accounts) = all.attribute("service_accounts") else { anyhow::bail!("not a list") };
    let listed: Vec<_> = accounts.iter().map(|account| account.attribute("name").as_str()).collect();
    assert_eq!(listed, [Some("a"), Some("ci")]);

    let both = object([team.clone(), ("name", "ci".into()), ("id", "x".into())]);
    for (type_name, config, refused) in [
        (TYPE, object([team.clone(), ("name", "b".into())]), "name: Service account not found"),
        (TYPE, object([team.clone(), ("id", "x".into())]), "id: Service account not found"),
        (TYPE, object([nowhere.clone(), ("name", "ci".into())]), "team: Team not found"),
        (TYPE, object([team]), "name: Missing name or id"),
        (TYPE, both, "id: Both name and id"),
        (ALL, object([nowhere]), "team: Team not found"),
    ] {
        let read = scene.session.read_data_source(type_name, &config).await;
        assert_eq!(refusal(read)?, [refused]);
    }
    scene.end().await
}

#[tokio::test]
async fn keys_that_nobody_manages_are_in_the_way_of_a_destroy() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let created = scene.create_account("research", "ci").await?;
    let key = scene.create_key(&created, "laptop").await?;
    let plan = scene.session.plan_destroy(&created).await?;
    let applied = scene.session.apply(plan).await?;
    assert!(applied.object.is_some(), "it stays in the state");
    assert_eq!(refusal(applied.into_result())?, ["Service account owns other API keys"]);
    scene.viewer(&key).context("the key still works")?;

    // What was applied last decides.
    let config = object([("team", "research".into()), ("name", "ci".into()), ("force_destroy", Value::from(true))]);
    let forced = scene.session.update(created, &config).await?;
    scene.session.destroy(forced).await?;
    assert!(scene.viewer(&key).is_err(), "the key is revoked");
    scene.end().await
}

#[tokio::test]
async fn a_state_from_before_scopes_and_subjects_is_as_good() -> Result<()> {
    let mut scene = Scene::set().await?;
    scene.create_team("research").await?;
    let created = scene.create_account("research", "ci").await?;
    let old = format!(r#"{{"id":"{}","name":"ci","team":"research"}}"#, text(&created, "id")?);
    let upgraded = scene.session.upgrade(TYPE, 0, old.as_bytes()).await?;
    let nulls = ["default_team", "subject", "authentication_method"].map(|name| (name, Value::Null));
    let known = [
        ("id", created.attribute("id").clone()),
        ("name", "ci".into()),
        ("team", "research".into()),
        ("scope", "team".into()),
        ("force_destroy", Value::from(false)),
    ];
    assert!(upgraded == Value::object(known.into_iter().chain(nulls)), "{upgraded:?}");
    // That is what an import gives, too.
    let imported = scene.session.import(TYPE, "research/ci").await?;
    assert!(*imported.value() == upgraded);
    scene.session.settled(&imported, &account("research", "ci")).await?;
    scene.end().await
}

#[tokio::test]
async fn a_team_that_is_not_known_yet_is_planned_with() -> Result<()> {
    let scene = Scene::set().await?;
    let config = Value::object([("team", Value::unknown()), ("name", "ci".into())]);
    scene.session.validate(TYPE, &config).await?;
    let plan = scene.session.plan(TYPE, None, &config).await?;
    assert_eq!(plan.action(), Action::Create);
    assert!(plan.planned().attribute("team").is_unknown());
    scene.end().await
}
