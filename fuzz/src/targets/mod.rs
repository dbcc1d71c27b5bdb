//! A target for each decoder: a function of any bytes that panics when what it tries does not hold.

mod process;
mod text;
mod value;
mod wandb;

use crate::seeds;

/// One decoder and the inputs to start from.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&[u8]),
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
}

macro_rules! targets {
    ($($module:ident::$name:ident from $seeds:expr;)*) => {
        pub(crate) const TARGETS: &[Target] =
            &[$(Target { name: stringify!($name), run: $module::$name, seeds: $seeds }),*];
    };
}

targets! {
    value::msgpack from seeds::msgpack;
    value::refinement from seeds::refinements;
    value::json from seeds::json;
    value::state from seeds::json;
    value::dynamic_value from seeds::messages;
    value::conversion from seeds::conversions;
    value::types from seeds::types;
    text::number from || seeds::lines(include_str!("../../seeds/number.txt"));
    text::path from || seeds::lines(include_str!("../../seeds/path.txt"));
    text::duration from || seeds::lines(include_str!("../../seeds/duration.txt"));
    process::private_state from || seeds::lines(include_str!("../../seeds/private_state.txt"));
    process::handshake from seeds::handshakes;
    wandb::import_id from || seeds::lines(include_str!("../../seeds/import_id.txt"));
    wandb::graphql from || seeds::lines(include_str!("../../seeds/graphql.txt"));
    wandb::scim from || seeds::lines(include_str!("../../seeds/scim.txt"));
    wandb::netrc from || seeds::parts(include_str!("../../seeds/netrc.txt"));
    wandb::credentials_file from || seeds::lines(include_str!("../../seeds/credentials_file.txt"));
    wandb::headers from || seeds::lines(include_str!("../../seeds/headers.txt"));
    wandb::base_url from || seeds::lines(include_str!("../../seeds/base_url.txt"));
    wandb::seed from || seeds::parts(include_str!("../../seeds/seed.txt"));
    wandb::scim_filter from || seeds::lines(include_str!("../../seeds/scim_filter.txt"));
}

/// Text as it comes in variables, files and headers: what is no UTF-8 never reaches these decoders.
fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}
