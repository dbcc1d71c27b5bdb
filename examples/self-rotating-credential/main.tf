variable "age_recipient" {
  type        = string
  description = "Who can decrypt the key in the state, as `age-keygen -y` prints it."
}

variable "age_identity" {
  type        = string
  description = "The identity of that recipient; the CI system keeps it."
  ephemeral   = true
}

# The credential is taken from WANDB_API_KEY: in the first run a person's key, from then on what the run before it stored.
provider "wandb" {}

resource "wandb_team" "platform" {
  name            = "platform"
  deletion_policy = "abandon"
}

resource "wandb_service_account" "terraform" {
  name         = "terraform"
  scope        = "organization"
  default_team = wandb_team.platform.name
}

# Rotated by the first run after a week. The key of the run itself stays valid for two days more.
resource "wandb_api_key" "terraform" {
  service_account_id = wandb_service_account.terraform.id
  name               = "terraform"

  rotation = {
    interval = "168h"
    overlap  = "48h"
  }

  encryption = {
    age_recipients = [var.age_recipient]
  }
}

ephemeral "wandb_decrypted_api_key" "terraform" {
  encrypted_key = wandb_api_key.terraform.encrypted_key
  identity      = var.age_identity
}
