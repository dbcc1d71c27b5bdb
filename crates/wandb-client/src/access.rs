//! Whether SCIM is open to the caller.

use crate::client::Client;
use crate::error::Error;
use crate::scim::groups::{self, GroupNode};
use crate::scim::{self, List};

/// Whether the caller may use SCIM, as the server answers.
#[derive(Debug, Clone)]
pub enum ScimAccess {
    /// It may.
    Open,
    /// It may not ([`Error::is_forbidden`]), or the server has no SCIM ([`Error::is_unsupported`]).
    Closed(Error),
}

impl Client {
    /// Whether the caller may use SCIM, asked once. W&B lets administrators of the organization in and its service
    /// accounts, and nobody else: there is no other way to tell whether the caller is one of them.
    pub async fn scim_access(&self) -> Result<ScimAccess, Error> {
        let client = self.clone();
        let ask = || async move {
            // The name of a team hardly matters here: an empty list shows as well that the caller was let in.
            let caller = client.caller().await?;
            let team = caller.teams.first().map_or("wandb", String::as_str);
            let find = || groups::find_for_access(client.base_url(), team);
            match client.scim(find, scim::read::<List<GroupNode>>).await {
                Ok(_) => Ok(ScimAccess::Open),
                Err(error) if error.is_forbidden() || error.is_unsupported() => Ok(ScimAccess::Closed(error)),
                Err(error) => Err(error),
            }
        };
        self.inner().scim_access.get((), ask).await
    }
}
