resource "wandb_team" "this" {
  name = var.team

  # W&B can not delete a team: `terraform destroy` forgets this one. The default, "prevent", refuses to.
  deletion_policy = "abandon"
}

# One account for each pipeline, so that a run tells which pipeline logged it and one key can be revoked alone.
resource "wandb_service_account" "pipeline" {
  for_each = var.pipelines

  name = "ci-${each.key}"
  team = wandb_team.this.name
}

resource "wandb_api_key" "pipeline" {
  for_each = wandb_service_account.pipeline

  service_account_id = each.value.id
  name               = "github-actions"
}
