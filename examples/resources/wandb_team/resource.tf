resource "wandb_team" "vision" {
  name            = "vision"
  initial_admin   = "ada"
  deletion_policy = "abandon"
}
