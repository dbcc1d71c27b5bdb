//! All mutants: each is the example provider with one deliberate breach.

mod apply;
mod import;
mod plan;
mod read;
mod whole;

use test_support::host::{Feature, Host};

use crate::provider::Mutation;

/// What a user does, at whose end a mutant has shown its breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Makes an entry.
    Create,
    /// Changes one in place.
    Update,
    /// Makes one anew, under another key.
    Replace,
    /// Looks at what is there.
    Refresh,
    /// Ends one.
    Destroy,
    /// Takes one over by its id.
    Import,
    /// Takes one over by its identity.
    ImportByIdentity,
    /// Reads a data source.
    Data,
    /// Calls a function.
    Function,
    /// Opens an ephemeral resource.
    Ephemeral,
}

impl Walk {
    pub(crate) const ALL: [Self; 10] = [
        Self::Create,
        Self::Update,
        Self::Replace,
        Self::Refresh,
        Self::Destroy,
        Self::Import,
        Self::ImportByIdentity,
        Self::Data,
        Self::Function,
        Self::Ephemeral,
    ];

    /// What a host must have to go this way.
    pub(crate) fn needs(self) -> Option<Feature> {
        match self {
            Self::ImportByIdentity => Some(Feature::Identity),
            Self::Function => Some(Feature::ProviderFunctions),
            Self::Ephemeral => Some(Feature::EphemeralResources),
            _ => None,
        }
    }
}

/// A provider with one breach.
#[derive(Clone, Copy)]
pub(crate) struct Mutant {
    pub(crate) name: &'static str,
    /// What it does wrong.
    pub(crate) breach: &'static str,
    pub(crate) walk: Walk,
    pub(crate) mutation: Mutation,
    /// What becomes of it under a real host that says nothing; `None` where real hosts refuse it.
    pub(crate) tolerated: Option<&'static str>,
    /// Hosts that have this refuse it all the same.
    until: Option<Feature>,
    needs: Option<Feature>,
}

impl Mutant {
    const fn new(name: &'static str, walk: Walk, breach: &'static str, mutation: Mutation) -> Self {
        Self { name, breach, walk, mutation, tolerated: None, until: None, needs: None }
    }

    /// Real hosts say nothing, with this effect.
    const fn tolerated(self, effect: &'static str) -> Self {
        Self { tolerated: Some(effect), ..self }
    }

    /// Real hosts say nothing until they have this.
    const fn tolerated_until(self, feature: Feature, effect: &'static str) -> Self {
        Self { tolerated: Some(effect), until: Some(feature), ..self }
    }

    /// Whether this host says nothing.
    pub(crate) fn is_tolerated_by(&self, host: &Host) -> bool {
        self.tolerated.is_some() && self.until.is_none_or(|feature| !host.feature(feature))
    }

    /// Whether the newest hosts say nothing.
    pub(crate) fn is_tolerated(&self) -> bool {
        self.tolerated.is_some() && self.until.is_none()
    }

    /// Older hosts do not ask.
    const fn needs(self, feature: Feature) -> Self {
        Self { needs: Some(feature), ..self }
    }

    /// What a host must have to see the breach.
    pub(crate) fn needed(&self) -> Option<Feature> {
        self.needs.or(self.walk.needs())
    }
}

/// All of them.
pub(crate) fn all() -> Vec<Mutant> {
    [plan::MUTANTS, apply::MUTANTS, read::MUTANTS, import::MUTANTS, whole::MUTANTS].concat()
}
