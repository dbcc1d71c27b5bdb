use tfplugin_proto::tfplugin6::{DynamicValue, call_function, read_resource, stop_provider};
use tonic::Code;

use crate::bare;

#[tokio::test]
async fn a_message_of_a_hundred_megabytes_passes_both_ways() {
    let host = bare().host().await.expect("a host");
    let state = DynamicValue { msgpack: vec![7; 100 << 20].into(), ..DynamicValue::default() };
    let request = read_resource::Request { current_state: Some(state.clone()), ..read_resource::Request::default() };
    let answer = host.provider().read_resource(request).await.expect("an answer").into_inner();
    assert!(answer.new_state == Some(state));
}

#[tokio::test]
async fn a_call_that_is_not_written_is_unimplemented() {
    let host = bare().host().await.expect("a host");
    let status = host.provider().stop_provider(stop_provider::Request {}).await.expect_err("a refusal");
    assert_eq!(status.code(), Code::Unimplemented);
}

#[tokio::test]
async fn every_call_is_named_in_the_log() {
    let mut host = bare().variable("TF_LOG", "trace").host().await.expect("a host");
    host.provider().stop_provider(stop_provider::Request {}).await.expect_err("a refusal");
    let line = host.process().logged("call arrived").await.expect("a line");
    let line: serde_json::Value = serde_json::from_str(&line).expect("a JSON object");
    assert_eq!((&line["@level"], &line["tf_rpc"]), (&"trace".into(), &"StopProvider".into()));
}

#[tokio::test]
async fn a_panic_says_where_and_not_what() {
    let mut host = bare().host().await.expect("a host");
    let request = call_function::Request { name: "hunter2".to_owned(), ..call_function::Request::default() };
    host.provider().call_function(request).await.expect_err("a broken call");

    let line = host.process().logged("panicked").await.expect("a line");
    let line: serde_json::Value = serde_json::from_str(&line).expect("a JSON object");
    assert_eq!(line["@level"], "error");
    assert_eq!(line["rpc"], "/tfplugin6.Provider/CallFunction");
    assert!(line["location"].as_str().is_some_and(|place| place.contains("bare-provider.rs:")), "{line}");

    // Only that call is lost.
    host.provider().read_resource(read_resource::Request::default()).await.expect("an answer");
    let finished = host.shutdown().await.expect("an end");
    assert!(finished.stderr.iter().all(|line| !line.contains("hunter2")), "{:#?}", finished.stderr);
    assert_eq!(finished.stdout, [""; 0]);
}
