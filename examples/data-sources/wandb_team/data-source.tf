data "wandb_team" "vision" {
  name = "vision"
}

resource "wandb_service_account" "ci" {
  name = "ci"
  team = data.wandb_team.vision.name
}

# Who was invited and has not accepted yet.
output "pending" {
  value = [for member in data.wandb_team.vision.members : member.email if member.status == "pending"]
}
