variable "github_owner" {
  description = "The organization on GitHub that the repositories belong to."
  type        = string
  default     = "acme"
}
