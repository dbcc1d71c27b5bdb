# The secret of an existing key can not be read: `key` is null after the import.
terraform import wandb_api_key.ci vision/ci/github-actions
