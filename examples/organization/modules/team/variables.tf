variable "name" {
  description = "The team's name."
  type        = string
}

variable "members" {
  description = "The role of each member, by username."
  type        = map(string)
}
