data "wandb_teams" "all" {}

data "wandb_team" "each" {
  for_each = toset(data.wandb_teams.all.names)

  name = each.value
}

# Who administers which team.
output "admins" {
  value = {
    for name, team in data.wandb_team.each :
    name => [for member in team.members : member.username if member.role == "admin"]
  }
}
