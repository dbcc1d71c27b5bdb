//! `GetFunctions`, and the form of functions in `GetProviderSchema`.

use std::collections::BTreeMap;

use tfplugin_proto::tfplugin6::{self as proto, get_functions::Response};

use crate::engine::Engine;
use crate::function::{ErasedFunction, ParameterType};
use crate::provider::Provider;

pub(super) fn serve<P: Provider>(engine: &Engine<P>) -> Response {
    Response { functions: all(engine), ..Response::default() }
}

pub(super) fn all<P: Provider>(engine: &Engine<P>) -> BTreeMap<String, proto::Function> {
    engine.registry().functions.iter().map(|(name, it)| ((*name).to_owned(), function(&**it))).collect()
}

fn function(function: &dyn ErasedFunction) -> proto::Function {
    let definition = function.definition();
    let mut names = definition.parameters.iter();
    let mut parameter = |ty: ParameterType| {
        let (name, description) = names.next().cloned().unwrap_or_default();
        proto::function::Parameter {
            name,
            r#type: ty.value_type.to_json().into(),
            allow_null_value: ty.allow_null,
            allow_unknown_values: ty.allow_unknown,
            description,
            description_kind: proto::StringKind::Markdown.into(),
        }
    };
    proto::Function {
        parameters: function.parameters().into_iter().map(&mut parameter).collect(),
        variadic_parameter: function.variadic().map(&mut parameter),
        r#return: Some(proto::function::Return { r#type: function.output_type().to_json().into() }),
        summary: definition.summary.clone(),
        description: definition.description.clone(),
        description_kind: proto::StringKind::Markdown.into(),
        deprecation_message: definition.deprecation.clone().unwrap_or_default(),
    }
}
