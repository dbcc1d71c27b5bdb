# Somebody else holds a lock, for which the provider waits; meanwhile the host is interrupted as by ctrl-c.
resource "terraform_data" "lock" {
  provisioner "local-exec" {
    command = "echo '{\"holder\":\"rpcs\",\"expires_at\":99999999999}' > '${var.folder}/l%3Alocked.lock'"
  }
}

resource "keyvalue_entry" "locked" {
  depends_on = [terraform_data.lock]
  key        = "locked"
  timeouts   = { create = "1m" }
}

resource "terraform_data" "interrupt" {
  depends_on = [terraform_data.lock]
  provisioner "local-exec" {
    command = "sleep 2; kill -INT $PPID"
  }
}
