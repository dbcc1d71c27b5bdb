variable "api_key" {
  type      = string
  sensitive = true
}

# Which key a pipeline uses, without the key itself.
output "api_key_id" {
  value = nonsensitive(provider::wandb::api_key_id(var.api_key))
}
