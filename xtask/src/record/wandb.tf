# The provider's own values, without a secret among them.

terraform {
  required_providers {
    wandb = {
      source = "wandb-community/wandb"
    }
  }
}

provider "wandb" {
  max_retries = 3
}

variable "round" {
  type    = number
  default = 1
}

resource "wandb_team" "this" {
  name            = "vision"
  deletion_policy = var.round > 1 ? "abandon" : null
}

resource "wandb_service_account" "this" {
  name = "ci-${wandb_team.this.id == "" ? "none" : var.round}"
  team = wandb_team.this.name
}

data "wandb_team" "this" {
  name       = wandb_team.this.name
  depends_on = [wandb_service_account.this]
}
