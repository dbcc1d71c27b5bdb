# The team and the person's username or email address. A "/" in a name is written "%2F", a "%" is written "%25".
terraform import wandb_team_member.grace vision/grace@example.com
