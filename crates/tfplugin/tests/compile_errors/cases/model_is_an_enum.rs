use tfplugin::Model;

#[derive(Model)]
pub enum Role {
    Admin,
    Member,
}
