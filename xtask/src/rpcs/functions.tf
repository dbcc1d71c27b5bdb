output "key" {
  value = provider::keyvalue::join("/", "texts", keyvalue_entry.greeting.key)
}
