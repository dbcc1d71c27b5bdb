//! The provider's binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    tfplugin::serve(wandb_provider::WandbProvider)
}
