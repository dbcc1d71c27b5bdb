//! Custom roles.

use super::Session;
use crate::ids::RoleId;
use crate::refusal::Refusal;
use crate::store::{BaseRole, CustomRole, Members, NewCustomRole, Roles, TeamRole};

impl Session<'_> {
    /// The role of this name, predefined or the organization's own.
    pub(crate) fn team_role(&self, name: &str) -> Result<TeamRole, Refusal> {
        if name == TeamRole::Admin.name() {
            return Ok(TeamRole::Admin);
        }
        if let Some(base) = BaseRole::from_word(name) {
            return Ok(TeamRole::Base(base));
        }
        match Roles(self.connection).by_name(name)? {
            Some(role) => Ok(TeamRole::Custom { id: role.id, name: role.name }),
            None => Err(Refusal::invalid(format!("there is no role `{name}`"))),
        }
    }

    pub(crate) fn create_role(&self, new: &NewCustomRole) -> Result<CustomRole, Refusal> {
        self.check_role(None, new)?;
        let id = Roles(self.connection).add(new, self.now)?;
        self.audit("role:create", &new.name)?;
        self.role(id)
    }

    pub(crate) fn update_role(&self, id: RoleId, new: &NewCustomRole) -> Result<CustomRole, Refusal> {
        self.check_role(Some(id), new)?;
        Roles(self.connection).update(id, new, self.now)?;
        self.audit("role:update", &new.name)?;
        self.role(id)
    }

    /// Deletes a role; who had it has then the predefined role that it was derived from.
    pub(crate) fn delete_role(&self, role: &CustomRole) -> Result<(), Refusal> {
        Members(self.connection).replace_custom_role(role.id, role.inherited_from)?;
        Roles(self.connection).delete(role.id)?;
        self.audit("role:delete", &role.name)
    }

    fn role(&self, id: RoleId) -> Result<CustomRole, Refusal> {
        Roles(self.connection).by_id(id)?.ok_or_else(|| Refusal::not_found("the role is gone"))
    }

    fn check_role(&self, id: Option<RoleId>, new: &NewCustomRole) -> Result<(), Refusal> {
        if new.name.trim().is_empty() {
            return Err(Refusal::invalid("a role needs a name"));
        }
        if let Some(wrong) = new.permissions.iter().find(|permission| !is_permission(permission)) {
            return Err(Refusal::invalid(format!("`{wrong}` is not a permission of the form `object:operation`")));
        }
        let predefined = new.name == TeamRole::Admin.name() || BaseRole::from_word(&new.name).is_some();
        let other = Roles(self.connection).by_name(&new.name)?.is_some_and(|role| Some(role.id) != id);
        if predefined || other {
            return Err(Refusal::conflict(format!("there is already a role `{}`", new.name)));
        }
        Ok(())
    }
}

fn is_permission(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    text.split_once(':').is_some_and(|(object, operation)| word(object) && word(operation))
}
