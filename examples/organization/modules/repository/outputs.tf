output "environment" {
  description = "The environment variables of the repository's jobs."
  value       = provider::wandb::run_environment({ entity = var.team, project = var.repository })

  # A job that runs before its account is there could not log in.
  depends_on = [wandb_service_account.this]
}
