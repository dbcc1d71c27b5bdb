//! A Weights & Biases backend to test and try against.
