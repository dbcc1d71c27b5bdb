//! Which teams there are, and which of them has an account.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};

use crate::client::Client;
use crate::coalesce::Mark;
use crate::error::{Error, ErrorKind};
use crate::ids::UserId;
use crate::scim::groups::{self, GroupNode};
use crate::scim::{self, List};
use crate::service_account::ServiceAccount;

/// So many teams are looked into at the same time.
pub(crate) const TEAMS_AT_ONCE: usize = 8;

/// The names of teams.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Teams {
    /// Their names, sorted.
    pub names: Vec<String>,
    /// Whether these are all teams of the organization. If not, a team that is not among them may be there all the same.
    pub is_whole: bool,
}

/// Whether a service account is there, as far as this caller can tell.
#[derive(Debug, Clone)]
pub enum AccountExistence {
    /// A team has it: the one in [`ServiceAccount::team`], perhaps among others.
    Exists(ServiceAccount),
    /// No team has it. The caller sees all teams and all their members.
    Absent,
    /// None of the teams that the caller sees has it, and there may be others. Why they are not seen is the error.
    CannotTell(Error),
}

impl Client {
    /// The teams that the caller can find: all of the organization where the caller may use SCIM, else those that the
    /// caller is in. They are shared like [other reads](crate::Config::with_read_max_age), and asked for anew after this
    /// client made a team.
    pub async fn teams(&self) -> Result<Arc<Teams>, Error> {
        self.teams_since(Mark::START).await
    }

    async fn teams_since(&self, mark: Mark) -> Result<Arc<Teams>, Error> {
        let load = || {
            let client = self.clone();
            async move { client.load_teams().await.map(Arc::new) }
        };
        self.inner().team_names.get_enough((), mark, load, |_| false).await
    }

    /// Looks for a service account in all teams that the caller can find, by its id: this is how an account of the
    /// organization is found again, and the owner of a key. It costs a request for each team that was not read yet,
    /// however many accounts are looked for, and one for the list of teams; the team that had the account when this
    /// client saw it last comes first and mostly is all that is read. That it is in none of them is said only after all
    /// were read during the call: where that decides nothing, [`Snapshot`](crate::Snapshot) spares it.
    pub async fn find_service_account(&self, id: &UserId) -> Result<AccountExistence, Error> {
        let (mark, names_mark) = (self.inner().teams.mark(), self.inner().team_names.mark());
        if let Some(account) = self.snapshot().find_service_account(id).await? {
            return Ok(AccountExistence::Exists(account));
        }
        // That nothing has it is said only of what is read now.
        self.look_in(&*self.teams_since(names_mark).await?, mark, id).await
    }

    /// Looks for a service account in these teams, where an absence is one after the mark.
    async fn look_in(&self, teams: &Teams, mark: Mark, id: &UserId) -> Result<AccountExistence, Error> {
        // Owned names: a future that borrows them here is one that callers cannot send.
        let reads = teams.names.clone().into_iter().map(|team| async move {
            match self.service_account_since(mark, &team, id).await {
                Err(error) if error.is_not_visible() => Ok(Err(error)),
                result => result.map(Ok),
            }
        });
        let mut reads = stream::iter(reads).buffered(TEAMS_AT_ONCE);
        let mut hidden = None;
        while let Some(read) = reads.try_next().await? {
            match read {
                Ok(Some(account)) => return Ok(AccountExistence::Exists(account)),
                Ok(None) => {}
                Err(error) => hidden = Some(error),
            }
        }
        if !teams.is_whole {
            let not_all = || Error::of("Teams", ErrorKind::NotVisible { what: "all teams".to_owned() });
            hidden = hidden.or_else(|| Some(not_all()));
        }
        Ok(hidden.map_or(AccountExistence::Absent, AccountExistence::CannotTell))
    }

    /// The team that had a service account when this client last saw the account, by what it remembers. It asks nothing.
    #[must_use]
    pub fn last_team_of(&self, id: &UserId) -> Option<String> {
        self.inner().seen_accounts.team_of(id)
    }

    async fn load_teams(&self) -> Result<Teams, Error> {
        if self.inner().scim_hides_people.get().is_none() {
            let list: Result<List<GroupNode>, Error> = self.scim(|| groups::list(self.base_url()), scim::read).await;
            match list {
                Ok(list) => {
                    let (groups, is_whole) = list.into_items();
                    let names = groups.into_iter().filter_map(|group| group.display_name).collect();
                    return Ok(Teams::new(names, is_whole));
                }
                Err(error) if error.is_forbidden() || error.is_unsupported() => {}
                Err(error) => return Err(error),
            }
        }
        // Asked anew, as the teams of a caller change.
        Ok(Teams::new(self.viewer().await?.teams, false))
    }
}

impl Teams {
    fn new(mut names: Vec<String>, is_whole: bool) -> Self {
        names.sort_unstable();
        names.dedup();
        Self { names, is_whole }
    }
}
