# The team's name. A "/" in a name is written "%2F", a "%" is written "%25".
terraform import wandb_team.vision vision
