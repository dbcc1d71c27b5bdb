# All that the example provider offers, in one configuration.

terraform {
  required_version = ">= 1.14"
  required_providers {
    keyvalue = {
      source = "example/keyvalue"
    }
  }
  provider_meta "keyvalue" {
    module = "example"
  }
}

variable "folder" {
  type = string
}

variable "password" {
  type      = string
  ephemeral = true
  default   = "correct horse"
}

provider "keyvalue" {
  folder = abspath(var.folder)
}

ephemeral "keyvalue_lock" "maintenance" {
  entry  = "m:maintenance"
  expiry = "1m"
}

# For a lock that a killed run has left behind: terraform apply -invoke=action.keyvalue_unlock.maintenance
action "keyvalue_unlock" "maintenance" {
  config {
    entry = "m:maintenance"
  }
}

resource "keyvalue_entry" "greeting" {
  key        = provider::keyvalue::join("/", "texts", "greeting")
  content    = "Hello!"
  media_type = "Text/Plain"
  labels     = provider::keyvalue::labels({ team = "docs", environment = "test" })
  extra      = { answer = 42, words = ["a", "b"] }

  owner    = { name = "Ada" }
  comments = [{ text = "first" }, { text = "second" }]
  links    = [{ to = keyvalue_entry.password.key }, { to = "elsewhere", weight = 5 }]
  variants = { german = { content = "Hallo!" } }

  timeouts = { create = "10s" }
}

resource "keyvalue_entry" "password" {
  key            = "password"
  secret         = var.password
  secret_version = 1
}

data "keyvalue_entries" "all" {
  depends_on = [keyvalue_entry.greeting]
}

output "ids" {
  value = data.keyvalue_entries.all.ids
}

output "is_unchanged" {
  value = keyvalue_entry.greeting.checksum == provider::keyvalue::checksum("Hello!")
}
