//! Whether SCIM is open to the caller.

use hyper::Method;
use wandb_client::ScimAccess;

use crate::support::{Expected, Server, client, scim_error, scim_list, viewer};

fn groups(status: u16, body: &str) -> Expected {
    Expected::path(Method::GET, "/scim/Groups").answers(status, body)
}

#[tokio::test]
async fn it_is_asked_once() {
    let server = Server::start().await;
    server.expect([viewer(), groups(200, &scim_list(&[]))]);
    let client = client(&server);
    for _ in 0..3 {
        assert!(matches!(client.scim_access().await.unwrap(), ScimAccess::Open));
    }
    server.finish();
}

#[tokio::test]
async fn closed_is_an_answer_and_a_failure_is_none() {
    for (status, body, is_forbidden) in
        [(403, scim_error(403, "not for you"), true), (404, "no such page".to_owned(), false)]
    {
        let server = Server::start().await;
        server.expect([viewer(), groups(status, &body)]);
        let ScimAccess::Closed(error) = client(&server).scim_access().await.unwrap() else { panic!("{status}") };
        assert_eq!((error.is_forbidden(), error.is_unsupported()), (is_forbidden, !is_forbidden), "{status}");
        server.finish();
    }
    let server = Server::start().await;
    server.expect([viewer(), groups(500, "")]);
    assert!(client(&server).scim_access().await.is_err());
    server.finish();
}
