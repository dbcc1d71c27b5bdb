//! Changes of one team are made one after the other, in the order in which they were asked for.
//!
//! The server reads who is in a team, decides and writes; two changes at once could each take the other's
//! administrator for the one who stays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use crate::error::{Error, ErrorKind};

/// Whose turn it is, by team.
pub(crate) struct Turns {
    deadline: Duration,
    by_team: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

/// A team's turn, until it is dropped.
#[must_use]
pub(crate) struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl Turns {
    /// A turn is waited for this long.
    pub(crate) fn new(deadline: Duration) -> Self {
        Self { deadline, by_team: Mutex::default() }
    }

    /// Waits for the team's turn. It is an error if that takes longer than an operation may.
    pub(crate) async fn take(&self, team: &str, operation: &'static str) -> Result<Turn, Error> {
        let mutex = self.of_team(team);
        match timeout(self.deadline, mutex.lock_owned()).await {
            Ok(guard) => Ok(Turn { _guard: guard }),
            Err(_) => Err(Error::of(operation, ErrorKind::DeadlineExceeded { deadline: self.deadline })),
        }
    }

    fn of_team(&self, team: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut by_team = self.by_team.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mutex) = by_team.get(team).and_then(Weak::upgrade) {
            return mutex;
        }
        by_team.retain(|_, mutex| mutex.strong_count() > 0);
        let mutex = Arc::default();
        by_team.insert(team.to_owned(), Arc::downgrade(&mutex));
        mutex
    }
}

#[cfg(test)]
mod tests {
    use futures::poll;

    use super::*;

    const DEADLINE: Duration = Duration::from_mins(5);

    #[tokio::test(start_paused = true)]
    async fn a_team_s_turns_come_in_order_and_other_teams_have_their_own() {
        let turns = Turns::new(DEADLINE);
        let first = turns.take("vision", "Operation").await.unwrap();
        let mut second = Box::pin(turns.take("vision", "Operation"));
        let mut third = Box::pin(turns.take("vision", "Operation"));
        assert!(poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
        let _other = turns.take("audio", "Operation").await.unwrap();
        drop(first);
        assert!(poll!(&mut third).is_pending());
        // Who no longer waits is passed over.
        drop(second);
        assert!(third.await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_does_not_come_is_an_error() {
        let turns = Turns::new(DEADLINE);
        let _first = turns.take("vision", "Operation").await.unwrap();
        let error = turns.take("vision", "Operation").await.err().unwrap();
        assert_eq!(error.to_string(), "Operation failed: no request could be sent within 300 s");
        assert!(!error.is_unclear());
    }

    #[tokio::test]
    async fn teams_that_nobody_changes_are_forgotten() {
        let turns = Turns::new(DEADLINE);
        for team in ["vision", "audio", "text"] {
            let _turn = turns.take(team, "Operation").await.unwrap();
        }
        assert_eq!(turns.by_team.lock().unwrap().len(), 1);
    }
}
