output "environments" {
  description = "What the jobs of each repository set, beside WANDB_IDENTITY_TOKEN_FILE."
  value       = { for job, repository in module.repository : job => repository.environment }
}

output "cluster_api_key" {
  description = "What the cluster needs as WANDB_API_KEY."
  value       = wandb_api_key.cluster.key
  sensitive   = true
}
