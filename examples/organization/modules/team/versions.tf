terraform {
  required_providers {
    wandb = {
      source = "wandb-community/wandb"
    }
  }
}
