resource "keyvalue_entry" "named" {
  key     = "named"
  content = var.content
}
