//! The resource `keyvalue_entry`.

mod document;
mod model;
mod plan;
mod resource;
mod schema;

pub(crate) use self::document::Document;
pub(crate) use self::resource::EntryResource;
