use std::fs;

use tempfile::TempDir;

use super::*;

const CONFIGURED: &str = "1111111111111111111111111111111111111111";
const VARIABLE: &str = "2222222222222222222222222222222222222222";
const NETRC: &str = "3333333333333333333333333333333333333333";

const NOTHING: Configured<'_> =
    Configured { api_key: None, identity_token: None, identity_token_file: None, audience: None };

fn api_key(key: &str) -> Configured<'_> {
    Configured { api_key: Some(key), ..NOTHING }
}

fn url(text: &str) -> BaseUrl {
    text.parse().unwrap()
}

fn netrc(text: &str) -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("netrc");
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

fn secret(found: &Found) -> &str {
    let Credential::ApiKey(key) = &found.credential else { panic!("an API key") };
    key.expose_secret()
}

#[test]
fn the_first_place_that_has_one_is_taken() {
    let (_folder, file) = netrc(&format!("machine api.wandb.ai login user password {NETRC}"));
    let both = Environment::from_pairs([("WANDB_API_KEY", VARIABLE), ("NETRC", &file)]);
    let netrc_only = Environment::from_pairs([("NETRC", &file)]);
    for (configured, environment, key, place) in [
        (api_key(CONFIGURED), &both, CONFIGURED, Place::Configured),
        (NOTHING, &both, VARIABLE, Place::Variable("WANDB_API_KEY")),
        (NOTHING, &netrc_only, NETRC, Place::Netrc(file.clone().into())),
    ] {
        let found = Credential::find(&BaseUrl::cloud(), &configured, environment).unwrap();
        assert_eq!((secret(&found), &found.place), (key, &place));
    }
}

#[test]
fn none_found_names_every_place() {
    let (folder, file) = netrc("machine elsewhere.example.com login user password x");
    let missing = folder.path().join("missing").to_str().unwrap().to_owned();
    let server = url("https://wandb.example.com:8443");
    for (pairs, netrc) in [
        (
            vec![("NETRC", file.as_str())],
            format!("the netrc file {file} (no password for machine wandb.example.com:8443 or wandb.example.com)"),
        ),
        (vec![("NETRC", missing.as_str())], format!("the netrc file {missing} (no such file)")),
        (vec![], "the netrc file ~/.netrc (no home directory is set)".to_owned()),
    ] {
        let error = Credential::find(&server, &NOTHING, &Environment::from_pairs(pairs)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "no credential for https://wandb.example.com:8443 was found; looked in the configured credential (not \
                 set), the environment variable WANDB_API_KEY (not set), the environment variable \
                 WANDB_IDENTITY_TOKEN_FILE (not set), {netrc}"
            )
        );
    }
}

#[test]
fn a_variable_goes_only_to_the_server_that_it_belongs_to() {
    let server = url("https://wandb.example.com");
    let find = |base_url: &str| {
        let pairs = [("WANDB_API_KEY", VARIABLE), ("WANDB_BASE_URL", base_url)];
        Credential::find(&server, &NOTHING, &Environment::from_pairs(pairs))
    };
    for same in ["https://wandb.example.com/", "https://WANDB.example.com:443", ""] {
        assert_eq!(secret(&find(same).unwrap()), VARIABLE, "{same:?}");
    }
    for other in ["https://api.wandb.ai", "http://wandb.example.com", "https://wandb.example.com:8443"] {
        let error = find(other).unwrap_err();
        assert!(matches!(error, CredentialError::OtherServer { .. }), "{other}: {error}");
    }
    assert_eq!(
        find("https://api.wandb.ai").unwrap_err().to_string(),
        "WANDB_API_KEY belongs to https://api.wandb.ai, as WANDB_BASE_URL says, and is not sent to \
         https://wandb.example.com; configure a credential for https://wandb.example.com itself, or unset one of the \
         two variables"
    );
    assert!(matches!(find("nonsense"), Err(CredentialError::BaseUrl(_))));
}

#[test]
fn a_configured_key_may_go_to_any_server() {
    let pairs = [("WANDB_API_KEY", VARIABLE), ("WANDB_BASE_URL", "https://api.wandb.ai")];
    let server = url("https://wandb.example.com");
    let found = Credential::find(&server, &api_key(CONFIGURED), &Environment::from_pairs(pairs)).unwrap();
    assert_eq!(secret(&found), CONFIGURED);
}

#[test]
fn a_key_of_an_odd_form_is_an_error_where_it_stands() {
    let (_folder, file) = netrc("machine api.wandb.ai login user password hunter2");
    let bad_variable = Environment::from_pairs([("WANDB_API_KEY", "hunter2"), ("NETRC", &file)]);
    let bad_netrc = Environment::from_pairs([("NETRC", &file)]);
    for (configured, environment, place) in [
        (api_key("hunter2"), &bad_variable, "the configured credential"),
        (NOTHING, &bad_variable, "the environment variable WANDB_API_KEY"),
        (NOTHING, &bad_netrc, &format!("the netrc file {file}") as &str),
    ] {
        let error = Credential::find(&BaseUrl::cloud(), &configured, environment).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(error.to_string().starts_with(&format!("{place} is not a W&B API key: ")), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

/// Where an identity token is found, and the file that its access tokens are shared in.
fn token(found: &Found) -> (&Place, Option<&Path>) {
    let Credential::IdentityToken(token) = &found.credential else { panic!("an identity token") };
    (&found.place, token.credentials_file.as_deref())
}

#[test]
fn identity_tokens_have_their_places() {
    let job = [("ACTIONS_ID_TOKEN_REQUEST_URL", "https://token.example.com"), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "x")];
    let file = [("WANDB_IDENTITY_TOKEN_FILE", "/run/token")];
    let shared = [("WANDB_CREDENTIALS_FILE", "/run/credentials.json")];
    let audience = Configured { audience: Some("acme"), ..NOTHING };
    for (configured, pairs, place) in [
        (Configured { identity_token: Some("a.b.c"), ..NOTHING }, vec![], Place::Configured),
        (
            Configured { identity_token_file: Some(Path::new("/t")), ..NOTHING },
            vec![("WANDB_API_KEY", VARIABLE)],
            Place::Configured,
        ),
        (audience, [job.as_slice(), &file].concat(), Place::Variable("WANDB_IDENTITY_TOKEN_FILE")),
        (audience, job.to_vec(), Place::GitHubActions),
    ] {
        let environment = Environment::from_pairs(pairs.into_iter().chain(shared));
        let found = Credential::find(&BaseUrl::cloud(), &configured, &environment).unwrap();
        assert_eq!(token(&found), (&place, Some(Path::new("/run/credentials.json"))));
    }
    // A job's token is for an audience, so without one it is not looked for.
    for (configured, environment, is_named) in
        [(NOTHING, Environment::from_pairs(job), false), (audience, Environment::default(), true)]
    {
        let error = Credential::find(&BaseUrl::cloud(), &configured, &environment).unwrap_err();
        assert!(matches!(error, CredentialError::NoneFound { .. }), "{error}");
        assert_eq!(error.to_string().contains("GitHub Actions"), is_named, "{error}");
    }
}

#[test]
fn an_identity_token_file_of_the_environment_is_bound_to_its_server() {
    let pairs = [("WANDB_IDENTITY_TOKEN_FILE", "/run/token"), ("WANDB_BASE_URL", "https://api.wandb.ai")];
    let server = url("https://wandb.example.com");
    let error = Credential::find(&server, &NOTHING, &Environment::from_pairs(pairs)).unwrap_err();
    assert!(matches!(error, CredentialError::OtherServer { variable: "WANDB_IDENTITY_TOKEN_FILE", .. }), "{error}");
}

#[test]
fn one_credential_is_configured_at_most() {
    let both = Configured { identity_token: Some("a.b.c"), ..api_key(CONFIGURED) };
    let error = Credential::find(&BaseUrl::cloud(), &both, &Environment::default()).unwrap_err();
    assert!(matches!(error, CredentialError::SeveralConfigured), "{error}");
    assert!(!format!("{both:?}").contains(CONFIGURED));
    let odd = Configured { identity_token: Some("hunter2"), ..NOTHING };
    let error = Credential::find(&BaseUrl::cloud(), &odd, &Environment::default()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}
