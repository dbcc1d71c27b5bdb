use std::error::Error as _;

use http::{HeaderMap, HeaderValue};

use super::*;

#[derive(Debug, Deserialize)]
struct Data {
    entity: Entity,
}

#[derive(Debug, Deserialize)]
struct Entity {
    members: Vec<Member>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only its decoding is of interest")]
struct Member {
    id: u32,
}

fn read(status: u16, headers: &[(http::HeaderName, &'static str)], body: &str) -> Result<Data, Failure> {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
    let status = StatusCode::from_u16(status).unwrap();
    super::read(&Response::new(status, headers, body))
}

fn failure(status: u16, body: &str) -> Failure {
    read(status, &[], body).unwrap_err()
}

/// The kind's name and the messages, as `Forbidden: no`.
fn shape(failure: &Failure) -> String {
    let debug = format!("{:?}", failure.kind);
    let name: String = debug.chars().take_while(char::is_ascii_alphabetic).collect();
    format!("{name} {:?}: {}", failure.reach, failure.kind)
}

#[test]
fn reads_the_data() {
    let data = read(200, &[], r#"{"data":{"entity":{"members":[{"id":1}]}},"errors":[]}"#).unwrap();
    assert_eq!(data.entity.members.len(), 1);
}

#[test]
fn every_form_of_error_is_understood() {
    let partial = r#"{"data":{"entity":{"members":null}},"errors":[{"message":"shard is down"}]}"#;
    let coded = |code: &str| {
        format!(
            r#"{{"data":{{"x":null}},"errors":[{{"message":"no","extensions":{{"code":"{code}"}},"path":["x"]}}]}}"#
        )
    };
    let deep = coded("FORBIDDEN").replace(r#"["x"]"#, r#"["x","key","createdAt"]"#);
    for (status, body, expected) in [
        (200, coded("PERMISSION_ERROR").as_str(), "Forbidden Refused: the caller may not do this: no"),
        (200, &coded("CONFLICT"), "Conflict Refused: it exists already: no"),
        (200, &coded("NOT_FOUND"), "NotFound Refused: not found: no"),
        (200, &coded("UNAUTHENTICATED"), "Unauthorized Refused: the server does not accept the credential: no"),
        (200, &coded("INTERNAL_SERVER_ERROR"), "ServerFailed Unclear: the server failed: no"),
        (200, &coded("BAD_USER_INPUT"), "Rejected Refused: the server refused the request: no"),
        // Most refusals have no code, and so does what was done and could not be shown.
        (200, &coded("SOMETHING_NEW"), "Rejected Doubtful: the server refused the request: no"),
        (
            200,
            r#"{"data":{"x":null},"errors":[{"message":"context deadline exceeded","path":["x"]}]}"#,
            "Rejected Doubtful: the server refused the request: context deadline exceeded",
        ),
        (200, r#"{"error":"no"}"#, "Rejected Doubtful: the server refused the request: no"),
        (
            200,
            r#"{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}},{"message":"and oops"}]}"#,
            "Forbidden Doubtful: the caller may not do this: no; and oops",
        ),
        (200, &deep, "Forbidden Doubtful: the caller may not do this: no"),
        (400, &deep, "Forbidden Doubtful: the caller may not do this: no"),
        (403, &coded("SOMETHING_NEW"), "Forbidden Refused: the caller may not do this: no"),
        (
            400,
            r#"{"errors":[{"message":"a"},"b",{"code":1}]}"#,
            "Rejected Refused: the server refused the request: a; b; an error without a message",
        ),
        (404, r#"{"data":null,"errors":[{"message":"gone"}]}"#, "NotFound Refused: not found: gone"),
        (409, r#"{"errors":[{"message":"taken"}]}"#, "Conflict Refused: it exists already: taken"),
        (
            401,
            r#"{"error":"user is not logged in"}"#,
            "Unauthorized Refused: the server does not accept the credential: user is not logged in",
        ),
        (403, r#"{"error":{"message":"no"}}"#, "Forbidden Refused: the caller may not do this: no"),
        (400, r#"{"message":"bad"}"#, "Rejected Refused: the server refused the request: bad"),
        (400, "{}", "Rejected Refused: the server refused the request"),
        (429, "slow down", "RateLimited Refused: too many requests"),
        (401, "<html>", "Unauthorized Refused: the server does not accept the credential"),
        (500, r#"{"errors":[{"message":"oops"}]}"#, "ServerFailed Unclear: the server failed: oops"),
        (502, "<html>", "ServerFailed Unclear: the server failed"),
        (200, partial, "Partial Unclear: the server answered only in part: shard is down"),
        (408, "<html>", "ServerFailed Unclear: the server failed"),
        (408, r#"{"message":"too slow"}"#, "ServerFailed Unclear: the server failed: too slow"),
        // What is not of the API says nothing about its objects.
        (
            404,
            r#"{"message":"no Route matched with those values"}"#,
            "NotTheApi Refused: the answer does not come from the API of W&B; is the base URL right?",
        ),
        (
            404,
            r#"{"error":"not found"}"#,
            "NotTheApi Refused: the answer does not come from the API of W&B; is the base URL right?",
        ),
        (404, "{}", "NotTheApi Refused: the answer does not come from the API of W&B; is the base URL right?"),
        (404, r#"{"error":{"message":"gone","extensions":{"code":"NOT_FOUND"}}}"#, "NotFound Refused: not found: gone"),
        (409, r#"{"message":"busy"}"#, "Rejected Refused: the server refused the request: busy"),
        (404, "<html>", "NotTheApi Refused: the answer does not come from the API of W&B; is the base URL right?"),
        (200, "<html>", "NotTheApi Unclear: the answer does not come from the API of W&B; is the base URL right?"),
        (200, "[]", "NotTheApi Unclear: the answer does not come from the API of W&B; is the base URL right?"),
        (200, r#"{"data":{"entity":{"mem"#, "Broken Unclear: the answer is broken"),
        (200, "", "Broken Unclear: the answer is broken"),
        (200, r#"{"data":null}"#, "Unexpected Unclear: the answer has an unexpected form at `data`"),
    ] {
        assert_eq!(shape(&failure(status, body)), expected, "{status} {body}");
    }
}

#[test]
fn a_decoding_error_names_the_path_and_no_value() {
    for (member, cause) in [
        (r#"{"id":"hunter2"}"#, "invalid type: string \"...\", expected u32 at line 1 column 46"),
        (r"{}", "missing field `id` at line 1 column 33"),
    ] {
        let body = format!(r#"{{"data":{{"entity":{{"members":[{{"id":1}},{member}]}}}}}}"#);
        let failure = failure(200, &body);
        assert!(failure.kind.to_string().contains("`entity.members[1]"), "{}", failure.kind);
        assert_eq!(failure.kind.source().unwrap().to_string(), cause);
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    }
}

#[test]
fn a_message_keeps_its_code_and_path() {
    let body = r#"{"errors":[{"message":"m","extensions":{"code":"C"},"path":["entity","members",3,"role"]}]}"#;
    let ErrorKind::Rejected(messages) = failure(400, body).kind else { panic!("a rejection") };
    let [message] = messages.as_slice() else { panic!("one message") };
    assert_eq!((message.text(), message.code(), message.path()), ("m", Some("C"), Some("entity.members[3].role")));
}

#[test]
fn a_page_is_not_a_broken_answer() {
    let html = [(CONTENT_TYPE, "text/html; charset=utf-8")];
    let failure = read(200, &html, "{ unusual, but a page").unwrap_err();
    assert!(matches!(failure.kind, ErrorKind::NotTheApi));
}
