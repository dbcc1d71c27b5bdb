resource "wandb_team" "vision" {
  name            = "vision"
  deletion_policy = "abandon"
}

# It logs in with API keys.
resource "wandb_service_account" "ci" {
  name = "ci"
  team = wandb_team.vision.name
}

# It logs in with the tokens of a GitHub Actions job, and has no key that could leak.
resource "wandb_service_account" "release" {
  name    = "release"
  team    = wandb_team.vision.name
  subject = "repo:acme/training:environment:production"
}

# It works in all teams.
resource "wandb_service_account" "platform" {
  name         = "platform"
  scope        = "organization"
  default_team = wandb_team.vision.name
}
