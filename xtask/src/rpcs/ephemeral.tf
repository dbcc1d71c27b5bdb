ephemeral "keyvalue_lock" "short" {
  entry  = "m:maintenance"
  expiry = "1s"
}

# Outlives half of the lock's time, after which it is renewed.
resource "terraform_data" "wait" {
  depends_on = [ephemeral.keyvalue_lock.short]
  provisioner "local-exec" {
    command = "sleep 2"
  }
}
