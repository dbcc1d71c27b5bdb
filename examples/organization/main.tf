locals {
  people       = yamldecode(file("${path.module}/people.yaml"))
  repositories = yamldecode(file("${path.module}/repositories.yaml"))

  # { "vision/detector" = { team = "vision", repository = "detector" }, ... }
  jobs = merge([
    for team, repositories in local.repositories : {
      for repository in repositories : "${team}/${repository}" => { team = team, repository = repository }
    }
  ]...)
}

module "team" {
  source   = "./modules/team"
  for_each = toset(["vision", "language", "platform"])

  name    = each.key
  members = { for person, roles in local.people : person => roles[each.key] if can(roles[each.key]) }
}

module "repository" {
  source   = "./modules/repository"
  for_each = local.jobs

  owner      = var.github_owner
  repository = each.value.repository
  team       = module.team[each.value.team].name
}

# A machine that has no identity provider, and so still has a key.
resource "wandb_service_account" "cluster" {
  name = "on-premises-cluster"
  team = module.team["platform"].name
}

resource "wandb_api_key" "cluster" {
  service_account_id = wandb_service_account.cluster.id
  name               = "cluster"
}
