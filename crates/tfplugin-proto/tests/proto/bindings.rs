//! The generated bindings: made from `proto/` and compared with the committed ones, or written in their place.

use std::env;
use std::fs;
use std::path::Path;

use prost_types::field_descriptor_proto::Type;
use prost_types::{DescriptorProto, FileDescriptorSet};

use crate::{PROTOS, compile, crate_dir};

/// Set by `cargo xtask proto`: write the bindings instead of comparing them.
const UPDATE: &str = "UPDATE_BINDINGS";

#[test]
fn committed_bindings_match_proto() {
    let committed = crate_dir().join("src/generated");
    if env::var_os(UPDATE).is_some() {
        generate(&committed);
        return;
    }
    let fresh = tempfile::tempdir().expect("a temporary folder");
    generate(fresh.path());
    for (_, package) in PROTOS {
        let file = format!("{package}.rs");
        let read = |dir: &Path| fs::read_to_string(dir.join(&file)).unwrap_or_default();
        assert!(read(fresh.path()) == read(&committed), "{file} is out of date: run `cargo xtask proto`");
    }
}

fn generate(out: &Path) {
    let set = compile();
    let mut builder = tonic_prost_build::configure()
        .out_dir(out)
        .build_transport(false)
        .generate_default_stubs(true)
        .client_mod_attribute(".", "#[cfg(feature = \"client\")]")
        .btree_map(".")
        .bytes(".");
    for message in opaque_messages(&set) {
        builder = builder.skip_debug([message]);
    }
    builder.compile_fds(set).expect("the bindings are generated");
}

/// The messages with a field of bytes that may hold a secret, which are therefore without a derived `Debug`; see
/// `src/opaque.rs`. The only bytes that cannot are a schema's type constraints.
fn opaque_messages(set: &FileDescriptorSet) -> Vec<String> {
    fn visit(path: &str, message: &DescriptorProto, found: &mut Vec<String>) {
        let path = format!("{path}.{}", message.name());
        if message.field.iter().any(|field| field.r#type() == Type::Bytes && field.name() != "type") {
            found.push(path.clone());
        }
        for nested in &message.nested_type {
            visit(&path, nested, found);
        }
    }
    let mut found = Vec::new();
    for file in set.file.iter().filter(|file| file.package() == "tfplugin6") {
        for message in &file.message_type {
            visit(&format!(".{}", file.package()), message, &mut found);
        }
    }
    found
}
