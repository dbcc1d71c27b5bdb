//! Bindings generated from `proto/`: Terraform's plugin protocol 6 and the services of go-plugin.
//!
//! The generated files are committed, so that a build needs neither `protoc` nor a build script; a test compiles
//! `proto/` again and compares (`UPDATE_BINDINGS=1 cargo test -p tfplugin-proto` writes them anew).
//! Server traits are always there, with every call answered "unimplemented" until it is written; the feature `client`
//! adds the host's side.

mod opaque;

/// Terraform's plugin protocol, version 6.11: the messages and the `Provider` service.
pub mod tfplugin6 {
    #![allow(
        missing_docs,
        clippy::pedantic,
        clippy::allow_attributes_without_reason,
        reason = "generated from proto/tfplugin6.proto, where the comments are"
    )]
    include!("generated/tfplugin6.rs");
}

/// The services that go-plugin hosts expect beside a plugin's own: controller, stdio and broker.
pub mod plugin {
    #![allow(
        missing_docs,
        clippy::pedantic,
        clippy::allow_attributes_without_reason,
        reason = "generated from proto/plugin.proto, where the comments are"
    )]
    include!("generated/plugin.rs");
}

/// The common health check of gRPC servers, `grpc.health.v1`.
pub mod health {
    #![allow(
        missing_docs,
        clippy::pedantic,
        clippy::allow_attributes_without_reason,
        reason = "generated from proto/health.proto, where the comments are"
    )]
    include!("generated/grpc.health.v1.rs");
}
