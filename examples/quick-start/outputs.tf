output "key_ids" {
  description = "The visible part of each pipeline's key, to find it again in W&B."
  value       = { for pipeline, key in wandb_api_key.pipeline : pipeline => key.key_id }
}

output "api_keys" {
  description = "What each pipeline needs as WANDB_API_KEY."
  value       = { for pipeline, key in wandb_api_key.pipeline : pipeline => key.key }
  sensitive   = true
}
