//! Memberships that must not end by a slip: the caller's own, and that of a team's last admin.

use wandb_client::Member;

use crate::provider::Connection;

/// Why a membership is not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is the caller's own, who could then not even undo it.
    OwnMembership,
    /// Nobody else administers the team.
    LastAdmin,
}

/// Why a destroy would only forget this membership, as the team is now. Who else leaves in the same run is not known
/// here: that of the last admin is looked at again when it is destroyed.
pub(super) fn kept(connection: &Connection, members: &[Member], member: &Member) -> Option<Kept> {
    if is_caller(connection, member) {
        return Some(Kept::OwnMembership);
    }
    is_last_admin(members, member).then_some(Kept::LastAdmin)
}

/// Whether this is the account that the provider acts for.
pub(super) fn is_caller(connection: &Connection, member: &Member) -> bool {
    member.user_id().as_ref() == Some(&connection.caller.id)
}

/// Whether nobody else administers the team.
pub(super) fn is_last_admin(members: &[Member], member: &Member) -> bool {
    is_admin(member) && !members.iter().any(|other| is_admin(other) && other.id != member.id)
}

fn is_admin(member: &Member) -> bool {
    member.admin && !member.pending
}
