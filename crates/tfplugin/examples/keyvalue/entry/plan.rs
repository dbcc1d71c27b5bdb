//! What of a plan does not follow from the schema alone.
//!
//! All of this is asked again when the plan is applied and must come to the same: so it sees the state, the
//! configuration and the notes beside the state, and neither clock nor folder.

use tfplugin::Attr;
use tfplugin::resource::Plan;
use tfplugin::value::{Bound, Refinement};

use super::resource::{EntryResource, shard_of};

pub(super) fn plan(plan: &mut Plan<'_, EntryResource>) {
    if plan.prior.is_none_or(|prior| prior.content != plan.planned.content) {
        (plan.planned.checksum, plan.planned.size) = match plan.planned.content {
            Attr::Null => (Attr::Null, Attr::Null),
            Attr::Unknown(_) => (Attr::unknown(), Attr::unknown()),
            // Unknown, but not without knowing something: an expression that asks how it begins gets an answer.
            Attr::Known(_) => (refined(Refinement::prefix("fnv:")), refined(at_least_zero())),
        };
    }
    if plan.planned.shard.is_unknown()
        && let Some(key) = plan.config.key.as_str()
    {
        // Computed, and yet known as soon as the key is.
        plan.planned.shard = shard_of(key).into();
    }
    if plan.private.overwritten && !plan.planned.secret_version.is_null() {
        // Somebody else has written, which a read has noted. The secret cannot be compared: it is written again.
        plan.planned.revision = Attr::unknown();
    }
}

fn refined<T>(refinement: Refinement) -> Attr<T> {
    Attr::Unknown(Some(Box::new(refinement)))
}

fn at_least_zero() -> Refinement {
    Refinement { lower: Some(Bound { number: 0_i64.into(), inclusive: true }), ..Refinement::not_null() }
}
