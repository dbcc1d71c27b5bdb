data "wandb_viewer" "me" {}

# A plan that must not run with the credential of somebody who is no admin.
check "credential" {
  assert {
    condition     = data.wandb_viewer.me.organization_admin == true
    error_message = "${data.wandb_viewer.me.username} is no admin of the organization."
  }
}
