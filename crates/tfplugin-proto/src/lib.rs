//! Bindings generated from proto/: Terraform's plugin protocol 6 and the go-plugin services.
