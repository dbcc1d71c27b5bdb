# What a person types. CARGO is the cargo to use; TF names the host (see README.md).
CARGO ?= cargo

.PHONY: help demo test check

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Watch a real Terraform create, change and destroy W&B objects in the emulator
	$(CARGO) run --package xtask -- demo

test: ## Run all tests: unit, protocol, and acceptance under the oldest, newest and your own Terraform
	$(CARGO) test --workspace --no-fail-fast

check: ## Check formatting, lints and documentation
	$(CARGO) fmt --all -- --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items
