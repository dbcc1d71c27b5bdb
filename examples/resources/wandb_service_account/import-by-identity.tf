import {
  to = wandb_service_account.ci
  identity = {
    team = "vision"
    id   = "VXNlcjoxMg=="
  }
}
