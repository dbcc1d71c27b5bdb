# TEAM/NAME. A "/" in a name is written "%2F", a "%" is written "%25". Where a team has several accounts of the name:
# TEAM/id:ID, with the account's id. Of an account of the organization: organization/DEFAULT_TEAM/NAME.
terraform import wandb_service_account.ci vision/ci
