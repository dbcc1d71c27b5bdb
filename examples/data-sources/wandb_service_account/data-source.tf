data "wandb_service_account" "ci" {
  team = "vision"
  name = "ci"
}

resource "wandb_api_key" "ci" {
  service_account_id = data.wandb_service_account.ci.id
  name               = "github-actions"
}
