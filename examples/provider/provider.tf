terraform {
  required_providers {
    wandb = {
      source  = "wandb-community/wandb"
      version = "~> 0.1"
    }
  }
}

# With WANDB_API_KEY set, or after `wandb login`, the block can stay empty.
provider "wandb" {
  # A guard: nothing is planned with a credential of another organization.
  organization = "acme"
}
