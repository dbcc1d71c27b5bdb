terraform import wandb_service_account.ci vision/ci
