use std::collections::BTreeMap;

use tfplugin::model::Set;

use super::super::model::LostKey;
use super::*;

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(hour * 3600).unwrap()
}

fn hour(hour: i64) -> Attr<String> {
    at(hour).to_string().into()
}

/// `interval = "10h"`, `overlap = "4h"`.
fn terms() -> Rotation {
    Rotation { interval: "10h".into(), overlap: "4h".into(), ..Rotation::default() }
}

fn triggers(triggers: &[(&str, Option<&str>)]) -> Attr<BTreeMap<String, Attr<String>>> {
    let value = |value: Option<&str>| value.map_or(Attr::unknown(), Attr::from);
    triggers.iter().map(|(key, text)| ((*key).to_owned(), value(*text))).collect::<BTreeMap<_, _>>().into()
}

fn recipients(recipients: &[&str]) -> Attr<Encryption> {
    let recipients = recipients.iter().map(|recipient| (*recipient).into()).collect();
    Encryption { age_recipients: Set(recipients).into() }.into()
}

/// A key made at hour 0.
fn key(rotation: Rotation) -> ApiKeyModel {
    ApiKeyModel {
        name: "ci".into(),
        rotation: rotation.into(),
        key: "secret".into(),
        key_id: "second".into(),
        secret_version: 2.into(),
        created_at: hour(0),
        rotates_at: hour(10),
        ..ApiKeyModel::default()
    }
}

/// The same, with a predecessor until hour 4.
fn successor(rotation: Rotation) -> ApiKeyModel {
    let previous_key_expires_at = hour(4);
    ApiKeyModel { previous_key_id: "first".into(), previous_key_expires_at, ..key(rotation) }
}

fn seen(hour: i64) -> Notes {
    Notes { observed_at: Some(at(hour)), ..Notes::default() }
}

fn used(hour: i64, last_use: i64) -> Notes {
    Notes { previous_last_used_at: Some(at(last_use)), ..seen(hour) }
}

fn own(hour: i64) -> Notes {
    Notes { previous_is_own: true, ..seen(hour) }
}

fn lost() -> Notes {
    let lost = LostKey { object: "QXBpS2V5OjM=".to_owned(), key_id: "third".to_owned(), is_own: false };
    Notes { lost: vec![lost], ..Notes::default() }
}

fn with(rotation: Rotation, change: impl FnOnce(&mut Rotation)) -> Rotation {
    let mut rotation = rotation;
    change(&mut rotation);
    rotation
}

fn config(rotation: impl Into<Attr<Rotation>>) -> ApiKeyModel {
    ApiKeyModel { rotation: rotation.into(), ..ApiKeyModel::default() }
}

#[test]
fn time_decides_by_what_was_noted_alone() {
    let long = || with(terms(), |rotation| rotation.interval = "20h".into());
    let short = || with(terms(), |rotation| rotation.interval = "5h".into());
    let overlapping = |overlap: &str| with(terms(), |rotation| rotation.overlap = overlap.into());
    let unused = || with(terms(), |rotation| rotation.revoke = Revoke::WhenUnused.into());
    let gone = Notes { current_gone: true, ..Notes::default() };
    for (name, prior, config, notes, expected) in vec![
        ("nothing was noted", key(terms()), config(terms()), Notes::default(), Step::Keep),
        ("before the interval", key(terms()), config(terms()), seen(9), Step::Keep),
        ("at the interval", key(terms()), config(terms()), seen(10), Step::Rotate(Reason::Due)),
        ("a longer interval", key(terms()), config(long()), seen(10), Step::Keep),
        ("a shorter interval", key(terms()), config(short()), seen(6), Step::Rotate(Reason::Due)),
        ("a shorter interval, not looked at since", key(terms()), config(short()), Notes::default(), Step::Keep),
        ("no rotation any more", key(terms()), config(Attr::Null), seen(10), Step::Keep),
        (
            "interval not known",
            key(terms()),
            config(with(terms(), |r| r.interval = Attr::unknown())),
            seen(10),
            Step::Undecided,
        ),
        (
            "interval not known, nothing noted",
            key(terms()),
            config(with(terms(), |r| r.interval = Attr::unknown())),
            Notes::default(),
            Step::Keep,
        ),
        ("in the overlap", successor(terms()), config(terms()), seen(3), Step::Keep),
        ("after the overlap", successor(terms()), config(terms()), seen(4), Step::Revoke),
        ("after the overlap, without rotation", successor(terms()), config(Attr::Null), seen(4), Step::Revoke),
        ("after both", successor(terms()), config(terms()), seen(10), Step::Rotate(Reason::Due)),
        ("a shorter overlap", successor(terms()), config(overlapping("2h")), seen(3), Step::Revoke),
        ("a longer overlap", successor(terms()), config(overlapping("6h")), seen(5), Step::Keep),
        (
            "due within a longer overlap",
            successor(terms()),
            config(with(short(), |r| r.overlap = "8h".into())),
            seen(7),
            Step::Wait,
        ),
        ("never used", successor(unused()), config(unused()), seen(4), Step::Revoke),
        ("not used for an overlap", successor(unused()), config(unused()), used(5, 1), Step::Revoke),
        ("still used", successor(unused()), config(unused()), used(5, 3), Step::KeepPrevious(at(7))),
        ("its own", successor(terms()), config(terms()), own(5), Step::KeepForRun),
        ("its own when due", successor(terms()), config(terms()), own(11), Step::KeepForRun),
        ("still used when due", successor(unused()), config(unused()), used(11, 9), Step::KeepPrevious(at(13))),
        (
            "still used, asked for in the same plan",
            successor(terms()),
            config(unused()),
            used(5, 3),
            Step::KeepPrevious(at(7)),
        ),
        ("used, and not asked about", successor(terms()), config(terms()), used(5, 3), Step::Revoke),
        ("the key is gone", successor(terms()), config(terms()), gone, Step::Rotate(Reason::Gone)),
    ] {
        assert_eq!(decide(&prior, &config, &notes), expected, "{name}");
    }
}

#[test]
fn triggers_and_recipients_rotate_at_once() {
    let triggered = |values: &[(&str, Option<&str>)]| with(terms(), |rotation| rotation.triggers = triggers(values));
    let rotate = |reason| Step::Rotate(reason);
    for (name, prior, config, expected) in [
        ("the same", triggered(&[("a", Some("1"))]), config(triggered(&[("a", Some("1"))])), Step::Keep),
        (
            "another value",
            triggered(&[("a", Some("1"))]),
            config(triggered(&[("a", Some("2"))])),
            rotate(Reason::Triggers),
        ),
        (
            "one more",
            triggered(&[("a", Some("1"))]),
            config(triggered(&[("a", Some("1")), ("b", Some("1"))])),
            rotate(Reason::Triggers),
        ),
        (
            "one less",
            triggered(&[("a", Some("1")), ("b", Some("1"))]),
            config(triggered(&[("a", Some("1"))])),
            rotate(Reason::Triggers),
        ),
        ("the first", terms(), config(triggered(&[("a", Some("1"))])), rotate(Reason::Triggers)),
        ("none any more", triggered(&[("a", Some("1"))]), config(terms()), Step::Keep),
        ("an empty map", triggered(&[("a", Some("1"))]), config(triggered(&[])), Step::Keep),
        ("no rotation any more", triggered(&[("a", Some("1"))]), config(Attr::Null), Step::Keep),
        ("not known", triggered(&[("a", Some("1"))]), config(triggered(&[("a", None)])), Step::Undecided),
        (
            "not known beside a change",
            triggered(&[("a", Some("1"))]),
            config(triggered(&[("a", Some("2")), ("b", None)])),
            rotate(Reason::Triggers),
        ),
        (
            "none of it known",
            terms(),
            config(with(terms(), |rotation| rotation.triggers = Attr::unknown())),
            Step::Undecided,
        ),
        ("no rotation known", terms(), config(Attr::unknown()), Step::Undecided),
    ] {
        assert_eq!(decide(&key(prior), &config, &Notes::default()), expected, "{name}");
    }
    let unknown = Encryption { age_recipients: Attr::unknown() };
    for (name, prior, wanted, expected) in [
        ("none", Attr::Null, Attr::Null, Step::Keep),
        ("in another order", recipients(&["a", "b"]), recipients(&["b", "a"]), Step::Keep),
        ("another", recipients(&["a"]), recipients(&["b"]), rotate(Reason::Recipients)),
        ("the first", Attr::Null, recipients(&["a"]), rotate(Reason::Recipients)),
        ("none any more", recipients(&["a"]), Attr::Null, rotate(Reason::Recipients)),
        ("not known", recipients(&["a"]), unknown.into(), Step::Undecided),
    ] {
        let prior = ApiKeyModel { encryption: prior, ..key(terms()) };
        let config = ApiKeyModel { encryption: wanted, ..config(terms()) };
        assert_eq!(decide(&prior, &config, &Notes::default()), expected, "{name}");
    }
}

/// What an imported key was made with is not known, so what comes in with the import is only recorded.
#[test]
fn an_imported_key_is_rotated_by_changes_alone() {
    let with_trigger = |value: &str| with(terms(), |rotation| rotation.triggers = triggers(&[("a", Some(value))]));
    let imported = |rotation: Attr<Rotation>| ApiKeyModel { key: Attr::Null, rotation, ..key(terms()) };
    let encrypted = |rotation: Attr<Rotation>| ApiKeyModel { encryption: recipients(&["a"]), ..config(rotation) };
    for (name, prior, config, expected, remarks) in [
        ("the first triggers", Attr::Null, config(with_trigger("1")), Step::Keep, vec!["Triggers are only recorded"]),
        (
            "both",
            Attr::Null,
            encrypted(with_trigger("1").into()),
            Step::Keep,
            vec!["Triggers are only recorded", "Nothing to encrypt yet"],
        ),
        ("recipients", Attr::Null, encrypted(Attr::Null), Step::Keep, vec!["Nothing to encrypt yet"]),
        ("the same", with_trigger("1").into(), config(with_trigger("1")), Step::Keep, vec![]),
        (
            "another trigger",
            with_trigger("1").into(),
            config(with_trigger("2")),
            Step::Rotate(Reason::Triggers),
            vec![],
        ),
    ] {
        let prior = imported(prior);
        let step = decide(&prior, &config, &Notes::default());
        assert_eq!(step, expected, "{name}");
        let said = super::remarks(&step, &prior, &config, &Notes::default());
        assert_eq!(said.iter().map(|remark| remark.summary.as_str()).collect::<Vec<_>>(), remarks, "{name}");
    }
}

/// A plan of this step, as the attributes that differ from the state.
fn planned(step: &Step, prior: &ApiKeyModel, config: &ApiKeyModel) -> String {
    let mut planned =
        ApiKeyModel { rotation: config.rotation.clone(), encryption: config.encryption.clone(), ..prior.clone() };
    carry(step, prior, config, &mut planned);
    differences(prior, &planned)
}

fn differences(prior: &ApiKeyModel, planned: &ApiKeyModel) -> String {
    let text = |value: &Attr<String>| match value {
        Attr::Null => "null".to_owned(),
        Attr::Unknown(_) => "unknown".to_owned(),
        Attr::Known(text) => time(value).map_or(text.clone(), |time| (time.as_second() / 3600).to_string()),
    };
    let version = |value: &Attr<i64>| value.known().map_or_else(|| format!("{value:?}"), ToString::to_string);
    let of = |model: &ApiKeyModel| {
        [
            ("key", text(&model.key)),
            ("encrypted", text(&model.encrypted_key)),
            ("id", text(&model.key_id)),
            ("version", version(&model.secret_version)),
            ("created", text(&model.created_at)),
            ("rotates", text(&model.rotates_at)),
            ("previous", text(&model.previous_key_id)),
            ("expires", text(&model.previous_key_expires_at)),
            ("used", text(&model.last_used_at)),
        ]
    };
    let changed = of(prior).into_iter().zip(of(planned)).filter(|(before, after)| before != after);
    changed.map(|(_, (name, value))| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_plan_shows_what_a_step_makes() {
    let long = with(terms(), |rotation| (rotation.interval, rotation.overlap) = ("20h".into(), "6h".into()));
    let manual = with(terms(), |rotation| rotation.interval = Attr::Null);
    let unknown = with(terms(), |rotation| rotation.interval = Attr::unknown());
    let encrypted = ApiKeyModel { encryption: recipients(&["a"]), ..config(terms()) };
    let rotate = Step::Rotate(Reason::Due);
    for (name, step, prior, config, expected) in [
        ("keep", Step::Keep, key(terms()), config(terms()), ""),
        ("keep both", Step::Keep, successor(terms()), config(terms()), ""),
        ("wait", Step::Wait, successor(terms()), config(terms()), ""),
        ("other terms", Step::Keep, successor(terms()), config(long), "rotates=20 expires=6"),
        ("no terms", Step::Keep, successor(terms()), config(Attr::Null), "rotates=null"),
        ("unknown terms", Step::Keep, successor(terms()), config(unknown), "rotates=unknown expires=unknown"),
        ("revoke", Step::Revoke, successor(terms()), config(terms()), "previous=null expires=null"),
        ("keep for the run", Step::KeepForRun, successor(terms()), config(terms()), ""),
        ("keep on", Step::KeepPrevious(at(7)), successor(terms()), config(terms()), "expires=7"),
        (
            "rotate",
            rotate.clone(),
            key(terms()),
            config(terms()),
            "key=unknown id=unknown version=3 created=unknown rotates=unknown previous=second expires=unknown",
        ),
        (
            "rotate again",
            rotate.clone(),
            successor(terms()),
            config(terms()),
            "key=unknown id=unknown version=3 created=unknown rotates=unknown previous=second expires=unknown",
        ),
        (
            "rotate by hand",
            rotate.clone(),
            key(terms()),
            config(manual),
            "key=unknown id=unknown version=3 created=unknown rotates=null previous=second expires=unknown",
        ),
        (
            "encrypt",
            rotate,
            key(terms()),
            encrypted,
            "key=null encrypted=unknown id=unknown version=3 created=unknown rotates=unknown previous=second expires=unknown",
        ),
        (
            "gone",
            Step::Rotate(Reason::Gone),
            successor(terms()),
            config(terms()),
            "key=unknown id=unknown version=3 created=unknown rotates=unknown expires=unknown",
        ),
        (
            "undecided",
            Step::Undecided,
            key(terms()),
            config(terms()),
            "key=unknown id=unknown version=unknown created=unknown rotates=unknown previous=unknown expires=unknown used=unknown",
        ),
    ] {
        assert_eq!(planned(&step, &prior, &config), expected, "{name}");
    }
}

#[test]
fn a_create_knows_what_it_can() {
    let created = |config: &ApiKeyModel| {
        let mut planned = ApiKeyModel::default();
        create(config, &mut planned);
        differences(&ApiKeyModel::default(), &planned)
    };
    assert_eq!(created(&config(Attr::Null)), "key=unknown id=unknown version=1 created=unknown");
    assert_eq!(created(&config(terms())), "key=unknown id=unknown version=1 created=unknown rotates=unknown");
    let encrypted = ApiKeyModel { encryption: recipients(&["a"]), ..config(Attr::Null) };
    assert_eq!(created(&encrypted), "encrypted=unknown id=unknown version=1 created=unknown");
    let unknown = ApiKeyModel { encryption: Attr::unknown(), ..config(Attr::Null) };
    assert_eq!(created(&unknown), "key=unknown encrypted=unknown id=unknown version=1 created=unknown");
}

/// What is not decided in a first plan is decided in the second one, which must not contradict it.
#[test]
fn a_second_plan_keeps_what_the_first_one_knew() {
    let prior = successor(with(terms(), |rotation| rotation.triggers = triggers(&[("a", Some("1"))])));
    let of = |trigger| config(with(terms(), |rotation| rotation.triggers = triggers(&[("a", trigger)])));
    for notes in [Notes::default(), seen(4), seen(10)] {
        let plan = |config: &ApiKeyModel| {
            let mut planned = prior.clone();
            carry(&decide(&prior, config, &notes), &prior, config, &mut planned);
            planned
        };
        let first = plan(&of(None));
        for trigger in ["1", "2"] {
            let second = plan(&of(Some(trigger)));
            for (first, second) in [
                (&first.key, &second.key),
                (&first.encrypted_key, &second.encrypted_key),
                (&first.key_id, &second.key_id),
                (&first.rotates_at, &second.rotates_at),
                (&first.previous_key_id, &second.previous_key_id),
                (&first.previous_key_expires_at, &second.previous_key_expires_at),
                (&first.last_used_at, &second.last_used_at),
            ] {
                assert!(first.is_unknown() || first == second, "{notes:?}, {trigger}");
            }
        }
    }
}

#[test]
fn a_plan_says_what_its_values_do_not() {
    let long = with(terms(), |rotation| (rotation.interval, rotation.overlap) = ("5h".into(), "8h".into()));
    let ageless = ApiKeyModel { created_at: Attr::Null, rotates_at: Attr::Null, ..key(terms()) };
    let said: Vec<String> = [
        (Step::Keep, key(terms()), config(terms()), Notes::default()),
        (Step::Revoke, successor(terms()), config(terms()), seen(4)),
        (Step::Rotate(Reason::Due), successor(terms()), config(terms()), seen(10)),
        (Step::Rotate(Reason::Triggers), key(terms()), config(terms()), Notes::default()),
        (Step::Rotate(Reason::Gone), successor(terms()), config(terms()), Notes::default()),
        (Step::Rotate(Reason::Triggers), successor(terms()), config(terms()), Notes::default()),
        (Step::KeepPrevious(at(7)), successor(terms()), config(terms()), used(5, 3)),
        (Step::Wait, successor(terms()), config(long), seen(7)),
        (Step::Keep, ageless, config(terms()), Notes::default()),
        (Step::Keep, key(terms()), config(terms()), lost()),
        (Step::Rotate(Reason::Due), key(terms()), config(terms()), lost()),
    ]
    .iter()
    .flat_map(|(step, prior, config, notes)| remarks(step, prior, config, notes))
    .map(|remark| format!("{}\n{}\n", remark.summary, remark.detail))
    .collect();
    insta::assert_snapshot!(said.join("\n"));
}
