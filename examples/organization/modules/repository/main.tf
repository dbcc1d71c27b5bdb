# Its jobs log in with the token that GitHub gives them: no key that could leak.
resource "wandb_service_account" "this" {
  name = "ci-${var.repository}"
  team = var.team
  subject = provider::wandb::github_actions_subject({
    owner      = var.owner
    repository = var.repository
    branch     = "main"
  })
}
