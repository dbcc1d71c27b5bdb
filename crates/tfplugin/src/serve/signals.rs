//! The signals of the process. An interrupt reaches the whole process group, and it is the host that tells a provider
//! what to do about it (`StopProvider`): so it is caught, and under a host nobody looks at it.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// The signals, caught from its making on.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    /// The terminal is gone.
    #[cfg(unix)]
    hangup: Signal,
    #[cfg(windows)]
    interrupt: CtrlC,
}

impl Signals {
    pub(super) fn catch() -> io::Result<Self> {
        #[cfg(unix)]
        return Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        });
        #[cfg(windows)]
        return Ok(Self { interrupt: ctrl_c()? });
    }

    /// Waits until the process is told to end: to terminate, or, where no host decides about it, by an interrupt.
    pub(super) async fn end(&mut self, heed_interrupt: bool) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
            _ = self.interrupt.recv(), if heed_interrupt => {}
        }
        #[cfg(windows)]
        if heed_interrupt {
            self.interrupt.recv().await;
        } else {
            std::future::pending::<()>().await;
        }
    }
}
