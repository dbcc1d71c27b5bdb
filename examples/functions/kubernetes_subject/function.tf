# system:serviceaccount:ml:trainer
output "subject" {
  value = provider::wandb::kubernetes_subject({
    namespace       = "ml"
    service_account = "trainer"
  })
}
