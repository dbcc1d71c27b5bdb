//! An interrupt from the terminal ends what is running, but not the chore around it, which still has to clean up.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Knows whether somebody asked the chore to end.
pub(crate) struct Interrupt(Arc<AtomicBool>);

/// The reason of a chore that was asked to end.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("interrupted; everything that was started or written is cleaned up")
    }
}

impl std::error::Error for Interrupted {}

impl Interrupt {
    /// From now on an interrupt is noted instead of ending this process.
    pub(crate) fn watch() -> Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&asked)).context("could not watch for interrupts")?;
        }
        Ok(Self(asked))
    }

    /// An error once somebody has asked to end.
    pub(crate) fn check(&self) -> Result<()> {
        if self.0.load(Ordering::Relaxed) {
            bail!(Interrupted);
        }
        Ok(())
    }
}
