action "keyvalue_unlock" "announced" {
  config {
    entry = keyvalue_entry.announced.id
  }
}

resource "keyvalue_entry" "announced" {
  key     = "announced"
  content = var.content

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.keyvalue_unlock.announced]
    }
  }
}
