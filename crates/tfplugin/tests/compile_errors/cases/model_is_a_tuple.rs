use tfplugin::Model;

#[derive(Model)]
pub struct Note(String);
