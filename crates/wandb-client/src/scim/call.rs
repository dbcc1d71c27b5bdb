//! Calls of SCIM, in the form of authorization that it takes from this caller.

use crate::client::Client;
use crate::error::{Error, ErrorKind, ServerMessages};
use crate::http::authorization::Scheme;
use crate::http::{Failure, Request, Response};

impl Client {
    /// Sends a request to SCIM. A caller who may not use SCIM gets an error ([`Error::is_forbidden`]); so does the
    /// caller of a server without it ([`Error::is_unsupported`]).
    pub(crate) async fn scim<T>(
        &self,
        request: impl Fn() -> Request,
        read: impl Fn(&Response) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let caller = self.caller().await?;
        // People and organizations' service accounts authenticate in different forms, and nothing tells which the
        // caller is.
        let person = caller.username.clone().filter(|_| self.authorizer().has_forms());
        let person = person.map(|username| Scheme::ScimPerson { username });
        let known = self.inner().scim_scheme.get();
        let schemes = match known {
            Some(known) => vec![known.clone()],
            None => person.into_iter().chain([Scheme::ScimServiceAccount]).collect(),
        };
        let mut refusal = None;
        for scheme in schemes {
            match self.send(request(), &scheme, known.is_some(), &read).await {
                // Where SCIM let the caller in before, it is the credential that is no longer good.
                Err(error) if error.is_auth() && known.is_none() => refusal = Some(error),
                result => {
                    // Only an answer that is about the request shows that the form was taken.
                    let failed = result.as_ref().err();
                    if failed.is_none_or(|error| error.status().is_some() && !error.is_retryable()) {
                        self.inner().scim_scheme.get_or_init(|| scheme);
                    }
                    return result;
                }
            }
        }
        // The credential is good, as the caller is known by it. Not every server takes access tokens here, and that says
        // nothing of the caller; else it is SCIM that is closed to them.
        if let (false, Some(refusal)) = (self.authorizer().has_forms(), &refusal) {
            return Err(refusal.with_kind(ErrorKind::Unsupported { what: "SCIM to callers with an access token" }));
        }
        let refusal = refusal
            .unwrap_or_else(|| Error::of(request().operation.name, ErrorKind::Unauthorized(ServerMessages::default())));
        let messages = refusal.server_messages().iter().cloned().collect();
        Err(refusal.with_kind(ErrorKind::Forbidden(messages)))
    }
}
