# project_path:acme/ml/training:ref_type:branch:ref:main
output "subject" {
  value = provider::wandb::gitlab_ci_subject({
    project_path = "acme/ml/training"
    branch       = "main"
  })
}
