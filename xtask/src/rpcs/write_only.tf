resource "keyvalue_entry" "password" {
  key            = "password"
  secret         = "correct horse"
  secret_version = 1
}
