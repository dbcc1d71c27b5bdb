use tfplugin::{Attr, Model};

#[derive(Model)]
pub struct Note {
    #[model(rename = "type")]
    kind: Attr<String>,
}
