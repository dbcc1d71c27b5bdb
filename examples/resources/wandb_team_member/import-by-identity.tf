import {
  to = wandb_team_member.grace
  identity = {
    team   = "vision"
    member = "grace@example.com"
  }
}
