//! What becomes of the mistakes of an author: none of them leaves as an answer that breaks a rule of Terraform.
//!
//! The catalogue of mutants in `tfplugin-testing` breaks answers behind the SDK. Here an author makes the same breaches
//! in his own code, and some more, and the SDK stands between him and the host. What comes of each is the table in
//! `BREACHES.md`.

mod author;
mod cases;
mod walk;

use std::path::PathBuf;
use std::{env, fs};

use tfplugin_proto::tfplugin6 as proto;

use self::author::Breach;
use self::cases::{BESIDE, CATALOGUE};
use self::walk::{Answer, Walk, go};
use crate::value::Value;

/// One breach, and what becomes of it.
struct Case {
    name: &'static str,
    /// What the author does.
    does: &'static str,
    end: End,
}

enum End {
    /// The user is told of a bug, and no value leaves: a host then keeps what it has.
    Told(Walk, Breach),
    /// The user is told of a bug, and what was reached is stored.
    Kept(Walk, Breach),
    /// The answer is the right one all the same, for this reason.
    Right(Walk, Breach, &'static str),
    /// No author can do it, for this reason.
    Inexpressible(&'static str),
    /// It leaves, for this reason.
    Unseen(&'static str),
}

const GOLDEN: &str = "BREACHES.md";
const MUTANTS: &str = "../tfplugin-testing/tests/mutants/agreement.md";

const TITLE: &str = "# What becomes of an author's mistakes

An author writes a resource, and breaks one of Terraform's rules in it. The SDK sees to it that the breach does not leave:
the user is told of a bug in the provider, in these words, before a host can say something that sounds like the user's own
fault; and what was made on the remote side is in the state all the same (*kept*). Some breaches come to a right answer
(*right*), some cannot be expressed (*inexpressible*), and a few cannot be seen from where the SDK stands (*unseen*).

Written by `INSTA_UPDATE=always cargo test -p tfplugin --lib breaches`, from the cases in `src/wire/tests/breaches`.
";

#[tokio::test]
async fn no_breach_leaves() {
    let catalogue = table(CATALOGUE).await;
    let beside = table(BESIDE).await;
    let rendered = format!(
        "{TITLE}\n## The mutants\n\nEach stands under its name in the [catalogue]({MUTANTS}), which breaks answers behind \
         the SDK.\n\n{catalogue}\n## Beside them\n\n{beside}"
    );
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    if env::var("INSTA_UPDATE").is_ok_and(|value| value == "always") {
        fs::write(&file, &rendered).unwrap();
    }
    let golden = fs::read_to_string(&file).unwrap();
    for (golden, rendered) in golden.lines().zip(rendered.lines()) {
        assert_eq!(golden, rendered, "`{GOLDEN}` says otherwise");
    }
    assert_eq!(golden.len(), rendered.len(), "`{GOLDEN}` has other rows");
}

#[test]
fn every_mutant_has_its_row() {
    let mutants = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(MUTANTS)).unwrap();
    let mutants: Vec<_> = mutants.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let cases: Vec<_> = CATALOGUE.iter().map(|case| case.name).collect();
    assert_eq!(cases, mutants);
}

#[tokio::test]
async fn an_author_who_breaks_nothing_hears_nothing() {
    for walk in Walk::ALL {
        let answer = go(walk, Breach::Nothing).await;
        assert_eq!(answer.diagnostics, [], "{walk:?}");
    }
}

async fn table(cases: &[Case]) -> String {
    let mut rows = vec!["| breach | the author | what becomes of it |\n| --- | --- | --- |\n".to_owned()];
    for case in cases {
        rows.push(format!("| `{}` | {} | {} |\n", case.name, case.does, becomes(case).await));
    }
    rows.concat()
}

/// Judges a case, and says what became of it.
async fn becomes(case: &Case) -> String {
    let name = case.name;
    match case.end {
        End::Told(walk, breach) => {
            let answer = go(walk, breach).await;
            // An apply answers a state in any case: null where nothing was reached.
            let is_nothing = |value: &Value| answer.call == "ApplyResourceChange" && value.is_null();
            assert!(answer.value.as_ref().is_none_or(is_nothing), "{name}: something left: {:?}", answer.value);
            assert!(answer.has_error(), "{name}: {:?}", answer.diagnostics);
            told(name, &answer)
        }
        End::Kept(walk, breach) => {
            let answer = go(walk, breach).await;
            let state = answer.value.as_ref().unwrap_or_else(|| panic!("{name}: what was reached is lost"));
            assert!(state.is_wholly_known() && state.attribute("secret").is_null(), "{name}");
            assert!(state.attribute("key").as_str().is_some(), "{name}: what was reached is lost");
            assert!(!answer.private.is_empty(), "{name}: the notes are lost");
            let key = answer.identity.as_ref().map(|identity| identity.attribute("key"));
            // What is made anew has no identity that could be lost.
            let is_new = walk == Walk::Create && key.is_none();
            assert!(is_new || key == Some(state.attribute("key")), "{name}: the identity is {:?}", answer.identity);
            format!("*kept*; {}", told(name, &answer))
        }
        End::Right(walk, breach, reason) => {
            assert_eq!(go(walk, breach).await, go(walk, Breach::Nothing).await, "{name}");
            format!("*right*: {reason}")
        }
        End::Inexpressible(reason) => format!("*inexpressible*: {reason}"),
        End::Unseen(reason) => format!("*unseen*: {reason}"),
    }
}

/// What the user is told: that it is a bug, where it is, and nothing secret.
fn told(name: &str, answer: &Answer) -> String {
    assert!(!format!("{answer:?}").contains("hunter2"), "{name}: {answer:?}");
    let is_bug = |said: &proto::Diagnostic| said.detail.contains("This is a bug in the provider");
    assert!(answer.diagnostics.iter().any(is_bug), "{name}: {:?}", answer.diagnostics);
    let said = answer.diagnostics.iter().map(|said| {
        let first = said.detail.split("\n\n").next().unwrap_or_default();
        let place = said.attribute.as_ref().map(|path| format!("at `{}`", written(path)));
        let is_warning = said.severity() == proto::diagnostic::Severity::Warning;
        let marks: Vec<_> = place.into_iter().chain(is_warning.then(|| "warning".to_owned())).collect();
        if marks.is_empty() { first.to_owned() } else { format!("{first} ({})", marks.join(", ")) }
    });
    format!("{}: {}", answer.call, said.collect::<Vec<_>>().join(" / "))
}

fn written(path: &proto::AttributePath) -> String {
    use proto::attribute_path::step::Selector;
    let steps = path.steps.iter().filter_map(|step| step.selector.as_ref()).map(|selector| match selector {
        Selector::AttributeName(name) => format!(".{name}"),
        Selector::ElementKeyString(key) => format!("[{key:?}]"),
        Selector::ElementKeyInt(index) => format!("[{index}]"),
    });
    steps.collect::<String>().trim_start_matches('.').to_owned()
}
