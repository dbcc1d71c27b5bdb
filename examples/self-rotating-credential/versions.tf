terraform {
  required_version = ">= 1.11"
  required_providers {
    vault = {
      source = "hashicorp/vault"
    }
    wandb = {
      source = "wandb-community/wandb"
    }
  }
}
