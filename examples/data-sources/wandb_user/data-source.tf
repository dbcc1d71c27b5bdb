data "wandb_user" "ada" {
  email = "ada@acme.example"
}

resource "wandb_team" "vision" {
  name            = "vision"
  initial_admin   = data.wandb_user.ada.username
  deletion_policy = "abandon"
}
