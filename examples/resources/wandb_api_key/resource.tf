resource "wandb_team" "vision" {
  name            = "vision"
  deletion_policy = "abandon"
}

resource "wandb_service_account" "ci" {
  name = "ci"
  team = wandb_team.vision.name
}

resource "wandb_api_key" "ci" {
  service_account_id = wandb_service_account.ci.id
  name               = "github-actions"
}

output "ci_api_key" {
  value     = wandb_api_key.ci.key
  sensitive = true
}
