resource "wandb_team" "vision" {
  name            = "vision"
  deletion_policy = "abandon"
}

resource "wandb_service_account" "ci" {
  name = "ci"
  team = wandb_team.vision.name
}

# A new key every 30 days, made by the first apply after that. The one before it stays valid for two more days, in which
# whoever uses the key takes the new one over.
resource "wandb_api_key" "ci" {
  service_account_id = wandb_service_account.ci.id
  name               = "github-actions"

  rotation = {
    interval = "720h"
    overlap  = "48h"
  }
}

# Rotated by hand: another value makes a new key at once. The previous one is revoked when nobody uses it any more.
resource "wandb_api_key" "cluster" {
  service_account_id = wandb_service_account.ci.id
  name               = "cluster"

  rotation = {
    triggers = { reason = "set up" }
    revoke   = "when_unused"
  }
}

# The state holds ciphertext only, which the owner of the age identity can decrypt.
resource "wandb_api_key" "sealed" {
  service_account_id = wandb_service_account.ci.id
  name               = "sealed"

  encryption = {
    age_recipients = ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]
  }
}

output "ci_api_key" {
  value     = wandb_api_key.ci.key
  sensitive = true
}

output "sealed_api_key" {
  value = wandb_api_key.sealed.encrypted_key
}
