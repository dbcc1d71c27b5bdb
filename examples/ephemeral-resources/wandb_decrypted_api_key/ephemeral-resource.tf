variable "age_recipient" {
  type        = string
  description = "Who can decrypt the key in the state, as `age-keygen -y` prints it."
}

variable "age_identity_file" {
  type        = string
  description = "The file with the identity of that recipient, as `age-keygen` writes it."
}

resource "wandb_team" "vision" {
  name            = "vision"
  deletion_policy = "abandon"
}

resource "wandb_service_account" "ci" {
  name = "ci"
  team = wandb_team.vision.name
}

resource "wandb_api_key" "ci" {
  service_account_id = wandb_service_account.ci.id
  name               = "ci"

  encryption = {
    age_recipients = [var.age_recipient]
  }
}

# The key itself, while Terraform runs: for the write-only attribute of a secret store, with `secret_version` beside it.
ephemeral "wandb_decrypted_api_key" "ci" {
  encrypted_key = wandb_api_key.ci.encrypted_key
  identity_file = var.age_identity_file
}
