//! Changes of who is in a team, and whether there is such a team.

use std::sync::Arc;

use futures::future::join_all;
use futures::poll;
use hyper::Method;
use serde_json::{Value, json};
use tokio::sync::Notify;
use wandb_client::{Error, MemberChange, TeamExistence, UserId};

use crate::support::{Expected, Received, Server, account, client, no_abilities, scim_error, scim_list, team, viewer};

const GROUP: &str = "/scim/Groups/RW50aXR5Ojc=";

/// The answer to a search for the team.
fn found() -> Expected {
    groups(&[json!({ "id": "RW50aXR5Ojc=", "displayName": "vision", "members": null })])
}

fn groups(groups: &[Value]) -> Expected {
    Expected::path(Method::GET, "/scim/Groups").answers(200, &scim_list(groups))
}

fn patch() -> Expected {
    Expected::path(Method::PATCH, GROUP).answers(200, "{}")
}

fn refused() -> Expected {
    patch().answers(400, &scim_error(400, "not this one"))
}

/// The answer to a look at who is in the team.
fn members(ids: &[&str]) -> Expected {
    let members: Vec<_> = ids.iter().map(|id| json!({ "Value": id })).collect();
    let group = json!({ "id": "RW50aXR5Ojc=", "displayName": "vision", "members": members });
    Expected::path(Method::GET, GROUP).answers(200, &group.to_string())
}

fn add(id: &str) -> MemberChange {
    MemberChange::Add(UserId::new(id))
}

fn remove(id: &str) -> MemberChange {
    MemberChange::Remove(UserId::new(id))
}

/// What a request changes, as `+a,b -c`.
fn steps(request: &Received) -> String {
    let body = request.json();
    body["Operations"].as_array().unwrap().iter().map(step).collect::<Vec<_>>().join(" ")
}

fn step(step: &Value) -> String {
    if step["op"] == "add" {
        let people = step["value"].as_array().unwrap().iter();
        return format!("+{}", people.map(|person| person["value"].as_str().unwrap()).collect::<Vec<_>>().join(","));
    }
    let path = step["path"].as_str().unwrap();
    format!("-{}", path.strip_prefix("members[value eq \"").and_then(|rest| rest.strip_suffix("\"]")).unwrap())
}

fn patches(server: &Server) -> Vec<String> {
    server.finish().iter().filter(|request| request.method == Method::PATCH).map(steps).collect()
}

/// Makes changes that all leave in the second request, while the first is under way. These are the answers to it and
/// what follows.
async fn change_together(
    server: &Server,
    changes: &[MemberChange],
    answers: impl IntoIterator<Item = Expected>,
) -> Vec<Result<(), Error>> {
    let (client, go) = (client(server), Arc::new(Notify::new()));
    server.expect([viewer(), found(), patch().after(&go, &Value::Null)].into_iter().chain(answers));
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.change_members("vision", add("first")).await }
    });
    server.wait_for(3).await;
    let mut rest = Box::pin(join_all(changes.iter().map(|change| client.change_members("vision", change.clone()))));
    assert!(poll!(&mut rest).is_pending());
    go.notify_one();
    first.await.unwrap().unwrap();
    rest.await
}

#[tokio::test]
async fn changes_that_arrive_while_one_is_under_way_leave_together() {
    let server = Server::start().await;
    let changes = [add("a"), add("b"), remove("c"), remove("a"), add("d")];
    let results = change_together(&server, &changes, [patch()]).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    assert_eq!(patches(&server), ["+first", "+a,b -c -a +d"]);
}

#[tokio::test]
async fn only_the_caller_of_a_refused_change_gets_an_error() {
    let server = Server::start().await;
    let answers = [refused(), patch(), refused(), refused(), patch(), members(&["first", "a", "b"])];
    let changes = [add("a"), add("b"), add("nobody"), remove("d")];
    let results = change_together(&server, &changes, answers).await;
    assert_eq!(results.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false, true]);
    let error = results[2].as_ref().unwrap_err();
    assert!(!error.is_unclear(), "{error}");
    assert_eq!(error.server_messages()[0].text(), "not this one");
    assert_eq!(patches(&server), ["+first", "+a,b,nobody -d", "+a,b", "+nobody -d", "+nobody", "-d"]);
}

#[tokio::test]
async fn a_refused_change_is_made_if_things_are_as_it_wants_them() {
    for (change, people, is_made) in [
        (remove("a"), vec!["b"], true),
        (remove("a"), vec!["a"], false),
        (add("a"), vec!["a"], true),
        (add("a"), vec![], false),
    ] {
        let server = Server::start().await;
        server.expect([viewer(), found(), refused(), members(&people)]);
        let result = client(&server).change_members("vision", change.clone()).await;
        assert_eq!(result.is_ok(), is_made, "{change:?} {people:?}: {result:?}");
        server.finish();
    }
}

#[tokio::test]
async fn a_refusal_stands_where_nobody_can_look() {
    let server = Server::start().await;
    let hidden = Expected::path(Method::GET, GROUP).answers(500, &scim_error(500, "oops"));
    server.expect([viewer(), found(), refused(), hidden]);
    let error = client(&server).change_members("vision", remove("a")).await.unwrap_err();
    assert_eq!(error.server_messages()[0].text(), "not this one");
}

#[tokio::test]
async fn an_outcome_that_nobody_knows_is_unclear_to_all_and_not_tried_again() {
    for expected in [patch().closes(), patch().answers(502, "<html>"), patch().answers(200, "<html>")] {
        let server = Server::start().await;
        let results = change_together(&server, &[add("a"), remove("b")], [expected]).await;
        assert!(results.iter().all(|result| result.as_ref().is_err_and(Error::is_unclear)), "{results:?}");
        server.finish();
    }
}

#[tokio::test]
async fn a_caller_who_may_not_is_told_so_by_one_request() {
    let server = Server::start().await;
    let forbidden = patch().answers(403, &scim_error(403, "no"));
    let results = change_together(&server, &[add("a"), remove("b")], [forbidden]).await;
    assert!(results.iter().all(|result| result.as_ref().is_err_and(Error::is_forbidden)), "{results:?}");
    server.finish();
}

#[tokio::test]
async fn a_team_is_looked_up_once_and_again_when_it_is_not_where_it_was() {
    let server = Server::start().await;
    let gone = |expected: Expected| expected.answers(404, &scim_error(404, "no such group"));
    server.expect([viewer(), found(), patch(), gone(patch()), gone(members(&[])), groups(&[])]);
    let client = client(&server);
    client.change_members("vision", add("a")).await.unwrap();
    for _ in 0..2 {
        let error = client.change_members("vision", add("b")).await.unwrap_err();
        assert!(error.is_not_found(), "{error}");
    }
    assert_eq!(patches(&server), ["+a", "+b"]);
}

#[tokio::test]
async fn who_stops_waiting_before_a_change_left_makes_none_and_does_not_cut_the_others() {
    let server = Server::start().await;
    let go = Arc::new(Notify::new());
    server.expect([viewer(), found(), patch().after(&go, &Value::Null), patch()]);
    let client = client(&server);
    let first = tokio::spawn({
        let client = client.clone();
        async move { client.change_members("vision", add("first")).await }
    });
    server.wait_for(3).await;
    let mut impatient = Box::pin(client.change_members("vision", add("a")));
    let mut patient = Box::pin(client.change_members("vision", add("b")));
    assert!(poll!(&mut impatient).is_pending() && poll!(&mut patient).is_pending());
    drop(impatient);
    go.notify_one();
    first.await.unwrap().unwrap();
    patient.await.unwrap();
    assert_eq!(patches(&server), ["+first", "+b"]);
}

#[tokio::test]
async fn a_read_after_a_change_sees_it() {
    let server = Server::start().await;
    server.expect([no_abilities(), team(&json!([])), viewer(), found(), patch(), team(&json!([account(2)]))]);
    let client = client(&server);
    let count = async || client.team("vision").await.unwrap().unwrap().members.as_ref().unwrap().len();
    assert_eq!(count().await, 0);
    client.change_members("vision", add("User:2")).await.unwrap();
    assert_eq!(count().await, 1);
    server.finish();
}

#[tokio::test]
async fn a_role_is_set_by_the_person() {
    let server = Server::start().await;
    let set = || Expected::path(Method::PATCH, "/scim/Users/User:2");
    server.expect([viewer(), set().answers(200, "{}"), set().answers(400, &scim_error(400, "no such role"))]);
    let client = client(&server);
    let user = UserId::new("User:2");
    client.set_team_role(&user, "vision", "viewer").await.unwrap();
    let error = client.set_team_role(&user, "vision", "king").await.unwrap_err();
    assert_eq!(error.server_messages()[0].text(), "no such role");
    assert!(!error.is_unclear(), "{error}");
    server.finish();
}

#[tokio::test]
async fn only_who_sees_all_teams_can_say_that_one_is_gone() {
    let group = |name: &str| json!({ "id": "g", "displayName": name });
    let search = || Expected::path(Method::GET, "/scim/Groups");
    let in_part = json!({ "totalResults": 2, "Resources": [group("other")] }).to_string();
    for (answer, expected) in [
        (groups(&[group("vision")]), "exists"),
        (groups(&[group("Vision")]), "exists"),
        (groups(&[]), "absent"),
        (groups(&[group("vision-2")]), "absent"),
        (search().answers(200, &in_part), "cannot tell"),
        (search().answers(403, &scim_error(403, "no")), "cannot tell"),
        (search().answers(404, "<html>"), "cannot tell"),
        (search().answers(200, "<html>"), "error"),
        (search().answers(500, "{}"), "error"),
        (search().answers(404, &scim_error(404, "what?")), "error"),
    ] {
        let server = Server::start().await;
        server.expect([viewer(), answer]);
        let existence = match client(&server).team_exists("vision").await {
            Ok(TeamExistence::Exists) => "exists",
            Ok(TeamExistence::Absent) => "absent",
            Ok(TeamExistence::CannotTell(_)) => "cannot tell",
            Err(_) => "error",
        };
        assert_eq!(existence, expected);
        server.finish();
    }
}
