import {
  to = wandb_api_key.ci
  identity = {
    service_account_id = "VXNlcjoxMg=="
    name               = "github-actions"
  }
}
