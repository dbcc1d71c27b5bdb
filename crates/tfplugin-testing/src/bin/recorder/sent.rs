//! What each request carries: which values, and by which schema they are to be read.

use tfplugin_proto::tfplugin6::{
    DynamicValue, RawState, apply_resource_change, configure_provider, plan_resource_change, read_data_source,
    read_resource, upgrade_resource_state, validate_data_resource_config, validate_provider_config,
    validate_resource_config,
};

/// Whose schema describes a value.
pub(crate) enum Subject<'a> {
    /// The provider block's.
    Provider,
    /// That of this managed resource type.
    Resource(&'a str),
    /// That of this data source.
    DataSource(&'a str),
}

/// A value in the form in which it was sent.
pub(crate) enum Encoded<'a> {
    Msgpack(&'a [u8]),
    Json(&'a [u8]),
}

/// A request that carries values.
pub(crate) trait Sent {
    /// Whose values they are.
    fn subject(&self) -> Subject<'_>;
    /// The values by the names of their fields.
    fn values(&self) -> Vec<(&'static str, Encoded<'_>)>;
}

macro_rules! sent {
    ($($message:ident: $subject:expr, [$($field:ident),+]);+ $(;)?) => {
        $(impl Sent for $message::Request {
            fn subject(&self) -> Subject<'_> {
                let subject: fn(&Self) -> Subject<'_> = $subject;
                subject(self)
            }

            fn values(&self) -> Vec<(&'static str, Encoded<'_>)> {
                let fields = [$((stringify!($field), self.$field.as_ref().and_then(Encode::encoded))),+];
                fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
            }
        })+
    };
}

sent! {
    validate_provider_config: |_| Subject::Provider, [config];
    configure_provider: |_| Subject::Provider, [config];
    validate_resource_config: |request| Subject::Resource(&request.type_name), [config];
    upgrade_resource_state: |request| Subject::Resource(&request.type_name), [raw_state];
    read_resource: |request| Subject::Resource(&request.type_name), [current_state];
    plan_resource_change: |request| Subject::Resource(&request.type_name), [prior_state, proposed_new_state, config];
    apply_resource_change: |request| Subject::Resource(&request.type_name), [prior_state, planned_state, config];
    validate_data_resource_config: |request| Subject::DataSource(&request.type_name), [config];
    read_data_source: |request| Subject::DataSource(&request.type_name), [config];
}

trait Encode {
    fn encoded(&self) -> Option<Encoded<'_>>;
}

impl Encode for DynamicValue {
    fn encoded(&self) -> Option<Encoded<'_>> {
        match (self.msgpack.is_empty(), self.json.is_empty()) {
            (false, _) => Some(Encoded::Msgpack(&self.msgpack)),
            (true, false) => Some(Encoded::Json(&self.json)),
            (true, true) => None,
        }
    }
}

impl Encode for RawState {
    fn encoded(&self) -> Option<Encoded<'_>> {
        (!self.json.is_empty()).then(|| Encoded::Json(&self.json))
    }
}
