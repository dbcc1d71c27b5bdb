//! Every document of this crate against the schemas that the emulator publishes: what W&B's public sources show, and
//! what is assumed beyond it.

use std::fs;
use std::path::Path;

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};

use super::Document;
use crate::abilities::{self, Abilities};
use crate::{api_keys, assumed, invitation, member, organization, server, service_account, team, user, viewer};

fn contract(files: &[&str]) -> Valid<Schema> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wandb-emulator/contract");
    let mut builder = Schema::builder();
    for file in files {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        builder = builder.parse(text, file);
    }
    builder.build().unwrap().validate().unwrap()
}

fn check(schema: &Valid<Schema>, document: &Document) -> Result<(), String> {
    let name = document.operation().name;
    let checked =
        ExecutableDocument::parse_and_validate(schema, document.text(), name).map_err(|error| error.to_string())?;
    let operation = checked.operations.get(Some(name)).map_err(|_| format!("no operation is called {name}"))?;
    let is_change = document.operation().effect.is_change();
    if operation.is_mutation() == is_change { Ok(()) } else { Err(format!("{name} has another effect")) }
}

const NONE: Abilities = Abilities {
    organizations: false,
    member_role: false,
    member_api_keys: false,
    api_key_times: false,
    federated_service_accounts: false,
    api_key_owner: false,
    api_key_secret: false,
};

const ALL: Abilities = Abilities {
    organizations: true,
    member_role: true,
    member_api_keys: true,
    api_key_times: true,
    federated_service_accounts: true,
    api_key_owner: true,
    api_key_secret: true,
};

/// The documents that any server understands.
fn public() -> Vec<Document> {
    vec![
        viewer::document(),
        server::document(),
        abilities::document(),
        team::team_document(NONE),
        organization::document(),
        team::create_team_document(),
        member::delete_invite_document(),
        invitation::create_document(),
        user::users_document(),
        service_account::create_document(),
        assumed::generate_api_key(NONE),
        api_keys::delete_document(),
        assumed::accounts_api_keys_document(50, NONE),
    ]
}

/// The documents with forms that are assumed.
fn assumed() -> Vec<Document> {
    vec![
        assumed::generate_api_key(ALL),
        assumed::team_api_keys_document(ALL),
        assumed::accounts_api_keys_document(1, ALL),
    ]
}

/// Every document, in every form that its parts come in.
fn all() -> Vec<Document> {
    [public(), vec![team::team_document(ALL)], assumed()].concat()
}

#[test]
fn no_text_is_left_out_here() {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/graphql/documents");
    for folder in [documents.join("assumed"), documents] {
        for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            if file.is_file() {
                let text = fs::read_to_string(&file).unwrap();
                assert!(all().iter().any(|document| document.text().contains(&text)), "{}", file.display());
            }
        }
    }
}

#[test]
fn public_forms_need_nothing_that_is_assumed() {
    let schema = contract(&["public.graphql"]);
    for document in public().into_iter().chain([team::team_document(ALL)]) {
        check(&schema, &document).unwrap();
    }
}

#[test]
fn assumed_forms_are_valid_and_need_what_is_assumed() {
    let (public, whole) = (contract(&["public.graphql"]), contract(&["public.graphql", "assumed.graphql"]));
    for document in assumed() {
        check(&whole, &document).unwrap();
        assert!(check(&public, &document).is_err(), "{} needs nothing that is assumed", document.operation().name);
    }
}
