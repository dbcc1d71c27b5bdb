variable "team" {
  description = "Name of the W&B team. It can not be changed later: W&B has no renaming of teams."
  type        = string
  default     = "vision"
}

variable "pipelines" {
  description = "CI pipelines that log runs to the team. Each gets a service account and an API key of its own."
  type        = set(string)
  default     = ["training"]
}
