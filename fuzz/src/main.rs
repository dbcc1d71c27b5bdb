//! One program for all targets: `FUZZ_TARGET` names the one to run, and without it the program lists them.
//!
//! `FUZZ_SEEDS` is a folder to which it writes the inputs that the target starts from. The rest is libFuzzer's:
//! `fuzz CORPUS... -max_total_time=60`.

#![no_main]

mod seeds;
mod targets;

use std::path::Path;
use std::sync::OnceLock;
use std::{env, fs, process};

use libfuzzer_sys::fuzz_target;

use crate::targets::{TARGETS, Target};

static TARGET: OnceLock<&Target> = OnceLock::new();

fn choose() -> &'static Target {
    let Ok(name) = env::var("FUZZ_TARGET") else {
        TARGETS.iter().for_each(|target| println!("{}", target.name));
        process::exit(0);
    };
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of this name");
    if let Some(folder) = env::var_os("FUZZ_SEEDS") {
        for (number, seed) in (target.seeds)().into_iter().enumerate() {
            fs::write(Path::new(&folder).join(format!("seed-{number:03}")), seed).expect("a folder for seeds");
        }
    }
    target
}

fuzz_target!(
    init: {
        TARGET.get_or_init(choose);
    },
    |input: &[u8]| {
        (TARGET.get_or_init(choose).run)(input);
    }
);
