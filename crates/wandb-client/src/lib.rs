//! A client for the Weights & Biases API: authentication, GraphQL and SCIM.
