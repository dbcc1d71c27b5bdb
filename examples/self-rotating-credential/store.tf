# Any secret store whose provider takes the secret by a write-only attribute. This one is HashiCorp Vault.
resource "vault_kv_secret_v2" "wandb" {
  mount = "ci"
  name  = "wandb/terraform"

  data_json_wo         = jsonencode({ api_key = ephemeral.wandb_decrypted_api_key.terraform.key })
  data_json_wo_version = wandb_api_key.terraform.secret_version
}
