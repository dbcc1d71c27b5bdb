terraform {
  required_version = ">= 1.8"

  required_providers {
    wandb = {
      source  = "wandb-community/wandb"
      version = "~> 0.1"
    }
  }
}

# Server and key come from WANDB_BASE_URL and WANDB_API_KEY: the key of an admin of the organization.
provider "wandb" {}
