use tfplugin::{Attr, Model};

pub struct Author {
    name: String,
}

#[derive(Model)]
pub struct Note {
    author: Attr<Author>,
}
