//! Runs: as much of them as shows who logged one and whom it is attributed to.

use serde_json::{Map, Value};

use super::Session;
use crate::auth::OnBehalfOf;
use crate::ids::{AccountId, GlobalId as _, RunId};
use crate::refusal::Refusal;
use crate::store::{
    Account, Accounts, Entities, Entity, Members, NewRun, Project, Projects, Run, RunDetails, RunState, Runs, Scope,
};

/// Where runs go that name no project.
const DEFAULT_PROJECT: &str = "uncategorized";

const LONGEST_NAME: usize = 128;

/// Which run is meant.
#[derive(Debug)]
pub(crate) enum RunTarget {
    /// The one with this id.
    Id(String),
    /// The one of this name, which is made where there is none; without an entity, a project or a name those of W&B's choice.
    Name { entity: Option<String>, project: Option<String>, name: Option<String> },
}

/// What is to be known of a run from now on.
#[derive(Debug)]
pub(crate) struct RunChange {
    pub(crate) target: RunTarget,
    pub(crate) state: Option<RunState>,
    pub(crate) details: RunDetails,
}

/// A run that was made or changed.
#[derive(Debug)]
pub(crate) struct UpsertedRun {
    pub(crate) run: Run,
    /// Whether it was made.
    pub(crate) inserted: bool,
}

/// What a running run has come to.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The number of lines that its history has at least.
    pub(crate) history_lines: i64,
    pub(crate) summary: Option<String>,
    pub(crate) state: Option<RunState>,
}

impl Session<'_> {
    /// Makes a run or changes one. Whom it is attributed to is settled when it is made.
    pub(crate) fn upsert_run(&self, change: RunChange, on_behalf_of: &OnBehalfOf) -> Result<UpsertedRun, Refusal> {
        require_object("config", change.details.config.as_deref())?;
        require_object("summary", change.details.summary.as_deref())?;
        let (mut run, inserted) = match change.target {
            RunTarget::Id(id) => (self.writable_run(&id)?, false),
            RunTarget::Name { entity, project, name } => {
                let entity = self.entity_of_runs(entity.as_deref())?;
                self.require_run_writer(&entity)?;
                self.named_run(&entity, project.as_deref(), name, on_behalf_of)?
            }
        };
        run.state = change.state.unwrap_or(run.state);
        run.details = run.details.changed_by(change.details);
        run.heartbeat_at = self.now;
        Runs(self.connection).update(&run)?;
        Ok(UpsertedRun { run, inserted })
    }

    /// Notes how far a run has come.
    pub(crate) fn progress_run(
        &self,
        entity: &str,
        project: &str,
        name: &str,
        progress: Progress,
    ) -> Result<(), Refusal> {
        require_object("summary", progress.summary.as_deref())?;
        let nothing = || Refusal::not_found(format!("there is no run `{entity}/{project}/{name}`"));
        let found = self.entity_of_runs(Some(entity))?;
        self.require_run_writer(&found)?;
        let project = Projects(self.connection).by_name(found.id, project)?.ok_or_else(nothing)?;
        let runs = Runs(self.connection);
        let mut run = runs.by_name(project.id, name)?.ok_or_else(nothing)?;
        run.history_lines = run.history_lines.max(progress.history_lines);
        run.details.summary = progress.summary.or(run.details.summary);
        run.state = progress.state.unwrap_or(run.state);
        run.heartbeat_at = self.now;
        Ok(runs.update(&run)?)
    }

    /// The project of this name, if it is there and the caller may see it; without an entity, the caller's.
    pub(crate) fn visible_project(&self, entity: Option<&str>, name: &str) -> Result<Option<Project>, Refusal> {
        let entity = match entity {
            Some(entity) => self.visible_entity(entity)?,
            None => Some(self.entity_of_runs(None)?),
        };
        Ok(match entity {
            Some(entity) => Projects(self.connection).by_name(entity.id, name)?,
            None => None,
        })
    }

    fn entity_of_runs(&self, name: Option<&str>) -> Result<Entity, Refusal> {
        let name = match name {
            Some(name) => Some(name.to_owned()),
            None => self.default_entity(self.caller)?,
        };
        let name = name.ok_or_else(|| Refusal::invalid("the run needs an entity"))?;
        let entity = Entities(self.connection).by_name(&name)?;
        entity.ok_or_else(|| Refusal::not_found(format!("there is no entity `{name}`")))
    }

    fn writable_run(&self, id: &str) -> Result<Run, Refusal> {
        let nothing = || Refusal::not_found(format!("there is no run with the id `{id}`"));
        let run = RunId::from_global(id).ok_or_else(nothing)?;
        let run = Runs(self.connection).by_id(run)?.ok_or_else(nothing)?;
        let project = Projects(self.connection).by_id(run.project)?.ok_or_else(nothing)?;
        let entity = Entities(self.connection).by_id(project.entity)?.ok_or_else(nothing)?;
        if !self.may_see(&entity)? {
            return Err(nothing());
        }
        self.require_run_writer(&entity)?;
        Ok(run)
    }

    /// The run of this name, and whether it had to be made.
    fn named_run(
        &self,
        entity: &Entity,
        project: Option<&str>,
        name: Option<String>,
        on_behalf_of: &OnBehalfOf,
    ) -> Result<(Run, bool), Refusal> {
        let project = project.unwrap_or(DEFAULT_PROJECT);
        require_form_of_name("project", project)?;
        let projects = Projects(self.connection);
        let project = match projects.by_name(entity.id, project)? {
            Some(project) => project,
            None => projects.add(entity.id, project)?,
        };
        let runs = Runs(self.connection);
        let name = match name {
            Some(name) => name,
            None => self.secrets.suffix(&format!("run {}", runs.next_number()?))?,
        };
        require_form_of_name("run", &name)?;
        if let Some(run) = runs.by_name(project.id, &name)? {
            return Ok((run, false));
        }
        let user = self.attributed_to(entity, on_behalf_of)?;
        let run = runs.add(&NewRun { project: project.id, name: &name, author: self.caller.id, user }, self.now)?;
        Ok((run, true))
    }

    /// Whom a new run under this entity is attributed to. A service account may name a person, a team's one only of that
    /// team; whoever cannot be named so leaves the run to the account itself.
    fn attributed_to(&self, entity: &Entity, on_behalf_of: &OnBehalfOf) -> Result<AccountId, Refusal> {
        let Some(service) = self.caller.service() else {
            return Ok(self.caller.id);
        };
        let Some(person) = self.named_person(on_behalf_of)? else {
            return Ok(self.caller.id);
        };
        let may_be_named = match service.scope {
            Scope::Organization => true,
            Scope::Team => Members(self.connection).role(entity.id, person.id)?.is_some(),
        };
        Ok(if may_be_named { person.id } else { self.caller.id })
    }

    fn named_person(&self, on_behalf_of: &OnBehalfOf) -> Result<Option<Account>, Refusal> {
        let accounts = Accounts(self.connection);
        let named = match (&on_behalf_of.username, &on_behalf_of.email) {
            (Some(username), _) => accounts.by_username(username)?,
            (None, Some(email)) => accounts.by_email(email)?,
            (None, None) => None,
        };
        Ok(named.filter(|account| account.person().is_some() && account.deactivated_at.is_none()))
    }
}

/// Names of projects and runs: all but what has a meaning in a URL.
fn require_form_of_name(what: &str, name: &str) -> Result<(), Refusal> {
    let is_odd = |letter: char| letter.is_control() || r"/\#?%:".contains(letter);
    if !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(is_odd) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        r"`{name}` is not the name of a {what}: it takes 1 to {LONGEST_NAME} characters, and none of / \ # ? % :"
    )))
}

fn require_object(what: &str, text: Option<&str>) -> Result<(), Refusal> {
    match text.map(serde_json::from_str::<Map<String, Value>>) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(Refusal::invalid(format!("the {what} is not a JSON object: {error}"))),
    }
}
