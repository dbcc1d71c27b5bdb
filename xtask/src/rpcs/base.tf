terraform {
  required_providers {
    keyvalue = {
      source = "example/keyvalue"
    }
  }
  provider_meta "keyvalue" {
    module = "rpcs"
  }
}

variable "folder" {
  type = string
}

variable "content" {
  type    = string
  default = "one"
}

provider "keyvalue" {
  folder = var.folder
}

resource "keyvalue_entry" "greeting" {
  key      = "greeting"
  content  = var.content
  labels   = { team = "docs" }
  extra    = { answer = 42, words = ["a", "b"] }
  owner    = { name = "Ada" }
  comments = [{ text = "first" }]
  links    = [{ to = "elsewhere", weight = 5 }]
  variants = { german = { content = "Hallo!" } }
  timeouts = { create = "10s" }
}

data "keyvalue_entries" "all" {
  depends_on = [keyvalue_entry.greeting]
}
