resource "wandb_team" "this" {
  name = var.name

  # W&B can not delete a team. In earnest, keep the default, "prevent".
  deletion_policy = "abandon"
}

resource "wandb_team_member" "this" {
  for_each = var.members

  team     = wandb_team.this.name
  username = each.key
  role     = each.value
}
