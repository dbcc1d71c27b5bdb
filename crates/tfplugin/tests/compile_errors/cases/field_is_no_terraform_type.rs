use tfplugin::{Attr, Model};

#[derive(Model)]
pub struct Note {
    size: Attr<usize>,
}
