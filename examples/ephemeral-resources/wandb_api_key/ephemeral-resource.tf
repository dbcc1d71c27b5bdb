variable "service_account_id" {
  type        = string
  description = "The account that checks the team's projects."
}

# A key for this run alone: it is in no plan and in no state, and revoked at the end.
ephemeral "wandb_api_key" "check" {
  service_account_id = var.service_account_id
  name               = "check"
}

# Whatever takes ephemeral values can use it, such as the configuration of a provider.
provider "wandb" {
  alias   = "check"
  api_key = ephemeral.wandb_api_key.check.key
}

data "wandb_team" "vision" {
  provider = wandb.check
  name     = "vision"
}
