//! What to say of teams, which can be neither deleted nor renamed.

use tfplugin::Diagnostic;
use wandb_client::Error;

use crate::caller::ORGANIZATION_ADMIN;
use crate::error::causes;
use crate::import_id;

/// `wanted` is the name in the configuration, `name` that of the team that is there.
pub(super) fn exists(wanted: &str, name: &str) -> Diagnostic {
    let id = import_id::encode(name);
    let case = if wanted == name { "" } else { " W&B takes no notice of case in names, so use that spelling." };
    Diagnostic::error(
        "Team exists already",
        format!(
            "A team named \"{name}\" exists already.{case}\n\nIf this configuration manages it already, do not import it: \
             clear a taint with `terraform untaint`, and say where an address has changed in a `moved` block. Else import \
             it:\n\n  import {{\n    to = wandb_team.NAME\n    id = \"{id}\"\n  }}\n\nwith the resource's own name in place of \
             NAME."
        ),
    )
    .at("name")
}

/// The name of something that is no team that the caller sees.
pub(super) fn name_is_taken(name: &str, error: &Error) -> Diagnostic {
    Diagnostic::error(
        "Name is taken",
        format!(
            "Could not create the team \"{name}\": names are unique in W&B, and a person, another organization's team or one \
             that this account cannot see has this one. Choose another name.\n\n{}",
            causes(error)
        ),
    )
    .at("name")
}

/// The answer was lost, and the team is there.
pub(super) fn found_again(name: &str, error: &Error) -> Diagnostic {
    Diagnostic::warning(
        "Answer to a creation lost",
        format!(
            "The server did not answer the creation of the team \"{name}\", but the team is there now and was not before: it \
             is taken for the one.\n\n{}",
            causes(error)
        ),
    )
}

/// Only the first admin is named there.
pub(super) fn initial_admin_is_only_recorded(name: &str) -> Diagnostic {
    Diagnostic::warning(
        "The initial admin is only recorded",
        format!(
            "`initial_admin` counts when a team is made. Changing it for \"{name}\" changes nothing in W&B: who administers \
             the team is said by `wandb_team_member` with the role \"admin\"."
        ),
    )
    .at("initial_admin")
}

/// What the destroy that is planned will do.
pub(super) fn will_be_left(name: &str) -> Diagnostic {
    Diagnostic::warning(
        "Team will be left in W&B",
        format!(
            "The team \"{name}\" will no longer be managed here and lives on in W&B, with all that it holds: W&B cannot \
             delete teams. To manage it again later, import it."
        ),
    )
}

/// `held` is empty or tells what is in the team.
pub(super) fn deletion_refused(name: &str, held: &str) -> Diagnostic {
    Diagnostic::error(
        "Team cannot be deleted",
        format!(
            "W&B offers no way to delete the team \"{name}\"{held}, and its `deletion_policy` is \"prevent\". To stop \
             managing it and leave it in W&B, either apply `deletion_policy = \"abandon\"` first and destroy it then, \
             or replace its resource block by:\n\n  removed {{\n    from = wandb_team.NAME\n    lifecycle {{\n      \
             destroy = false\n    }}\n  }}\n\nwith the resource's own name in place of NAME. Terraform 1.6 has no \
             such block: there, take its resource block away and run `terraform state rm wandb_team.NAME`."
        ),
    )
}

pub(super) fn left(name: &str) -> Diagnostic {
    Diagnostic::warning(
        "Team left in W&B",
        format!("The team \"{name}\" is no longer managed here. It lives on in W&B, with all that it holds."),
    )
}

/// A team with a bucket is made without anybody in it, and its first admin could not be set.
pub(super) fn without_admin(name: &str, error: &wandb_client::Error) -> Diagnostic {
    Diagnostic::warning(
        "Team has no admin",
        format!(
            "The team \"{name}\" is made, but its first admin could not be set, so it may have none. No later plan shows \
             that. Add a `wandb_team_member` with the role \"admin\", or an admin in W&B.\n\n{}",
            causes(error)
        ),
    )
    .at("initial_admin")
}

pub(super) fn rename_refused(prior: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        "Teams cannot be renamed",
        format!(
            "W&B offers no way to rename the team \"{prior}\" to \"{name}\". Keep the name; or declare \"{name}\" as \
             another resource, which makes a new, empty team."
        ),
    )
    .at("name")
}

pub(super) fn replacement_refused(name: &str) -> Diagnostic {
    Diagnostic::error(
        "Teams cannot be replaced",
        format!(
            "W&B offers no way to delete the team \"{name}\", so it cannot be made anew. Leave out `-replace` and \
             `replace_triggered_by`; a team that is marked as tainted is cleared by `terraform untaint`."
        ),
    )
}

pub(super) fn bucket_change_refused(name: &str) -> Diagnostic {
    Diagnostic::error(
        "Storage bucket cannot be changed",
        format!(
            "W&B takes the storage bucket of a team when it makes the team, and only then: that of \"{name}\" stays as it \
             is. Undo the change of `storage_bucket`, or make another team."
        ),
    )
    .at("storage_bucket")
}

pub(super) fn bucket_needs_scim(refusal: &Error) -> Diagnostic {
    let (summary, advice) = if refusal.is_forbidden() {
        ("Permission denied", format!("Use the credential of {ORGANIZATION_ADMIN}."))
    } else {
        ("SCIM not available", "Leave `storage_bucket` out, or use a server that offers SCIM.".to_owned())
    };
    Diagnostic::error(
        summary,
        format!(
            "A team with a storage bucket of its own is made by SCIM, which is part of Enterprise organizations and open \
             to their admins. {advice}\n\n{}",
            causes(refusal)
        ),
    )
    .at("storage_bucket")
}

pub(super) fn bucket_needs_admin() -> Diagnostic {
    Diagnostic::error(
        "First admin needed",
        "A team with a storage bucket of its own is made by SCIM, without admins, and the account that the provider acts \
         for is a service account. Set `initial_admin` to the username of a person.",
    )
    .at("initial_admin")
}

pub(super) fn admin_not_found(username: &str) -> Diagnostic {
    Diagnostic::error(
        "Person not found",
        format!(
            "The organization has nobody with the username \"{username}\". Check the spelling; a team's first admin has \
             to have an account."
        ),
    )
    .at("initial_admin")
}
