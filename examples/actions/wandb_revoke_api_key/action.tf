variable "service_account_id" {
  type        = string
  description = "The account that owns the key."
}

variable "leaked_key_id" {
  type        = string
  description = "The first 20 characters of the key."
}

# terraform apply -invoke=action.wandb_revoke_api_key.leaked
action "wandb_revoke_api_key" "leaked" {
  config {
    service_account_id = var.service_account_id
    key_id             = var.leaked_key_id
  }
}
