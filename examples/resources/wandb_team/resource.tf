resource "wandb_team" "vision" {
  name            = "vision"
  initial_admin   = "ada"
  deletion_policy = "abandon"
}

# With a storage bucket of its own, in place of W&B's.
resource "wandb_team" "archive" {
  name            = "archive"
  initial_admin   = "ada"
  deletion_policy = "abandon"

  storage_bucket = {
    name       = "acme-wandb-archive"
    provider   = "AWS"
    kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}
