resource "wandb_team" "vision" {
  name            = "vision"
  deletion_policy = "abandon"
}

resource "wandb_service_account" "ci" {
  name = "ci"
  team = wandb_team.vision.name
}
