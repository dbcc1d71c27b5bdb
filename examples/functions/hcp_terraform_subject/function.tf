# organization:acme:project:ml:workspace:training:run_phase:apply
output "subject" {
  value = provider::wandb::hcp_terraform_subject({
    organization = "acme"
    project      = "ml"
    workspace    = "training"
    run_phase    = "apply"
  })
}
