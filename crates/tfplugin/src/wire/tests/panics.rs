//! What a provider is made of is its author's code, and a panic there is an answer.

use tfplugin_proto::tfplugin6::provider_server::Provider as _;
use tonic::Request;

use super::titles;
use crate::provider::tests::Offering;
use crate::wire::Service;

#[tokio::test]
async fn what_a_provider_is_made_of_may_panic() {
    let service = Service::new(Offering(|_| panic!("hunter2")));
    macro_rules! answer {
        ($call:ident) => {
            service.$call(Request::new(Default::default())).await.unwrap().into_inner().diagnostics
        };
    }
    let answers = [
        answer!(get_metadata),
        answer!(get_provider_schema),
        answer!(get_resource_identity_schemas),
        answer!(get_functions),
    ];
    for diagnostics in answers {
        assert_eq!(titles(&diagnostics), ["Bug in the provider"]);
        assert!(!format!("{diagnostics:?}").contains("hunter2"));
    }
}
