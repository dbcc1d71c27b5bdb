variable "owner" {
  description = "The owner of the repository on GitHub."
  type        = string
}

variable "repository" {
  description = "The repository's name."
  type        = string
}

variable "team" {
  description = "The team whose projects its jobs log to."
  type        = string
}
