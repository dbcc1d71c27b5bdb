//! What targets start from: the values that real hosts were recorded to send, and a few lines of text for the rest.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tfplugin::value::{self, Reading, Type};

const RECORDED: [&str; 2] = [
    include_str!("../../tests/fixtures/wire/terraform-1.6.6.json"),
    include_str!("../../tests/fixtures/wire/terraform-1.15.5.json"),
];

/// The lines of a file; one that begins with `#` says what the next are for.
pub(crate) fn lines(text: &str) -> Vec<Vec<u8>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.as_bytes().to_vec()).collect()
}

/// The parts of a file, between lines of `---`.
pub(crate) fn parts(text: &str) -> Vec<Vec<u8>> {
    text.split("---\n").map(|part| part.as_bytes().to_vec()).collect()
}

/// What was recorded in this form, with its type.
fn recorded(form: &str) -> Vec<(String, Vec<u8>)> {
    let documents = RECORDED.iter().map(|text| serde_json::from_str::<Value>(text).expect("a recording"));
    let values = documents.flat_map(|document| {
        let types = document["types"].clone();
        let values = document["values"].as_array().expect("a list of values").clone();
        values.into_iter().filter_map(move |value| {
            let bytes = BASE64_STANDARD.decode(value.get(form)?.as_str()?).ok()?;
            Some((types[value["of"].as_str()?].to_string(), bytes))
        })
    });
    values.collect()
}

fn typed((ty, bytes): (String, Vec<u8>)) -> Vec<u8> {
    [ty.as_bytes(), b"\n", &bytes].concat()
}

pub(crate) fn msgpack() -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = recorded("msgpack").into_iter().map(typed).collect();
    let more: [(&str, &[u8]); 6] = [
        (r#""dynamic""#, b"\x92\xc4\x08\"number\"\x2a"),
        (r#"["tuple",["string","bool"]]"#, b"\x92\xa1a\xc3"),
        (r#"["set","string"]"#, b"\x93\xa1a\xa1b\xd4\x00\x00"),
        (r#""number""#, b"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"),
        (r#""number""#, b"\xb8123456789012345678901234"),
        (r#"["object",{"a":"string","b":["map","dynamic"]},["b"]]"#, b"\x82\xa1a\xc0\xa1b\xc0"),
    ];
    seeds.extend(more.map(|(ty, bytes)| typed((ty.to_owned(), bytes.to_vec()))));
    seeds
}

/// The recorded states, and the recorded messages as JSON.
pub(crate) fn json() -> Vec<Vec<u8>> {
    let converted = recorded("msgpack").into_iter().filter_map(|(ty, bytes)| {
        let parsed = Type::from_json(ty.as_bytes()).ok()?;
        let value = value::Value::from_msgpack(&bytes, &parsed).ok()?;
        Some((ty, value.to_json(&parsed).ok()?))
    });
    let mut seeds: Vec<_> = recorded("json").into_iter().chain(converted).map(typed).collect();
    seeds.extend(lines(include_str!("../seeds/json.txt")).into_iter().map(|line| line.replacen(b'|', b'\n')));
    seeds
}

/// Both, with the form in front.
pub(crate) fn messages() -> Vec<Vec<u8>> {
    let with = |form: u8| move |seed: Vec<u8>| [&[form][..], &seed].concat();
    msgpack().into_iter().map(with(b'm')).chain(json().into_iter().map(with(b'j'))).collect()
}

pub(crate) fn types() -> Vec<Vec<u8>> {
    let mut types: Vec<_> = recorded("msgpack").into_iter().map(|(ty, _)| ty.into_bytes()).collect();
    types.dedup();
    types.extend(lines(include_str!("../seeds/types.txt")));
    types
}

/// A payload of every kind of refinement.
pub(crate) fn refinements() -> Vec<Vec<u8>> {
    let seeds: [(&str, &[u8]); 5] = [
        (r#""string""#, b"\x82\x01\xc2\x02\xa3ab:"),
        (r#""number""#, b"\x83\x01\xc2\x03\x92\x01\xc3\x04\x92\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18\xc2"),
        (r#"["list","bool"]"#, b"\x82\x05\x01\x06\xcd\x01\x00"),
        (r#""dynamic""#, b"\x81\x01\xc2"),
        (r#""string""#, b"\x82\x01\xc2\x09\x92\x01\xa1x"),
    ];
    seeds.map(|(ty, bytes)| typed((ty.to_owned(), bytes.to_vec()))).to_vec()
}

/// Everything to each of a few types, of which some fit.
pub(crate) fn conversions() -> Vec<Vec<u8>> {
    let to = [r#""string""#, r#""dynamic""#, r#"["map","string"]"#, r#"["object",{"name":"string","size":"string"},["size"]]"#];
    let seeds = msgpack().into_iter().step_by(3);
    seeds.zip(to.iter().cycle()).map(|(seed, to)| [to.as_bytes(), b"\n", &seed].concat()).collect()
}

/// The variables of a host, and what people leave out of them.
pub(crate) fn handshakes() -> Vec<Vec<u8>> {
    let whole = [
        "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
        "PLUGIN_PROTOCOL_VERSIONS=5,6",
        "PLUGIN_CLIENT_CERT=-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n",
        "PLUGIN_MIN_PORT=10000",
        "PLUGIN_MAX_PORT=25000",
        "TFPLUGIN_FORCE_TCP=1",
        "PLUGIN_MULTIPLEX_GRPC=true",
    ];
    (0..=whole.len())
        .map(|without| {
            let variables = whole.iter().enumerate().filter(|(number, _)| *number != without);
            variables.map(|(_, variable)| *variable).collect::<Vec<_>>().join("\0").into_bytes()
        })
        .collect()
}

trait ReplaceFirst {
    fn replacen(self, from: u8, to: u8) -> Self;
}

impl ReplaceFirst for Vec<u8> {
    fn replacen(mut self, from: u8, to: u8) -> Self {
        if let Some(byte) = self.iter_mut().find(|byte| **byte == from) {
            *byte = to;
        }
        self
    }
}
