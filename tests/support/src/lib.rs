//! Real Terraform and OpenTofu hosts, a local mirror and the emulator, for acceptance tests and chores.
