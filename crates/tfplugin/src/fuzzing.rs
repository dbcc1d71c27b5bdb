//! Decoders without a public face, for the fuzz targets: only there in tests and with `--cfg fuzzing`, which `cargo xtask
//! fuzz` sets.

use std::collections::BTreeMap;

use crate::resource::private;
use crate::value::Type;
use crate::{serve, wire};

/// Reads what a host kept beside a state, and writes and reads it again.
///
/// # Panics
/// When what was read does not survive.
pub fn private_state(bytes: &[u8]) {
    type Private = private::Private<Option<BTreeMap<String, String>>>;
    let planned = private::planned(bytes);
    let (notes, before) = (Private::decode(bytes), Private::decode_before(bytes));
    let again = Private::encode_planned(&notes, Some(planned), &before).unwrap_or_default();
    assert_eq!(Private::decode(&again), notes, "notes survive");
    assert!(planned == private::Planned::Create || Private::decode_before(&again) == before, "and those from before");
    assert_eq!(private::planned(&again), planned, "what is planned survives");
}

/// Reads what a host says to a process that it starts: why it is refused, if it is.
pub fn handshake(environment: &dyn Fn(&str) -> Option<String>) -> Result<(), String> {
    serve::handshake::Host::read(environment).map(drop).map_err(|refusal| refusal.to_string())
}

/// Reads the value in a host's message, and answers it in msgpack.
///
/// # Errors
/// When it is no value of the type.
pub fn dynamic_value(msgpack: &[u8], json: &[u8], ty: &Type) -> crate::Result<Vec<u8>> {
    wire::dynamic_value::echo(msgpack, json, ty)
}

#[cfg(test)]
#[path = "../../../fuzz/seeds/mutations.rs"]
mod mutations;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duration;
    use crate::value::{Number, Path};

    #[test]
    fn private_state_is_read_or_no_notes() {
        mutations::of(include_str!("../../../fuzz/seeds/private_state.txt")).for_each(|bytes| private_state(&bytes));
    }

    #[test]
    fn what_a_host_says_is_understood_or_refused() {
        for certificate in mutations::texts("-----BEGIN CERTIFICATE-----|MAMCAQE=|-----END CERTIFICATE-----") {
            let variables = BTreeMap::from([
                ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"),
                ("PLUGIN_PROTOCOL_VERSIONS", "5,6"),
            ]);
            let certificate = certificate.replace('|', "\n");
            let get = |name: &str| match name {
                "PLUGIN_CLIENT_CERT" => Some(certificate.clone()),
                name => variables.get(name).map(ToString::to_string),
            };
            let _ = handshake(&get);
        }
    }

    #[test]
    fn small_languages_survive_their_text() {
        for number in mutations::texts(include_str!("../../../fuzz/seeds/number.txt"))
            .filter_map(|text| text.parse::<Number>().ok())
        {
            assert_eq!(number.to_string().parse(), Ok(number));
        }
        for path in
            mutations::texts(include_str!("../../../fuzz/seeds/path.txt")).filter_map(|text| text.parse::<Path>().ok())
        {
            assert_eq!(path.to_string().parse(), Ok(path));
        }
        for text in mutations::texts(include_str!("../../../fuzz/seeds/duration.txt")) {
            let _ = duration::parse(&text);
        }
        for ty in
            mutations::of(include_str!("../../../fuzz/seeds/types.txt")).filter_map(|json| Type::from_json(&json).ok())
        {
            assert_eq!(Type::from_json(&ty.to_json()).unwrap(), ty);
        }
    }
}
