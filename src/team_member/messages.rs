//! What to say of memberships that cannot be as planned.

use tfplugin::Diagnostic;
use wandb_client::{Error, Member};

use super::guard::Kept;
use super::person::{self, Named};
use crate::error::causes;
use crate::{caller, import_id};

/// The person is in the team, or invited to it, and not known to the state.
pub(super) fn exists(team: &str, member: &Member, attribute: &'static str) -> Diagnostic {
    let name = person::shown(member);
    let id = format!("{}/{}", import_id::encode(team), import_id::encode(name));
    let (summary, what) = if member.pending {
        ("Person invited already", format!("has an invitation to the team \"{team}\" that was not accepted yet"))
    } else {
        ("Person is a member already", format!("is a member of the team \"{team}\" already"))
    };
    Diagnostic::error(
        summary,
        format!(
            "\"{name}\" {what}.\n\nIf this configuration manages the membership already, do not import it: clear a taint \
             with `terraform untaint`; where only the address has changed, such as a key of `for_each`, say so in a \
             `moved` block; and where two resources mean the same person, take one away. Else import it:\n\n  import \
             {{\n    to = wandb_team_member.NAME\n    id = \"{id}\"\n  }}\n\nwith the resource's own name in place of NAME."
        ),
    )
    .at(attribute)
}

/// Another resource has added the same person in the same run.
pub(super) fn named_twice(team: &str, name: &str, named: Named<'_>) -> Diagnostic {
    Diagnostic::error(
        "Person is named twice",
        format!(
            "Two resources of this configuration mean \"{name}\" in the team \"{team}\", perhaps one by username and one by \
             email. The other one has added the person. Take this one away."
        ),
    )
    .at(named.attribute())
}

/// The invitation goes by an address that is not known here.
pub(super) fn invited_by_email(team: &str, named: Named<'_>) -> Diagnostic {
    Diagnostic::error(
        "Person invited already",
        format!(
            "\"{}\" has an invitation to the team \"{team}\" already, which goes by an email address. To manage it here, \
             import it as `TEAM/EMAIL`.",
            named.name()
        ),
    )
    .at(named.attribute())
}

/// Nobody of this username is in the organization.
pub(super) fn person_not_found(named: Named<'_>) -> Diagnostic {
    Diagnostic::error(
        "Person not found",
        format!(
            "The organization has nobody with the username \"{}\". Check the spelling; someone who has no account yet \
             is invited by `email`.",
            named.name()
        ),
    )
    .at(named.attribute())
}

/// No role of this name.
pub(super) fn role_not_found(role: &str, custom: &[String]) -> Diagnostic {
    let mut roles: Vec<String> = ["admin", "member", "viewer"].map(|role| format!("\"{role}\"")).into();
    roles.extend(custom.iter().map(|role| format!("\"{role}\"")));
    Diagnostic::error(
        "Role not found",
        format!("The organization has no role \"{role}\". Its roles are {}.", roles.join(", ")),
    )
    .at("role")
}

/// The role can be given by SCIM alone, which is closed to the caller.
pub(super) fn scim_needed(role: &str, refusal: &Error) -> Diagnostic {
    let (summary, advice) = if refusal.is_forbidden() {
        ("Permission denied", format!("Use the credential of {}.", caller::ORGANIZATION_ADMIN))
    } else {
        ("SCIM not available", "Have the role set in W&B, or by a server that offers SCIM.".to_owned())
    };
    Diagnostic::error(
        summary,
        format!(
            "The role \"{role}\" cannot be given: W&B changes roles by SCIM alone, and an invitation can only say `admin` \
             or `member`. SCIM is part of Enterprise organizations and open to their admins. {advice}\n\n{}",
            causes(refusal)
        ),
    )
    .at("role")
}

/// An invitation says less than the role that is wanted.
pub(super) fn role_comes_later(named: Named<'_>, role: &str) -> Diagnostic {
    Diagnostic::warning(
        "Role is set after the invitation",
        format!(
            "\"{}\" has no account in the organization and is invited. An invitation can only say `admin` or `member`, \
             so who accepts this one is a `member` at first. An apply after that sets the role \"{role}\".",
            named.name()
        ),
    )
    .at("role")
}

/// A destroy that ends nothing. `planned` is whether it is still to come.
pub(super) fn kept(kept: Kept, team: &str, name: &str, planned: bool) -> Diagnostic {
    let will = if planned { "will be" } else { "was" };
    let why = match kept {
        Kept::OwnMembership => "it is that of the account that the provider acts for, which could not undo it",
        Kept::LastAdmin => "nobody else administers the team, and W&B keeps the last admin of a team",
    };
    let advice = match kept {
        Kept::OwnMembership => "Let another admin end it, if that is meant.",
        Kept::LastAdmin => "Make another person an admin first, if the membership is to end.",
    };
    Diagnostic::warning(
        "Membership kept in W&B",
        format!(
            "The membership of \"{name}\" in the team \"{team}\" {will} taken out of the state and stays in W&B: {why}. \
             {advice}"
        ),
    )
}

/// A replacement of a membership that cannot end.
pub(super) fn cannot_be_replaced(team: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        "Membership cannot be replaced",
        format!(
            "The membership of \"{name}\" in the team \"{team}\" cannot end, as it is the caller's own or that of the \
             last admin, so it cannot be made anew. Leave out `-replace` and `replace_triggered_by`."
        ),
    )
}

/// A role change that would leave a team without an admin.
pub(super) fn last_admin(team: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        "Team would have no admin",
        format!(
            "\"{name}\" is the only admin of the team \"{team}\", so the role cannot be changed. Make another person an \
             admin first. Where both are changed in one run, have this one wait for the other with `depends_on`."
        ),
    )
    .at("role")
}

/// The same, while it is planned: somebody else may become an admin in the same run.
pub(super) fn last_admin_ahead(team: &str, name: &str) -> Diagnostic {
    Diagnostic::warning(
        "Team may be left without admin",
        format!(
            "\"{name}\" is the only admin of the team \"{team}\" now. The change of the role will be refused unless \
             another person has become an admin by then; where that is part of this plan, have this change wait for it \
             with `depends_on`."
        ),
    )
    .at("role")
}

/// The caller takes the power over the team from itself.
pub(super) fn own_role(team: &str, name: &str) -> Diagnostic {
    Diagnostic::warning(
        "Change of the caller's own role",
        format!(
            "\"{name}\" is the account that the provider acts for. After this change it may no longer administer the \
             team \"{team}\", unless it administers the organization."
        ),
    )
    .at("role")
}

/// The person left after the state was last read.
pub(super) fn left(team: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        "Person is not in the team",
        format!("\"{name}\" left the team \"{team}\" after the plan was made. Plan again."),
    )
}
