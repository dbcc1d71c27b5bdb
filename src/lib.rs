//! The Weights & Biases provider: the only part that knows both Terraform and W&B.
