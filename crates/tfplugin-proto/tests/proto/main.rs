//! Holds `proto/` against the facts of the protocols, and the committed bindings against `proto/`.

#![expect(clippy::expect_used, clippy::panic, reason = "a failed helper fails its test")]

mod bindings;
mod facts;

use std::path::{Path, PathBuf};

use prost_types::FileDescriptorSet;

/// The files of `proto/`, each with its package, which is also the name of its generated file.
const PROTOS: [(&str, &str); 3] =
    [("tfplugin6.proto", "tfplugin6"), ("plugin.proto", "plugin"), ("health.proto", "grpc.health.v1")];

fn crate_dir() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn compile() -> FileDescriptorSet {
    let proto: PathBuf = crate_dir().join("../../proto");
    protox::compile(PROTOS.map(|(file, _)| file), [proto]).expect("proto/ compiles")
}
