resource "wandb_team" "vision" {
  name            = "vision"
  deletion_policy = "abandon"
}

resource "wandb_team_member" "grace" {
  team  = wandb_team.vision.name
  email = "grace@example.com"
  role  = "admin"
}

# Many people are best kept in a file of their own: `yamldecode(file("members.yaml"))`.
locals {
  members = yamldecode(<<-YAML
    - { email: linus@example.com, role: member }
    - { email: vera@example.com, role: member }
  YAML
  )
}

resource "wandb_team_member" "all" {
  for_each = { for member in local.members : member.email => member }

  team  = wandb_team.vision.name
  email = each.value.email
  role  = each.value.role
}
