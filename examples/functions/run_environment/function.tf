# WANDB_ENTITY, WANDB_PROJECT and WANDB_USER_EMAIL. WANDB_API_KEY comes from the job's secret store.
output "environment" {
  value = provider::wandb::run_environment({
    entity     = "vision"
    project    = "training"
    user_email = "ada@acme.example"
  })
}
