//! A client for the API of Weights & Biases.

mod base_url;
mod credentials;
pub mod environment;

pub use base_url::{BaseUrl, InvalidBaseUrl};
pub use credentials::{ApiKey, Credential, CredentialError, Found, InvalidApiKey, Looked, Place};
pub use environment::Environment;
