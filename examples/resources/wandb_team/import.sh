terraform import wandb_team.vision vision
