variable "identity_token_file" {
  type        = string
  description = "The file in which the CI system keeps the job's identity token."
}

# For what speaks to W&B as the federated account that the token names, such as a provider for HTTP requests.
ephemeral "wandb_access_token" "job" {
  identity_token_file = var.identity_token_file
}

locals {
  authorization = "Bearer ${ephemeral.wandb_access_token.job.access_token}"
}
