output "name" {
  description = "The team's name, once it is there."
  value       = wandb_team.this.name
}
