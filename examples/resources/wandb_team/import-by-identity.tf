import {
  to = wandb_team.vision
  identity = {
    name = "vision"
  }
}
