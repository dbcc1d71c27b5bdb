import {
  to = wandb_api_key.ci
  id = "vision/ci/github-actions"
}
