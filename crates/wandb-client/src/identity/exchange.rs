//! The requests of an exchange, and what their answers say.

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded;

use super::access_token::AccessToken;
use super::token::{GitHubActions, Jwt};
use crate::base_url::BaseUrl;
use crate::error::{Error, ErrorKind, ServerMessages};
use crate::http::failure::by_status_alone;
use crate::http::{Effect, Failure, Operation, Reach, Request, Response};

/// Exchanging changes nothing but that the identity token is used up; a second time is refused and does no harm.
pub(super) const OPERATION: Operation = Operation { name: "ExchangeIdentityToken", effect: Effect::Read };
const JOB_TOKEN: Operation = Operation { name: "GitHubActionsToken", effect: Effect::Read };
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

pub(super) fn request(base_url: &BaseUrl, jwt: &Jwt) -> Request {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", GRANT_TYPE).append_pair("assertion", jwt.expose_secret());
    Request::new(OPERATION, Method::POST, base_url.endpoint(&["oidc", "token"]))
        .with_body("application/x-www-form-urlencoded", form.finish().into_bytes())
        .with_secret(jwt.expose_secret())
}

pub(super) fn job_token_request(job: &GitHubActions) -> Result<Request, Error> {
    let bearer = HeaderValue::try_from(format!("Bearer {}", job.bearer.expose_secret()));
    let bearer = bearer.map_err(|error| {
        let (path, source) = (crate::environment::GITHUB_TOKEN_BEARER.to_owned(), error.into());
        Error::of(JOB_TOKEN.name, ErrorKind::Unexpected { path, source })
    })?;
    let mut request = Request::new(JOB_TOKEN, Method::GET, job.url.clone());
    request.authorize(bearer);
    Ok(request)
}

#[derive(Deserialize)]
struct Token {
    access_token: SecretString,
    /// Seconds.
    expires_in: f64,
}

#[derive(Deserialize)]
struct JobToken {
    value: SecretString,
}

/// The forms of an error: OAuth's, and those of the server's other parts.
#[derive(Deserialize)]
struct ErrorBody {
    error: Option<Value>,
    error_description: Option<String>,
    message: Option<String>,
}

pub(super) fn read(response: &Response) -> Result<AccessToken, Failure> {
    let now = Timestamp::now();
    let token: Token = read_json(response)?;
    let life = Duration::try_from_secs_f64(token.expires_in).ok();
    let expires_at = life.and_then(|life| now.checked_add(life).ok());
    let expires_at = expires_at.ok_or_else(|| unexpected("expires_in", "it is not a number of seconds"))?;
    Ok(AccessToken { secret: token.access_token, expires_at })
}

pub(super) fn read_job_token(response: &Response) -> Result<Jwt, Failure> {
    let token: JobToken = read_json(response)?;
    Jwt::parse(token.value.expose_secret()).ok_or_else(|| unexpected("value", "it is not a signed JWT"))
}

fn read_json<T: for<'de> Deserialize<'de>>(response: &Response) -> Result<T, Failure> {
    if !response.status.is_success() {
        return Err(refused(response));
    }
    let begins_as_json = response.body.trim_ascii_start().first().is_none_or(|&first| first == b'{');
    serde_json::from_slice(&response.body).map_err(|error| match error.is_data() {
        true => unexpected("access_token", "a field is missing or of another type"),
        false if begins_as_json => Failure::new(ErrorKind::Broken(error), Reach::Unclear),
        false => unexpected("access_token", "it is not JSON"),
    })
}

fn refused(response: &Response) -> Failure {
    let status = response.status;
    let body: Option<ErrorBody> = serde_json::from_slice(&response.body).ok();
    let is_of_the_api = body.is_some();
    let text = body.and_then(|body| {
        let error = body.error.as_ref();
        let error = error.and_then(|error| error.as_str().or_else(|| error.get("message")?.as_str()));
        body.error_description.or(body.message).or_else(|| error.map(ToOwned::to_owned))
    });
    let messages: ServerMessages = text.iter().map(|text| response.message(text)).collect();
    let kind = match by_status_alone(status) {
        Some(kind) if status != StatusCode::FORBIDDEN => kind(messages),
        _ if status == StatusCode::NOT_FOUND && !is_of_the_api => {
            ErrorKind::Unsupported { what: "login with identity tokens" }
        }
        // Whatever else it says, this identity is not let in.
        _ if status.is_client_error() => ErrorKind::Unauthorized(messages),
        _ => ErrorKind::NotTheApi,
    };
    Failure::new(kind, Reach::Refused)
}

fn unexpected(path: &str, reason: &'static str) -> Failure {
    Failure::new(ErrorKind::Unexpected { path: path.to_owned(), source: reason.into() }, Reach::Refused)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn response(status: u16, body: &str) -> Response {
        Response::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), body)
    }

    #[test]
    fn an_exchange_is_a_form() {
        let jwt = Jwt::parse("aa.b-b.c_c").unwrap();
        let request = request(&"https://example.com/ml".parse().unwrap(), &jwt);
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://example.com/ml/oidc/token"));
        assert_eq!(request.headers["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(
            String::from_utf8(request.body).unwrap(),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=aa.b-b.c_c"
        );
    }

    #[test]
    fn refusals_are_told_apart() {
        for (status, body, expected) in [
            (
                400,
                r#"{"error":"invalid_grant","error_description":"jti_known"}"#,
                "the server does not accept the credential: jti_known",
            ),
            (400, r#"{"error":"jti_known"}"#, "the server does not accept the credential: jti_known"),
            (401, r#"{"error":{"message":"expired"}}"#, "the server does not accept the credential: expired"),
            (403, r#"{"message":"wrong audience"}"#, "the server does not accept the credential: wrong audience"),
            (404, r#"{"error":"no such issuer"}"#, "the server does not accept the credential: no such issuer"),
            (404, "<html>", "this server does not offer login with identity tokens"),
            (429, "", "too many requests"),
            (503, "", "the server failed"),
            (200, "<html>", "the answer has an unexpected form at `access_token`"),
            (200, r#"{"access_token":"hunter2"#, "the answer is broken"),
            (200, "", "the answer is broken"),
            (200, r#"{"access_token":"hunter2"}"#, "the answer has an unexpected form at `access_token`"),
            (200, r#"{"access_token":"hunter2","expires_in":-1}"#, "the answer has an unexpected form at `expires_in`"),
        ] {
            let failure = read(&response(status, body)).unwrap_err();
            assert_eq!(failure.kind.to_string(), expected, "{status} {body}");
            assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
        }
    }

    #[test]
    fn an_access_token_ends() {
        let token = read(&response(200, r#"{"access_token":"x","expires_in":3600,"token_type":"Bearer"}"#)).unwrap();
        let left = token.expires_at().duration_since(Timestamp::now()).as_secs();
        assert!((3598..=3600).contains(&left), "{left}");
    }

    #[test]
    fn a_job_s_token_is_a_jwt() {
        assert_eq!(read_job_token(&response(200, r#"{"value":"aa.bb.cc"}"#)).unwrap().expose_secret(), "aa.bb.cc");
        for body in [r#"{"value":"hunter2"}"#, "{}", ""] {
            let failure = read_job_token(&response(200, body)).unwrap_err();
            assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
        }
    }
}
