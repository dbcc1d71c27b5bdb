data "wandb_team" "vision" {
  name = "vision"
}

resource "wandb_service_account" "ci" {
  name = "ci"
  team = data.wandb_team.vision.name
}
