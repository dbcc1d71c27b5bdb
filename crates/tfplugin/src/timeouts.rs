//! How long operations may take, as users of Terraform set it: a nested attribute `timeouts`.
//!
//! ```
//! use std::time::Duration;
//! use tfplugin::{Attr, Model, Schema, schema::string, timeouts::{self, Timeouts}};
//!
//! #[derive(Model)]
//! struct Cluster {
//!     name: Attr<String>,
//!     timeouts: Attr<Timeouts>,
//! }
//!
//! let schema = Schema::new("A cluster.")
//!     .required("name", string("The name."))
//!     .optional("timeouts", timeouts::attribute());
//! assert_eq!(schema.agrees_with::<Cluster>(), Ok(()));
//!
//! let timeouts = Timeouts { create: "1h".into(), ..Timeouts::default() };
//! assert_eq!(timeouts.create(Duration::from_mins(20)), Duration::from_hours(1));
//! ```

use std::time::Duration;

use crate::duration;
use crate::model::{Attr, Model};
use crate::schema::validator::go_duration;
use crate::schema::{Draft, Schema, object, string};

/// What the user set, in Go's form.
#[derive(Clone, Default, Model)]
pub struct Timeouts {
    /// For making an object.
    pub create: Attr<String>,
    /// For reading it.
    pub read: Attr<String>,
    /// For changing it.
    pub update: Attr<String>,
    /// For ending it.
    pub delete: Attr<String>,
}

/// The attribute for a schema.
#[must_use]
pub fn attribute() -> Draft {
    let operation = |verb: &str| {
        string(format!("How long to wait for the object to be {verb}, such as `30s` or `1h30m`."))
            .validate(go_duration())
    };
    let operations = Schema::new("")
        .optional("create", operation("made"))
        .optional("read", operation("read"))
        .optional("update", operation("changed"))
        .optional("delete", operation("gone"));
    object(operations, "How long operations may take.")
}

impl Timeouts {
    /// For making an object; `default` where the user says nothing.
    #[must_use]
    pub fn create(&self, default: Duration) -> Duration {
        of(&self.create, default)
    }

    /// For reading it; `default` where the user says nothing.
    #[must_use]
    pub fn read(&self, default: Duration) -> Duration {
        of(&self.read, default)
    }

    /// For changing it; `default` where the user says nothing.
    #[must_use]
    pub fn update(&self, default: Duration) -> Duration {
        of(&self.update, default)
    }

    /// For ending it; `default` where the user says nothing.
    #[must_use]
    pub fn delete(&self, default: Duration) -> Duration {
        of(&self.delete, default)
    }
}

/// Validation has refused what is no duration.
fn of(text: &Attr<String>, default: Duration) -> Duration {
    text.as_str().and_then(|text| duration::parse(text).ok()).unwrap_or(default)
}
