//! What is known of teams, for those who only look ahead.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};

use crate::api_keys::ApiKeyInfo;
use crate::client::Client;
use crate::coalesce::Mark;
use crate::error::Error;
use crate::ids::UserId;
use crate::service_account::ServiceAccount;
use crate::team::Team;
use crate::teams::TEAMS_AT_ONCE;

/// What a client knows of teams, taken as it is: each team is read at most once for as long as [reads are
/// shared](crate::Config::with_read_max_age), whatever is looked for and however often it is not there.
///
/// It shows what it shows. What it does not show may be hidden, or have come meanwhile, so nothing is to be concluded from
/// that: where "not there" decides something, ask the [client](Client) itself, which then reads anew.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a>(&'a Client);

impl Client {
    /// What this client knows of teams, for searches and looks ahead.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<'_> {
        Snapshot(self)
    }
}

impl Snapshot<'_> {
    /// A team and its members.
    pub async fn team(self, name: &str) -> Result<Option<Arc<Team>>, Error> {
        self.0.team_showing(name, Mark::START, |_| true).await
    }

    /// The service accounts that a team shows.
    pub async fn service_accounts(self, team: &str) -> Result<Vec<ServiceAccount>, Error> {
        Ok(self.team(team).await?.map(|team| team.shown_service_accounts().collect()).unwrap_or_default())
    }

    /// A service account, if the team shows it.
    pub async fn service_account(self, team: &str, id: &UserId) -> Result<Option<ServiceAccount>, Error> {
        Ok(self.team(team).await?.and_then(|team| team.shown_service_account(id)))
    }

    /// A service account in the first team that shows it: the one that had it when this client saw it last, else any that
    /// the caller can find. It costs a request for each team that was not read yet, however many accounts are looked for,
    /// and one for the list of teams.
    pub async fn find_service_account(self, id: &UserId) -> Result<Option<ServiceAccount>, Error> {
        if let Some(team) = self.0.last_team_of(id)
            && let Some(account) = self.service_account(&team, id).await?
        {
            return Ok(Some(account));
        }
        // Owned names: a future that borrows them here is one that callers cannot send.
        let names = self.0.teams().await?.names.clone();
        let reads = names.into_iter().map(|team| async move { self.service_account(&team, id).await });
        let mut reads = stream::iter(reads).buffered(TEAMS_AT_ONCE);
        while let Some(read) = reads.try_next().await? {
            if read.is_some() {
                return Ok(read);
            }
        }
        Ok(None)
    }

    /// The API keys that a team shows of a service account.
    pub async fn api_keys(self, team: &str, owner: &UserId) -> Result<Vec<ApiKeyInfo>, Error> {
        match self.0.team_api_keys(team, Mark::START, |_| true).await {
            Ok(keys) => Ok(keys.get(owner).cloned().flatten().unwrap_or_default()),
            Err(error) if error.is_not_visible() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}
