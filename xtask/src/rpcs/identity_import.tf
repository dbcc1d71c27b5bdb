import {
  to = keyvalue_entry.named
  identity = {
    key = "named"
  }
}
