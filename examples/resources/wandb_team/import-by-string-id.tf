import {
  to = wandb_team.vision
  id = "vision"
}
