//! What a large organization costs in requests: in proportion to its teams, not to its objects.

use std::fmt::Write as _;

use anyhow::{Result, ensure};
use tfplugin::value::Value;
use tfplugin_testing::{Applied, Object, SessionError};

use crate::scene::{Scene, account, key, object};

const TEAMS: usize = 20;
const MEMBERS_OF_TEAM: usize = 50;
const ACCOUNTS_OF_TEAM: usize = 10;

fn objects(applied: Vec<Applied>) -> Result<Vec<Object>, SessionError> {
    let objects: Result<Vec<_>, _> = applied.into_iter().map(Applied::into_result).collect();
    Ok(objects?.into_iter().flatten().collect())
}

#[tokio::test]
async fn a_thousand_members_and_two_hundred_accounts() -> Result<()> {
    let mut seed =
        "organization: acme\npeople:\n- { username: ada, email: ada@acme.example, role: admin }\n".to_owned();
    for number in 0..TEAMS * MEMBERS_OF_TEAM {
        writeln!(seed, "- {{ username: person-{number}, email: person-{number}@acme.example }}")?;
    }
    let mut scene = Scene::set_seeded(&seed).await?;
    let team = |team: usize| format!("team-{team}");
    let teams: Vec<Value> = (0..TEAMS).map(|number| object([("name", team(number).into())])).collect();
    let members = (0..TEAMS * MEMBERS_OF_TEAM).map(|number| {
        object([
            ("team", team(number % TEAMS).into()),
            ("username", format!("person-{number}").into()),
            ("role", if number < TEAMS { "admin" } else { "member" }.into()),
        ])
    });
    let accounts = (0..TEAMS * ACCOUNTS_OF_TEAM)
        .map(|number| account(&team(number % TEAMS), &format!("account-{}", number / TEAMS)));
    let (members, accounts): (Vec<_>, Vec<_>) = (members.collect(), accounts.collect());

    let mut before = scene.requests()?;
    let mut too_many = Vec::new();
    let mut note = |scene: &Scene, run: &str, most| -> Result<()> {
        let after = scene.requests()?;
        let requests = after - before;
        if requests > most {
            too_many.push(format!("{requests} requests of the {run}, at most {most} are wanted"));
        }
        before = after;
        Ok(())
    };
    let plans = scene.session.plan_creates("wandb_team", &teams).await?;
    scene.session.plan_creates("wandb_team_member", &members).await?;
    scene.session.plan_creates("wandb_service_account", &accounts).await?;
    note(&scene, "plan before there are teams", 2 * TEAMS)?;
    objects(scene.session.apply_all(&plans).await?)?;
    note(&scene, "apply of the teams", 6 * TEAMS)?;
    scene.session.restart().await?;
    let mut plans = scene.session.plan_creates("wandb_team_member", &members).await?;
    plans.extend(scene.session.plan_creates("wandb_service_account", &accounts).await?);
    note(&scene, "plan", 2 * TEAMS)?;
    let made = objects(scene.session.apply_all(&plans).await?)?;
    assert_eq!(made.len(), TEAMS * (MEMBERS_OF_TEAM + ACCOUNTS_OF_TEAM));
    note(&scene, "apply", MOST_OF_APPLY)?;
    let read = scene.session.refresh_all(&made).await?;
    assert!(read.iter().zip(&made).all(|(read, made)| read.as_ref().map(Object::value) == Some(made.value())));
    note(&scene, "refresh", 2 * TEAMS)?;
    let is_account = |object: &&Object| object.type_name() == "wandb_service_account";
    let keys: Vec<Value> = made.iter().filter(is_account).map(|account| key(account, "nightly")).collect();
    scene.session.restart().await?;
    scene.session.plan_creates("wandb_api_key", &keys).await?;
    note(&scene, "plan of the keys", 3 * TEAMS)?;
    ensure!(too_many.is_empty(), "{}", too_many.join("\n"));
    scene.end().await
}

/// An addition of an account is one request; members of a team join together as far as they arrive together, and each
/// addition has the roster read again, which all share that wait for it.
const MOST_OF_APPLY: usize = TEAMS * (3 * MEMBERS_OF_TEAM + 3 * ACCOUNTS_OF_TEAM);
