# repo:acme/training:environment:production
output "subject" {
  value = provider::wandb::github_actions_subject({
    owner       = "acme"
    repository  = "training"
    environment = "production"
  })
}

# repo:acme@1045/training@88231:ref:refs/heads/main
output "immutable_subject" {
  value = provider::wandb::github_actions_subject({
    owner         = "acme"
    owner_id      = "1045"
    repository    = "training"
    repository_id = "88231"
    branch        = "main"
  })
}
