import {
  to = wandb_service_account.ci
  id = "vision/ci"
}
