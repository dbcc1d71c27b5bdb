resource "wandb_team" "vision" {
  name            = "vision"
  deletion_policy = "abandon"
}

resource "wandb_service_account" "ci" {
  name = "ci"
  team = wandb_team.vision.name
}

data "wandb_api_keys" "ci" {
  service_account_id = wandb_service_account.ci.id
}

# Keys that nobody has used since the start of the year.
output "idle_keys" {
  value = [
    for key in data.wandb_api_keys.ci.api_keys : key.name
    if timecmp(coalesce(key.last_used_at, key.created_at), "2026-01-01T00:00:00Z") < 0
  ]
}
