# TEAM/SERVICE_ACCOUNT/NAME. A "/" in a name is written "%2F", a "%" is written "%25". Where an account has several keys
# of the name: TEAM/SERVICE_ACCOUNT/id:KEY_ID. The secret of an existing key cannot be read: `key` is null after the
# import.
terraform import wandb_api_key.ci vision/ci/github-actions
