data "wandb_service_accounts" "vision" {
  team = "vision"
}

output "ids" {
  value = { for account in data.wandb_service_accounts.vision.service_accounts : account.username => account.id }
}
