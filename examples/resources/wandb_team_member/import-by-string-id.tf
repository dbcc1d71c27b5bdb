import {
  to = wandb_team_member.grace
  id = "vision/grace@example.com"
}
