use tfplugin_testing::{Finished, Launch};

use crate::BARE;

async fn by_hand(arguments: &[&str]) -> Finished {
    let launch = arguments.iter().fold(Launch::by_hand(BARE), |launch, argument| launch.argument(*argument));
    launch.start().expect("a process").finished().await.expect("an end")
}

#[tokio::test]
async fn without_arguments_it_says_what_it_is() {
    let finished = by_hand(&[]).await;
    assert_eq!(finished.status.code(), Some(1));
    assert_eq!(finished.stdout, [""; 0]);
    let text = finished.stderr.join("\n");
    assert!(text.contains("is a plugin") && text.contains(r#"source  = "example/bare""#), "{text}");
}

#[tokio::test]
async fn version_and_help_are_answers() {
    let version = by_hand(&["--version"]).await;
    assert_eq!(version.status.code(), Some(0));
    assert_eq!(version.stdout, ["terraform-provider-bare v1.2.3"]);
    assert_eq!(version.stderr, [""; 0]);

    let help = by_hand(&["--help"]).await;
    assert_eq!(help.status.code(), Some(0));
    assert_eq!(help.stderr, [""; 0]);
    let text = help.stdout.join("\n");
    for part in ["A provider without resources.", "terraform init", "--debug", "--version", "TF_LOG_PROVIDER_BARE"] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
}

#[tokio::test]
async fn an_unknown_argument_is_named() {
    let finished = by_hand(&["--colour"]).await;
    assert_eq!(finished.status.code(), Some(2));
    assert_eq!(finished.stdout, [""; 0]);
    assert!(finished.stderr.join("\n").contains("unknown argument `--colour`"), "{:?}", finished.stderr);
}
