//! The way to a server as the environment has it: proxies, and whom to trust beside the platform.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use reqwest::{Certificate, NoProxy, Proxy};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tracing::warn;

use crate::environment::{self, Environment, NotUnicode};

/// What the environment says of the way. By default nothing: then the platform's settings hold.
#[derive(Clone, Default)]
pub(crate) struct Way {
    proxies: Vec<Proxy>,
    /// One of the proxies is itself spoken to with TLS.
    has_tls_proxy: bool,
    authorities: Vec<PathBuf>,
}

/// A variable names a proxy that cannot be one.
#[derive(Debug)]
pub(crate) enum InvalidProxy {
    /// It is not Unicode.
    NotUnicode(NotUnicode),
    /// It is no address. The value may hold a password, so it is not repeated.
    Address(&'static str),
}

type MakeProxy = fn(&str) -> reqwest::Result<Proxy>;

impl Way {
    pub(crate) fn of(environment: &Environment) -> Result<Self, InvalidProxy> {
        let text = |names: &[&'static str]| -> Result<Option<(&'static str, &str)>, InvalidProxy> {
            for name in names {
                if let Some(text) = environment.text(name).map_err(InvalidProxy::NotUnicode)? {
                    return Ok(Some((*name, text)));
                }
            }
            Ok(None)
        };
        let except = text(&environment::NO_PROXY)?.and_then(|(_, list)| NoProxy::from_string(list));
        let all = text(&environment::ALL_PROXY)?;
        let [http, https]: [MakeProxy; 2] = [|url| Proxy::http(url), |url| Proxy::https(url)];
        let mut way = Self::default();
        for (names, make) in [(&environment::HTTP_PROXY, http), (&environment::HTTPS_PROXY, https)] {
            let Some((name, url)) = text(names)?.or(all) else { continue };
            let proxy = make(url).map_err(|_| InvalidProxy::Address(name))?;
            way.has_tls_proxy |= url.trim_start().to_ascii_lowercase().starts_with("https:");
            way.proxies.push(proxy.no_proxy(except.clone()));
        }
        let authorities = [environment::SSL_CERT_FILE, environment::REQUESTS_CA_BUNDLE];
        way.authorities = authorities.iter().filter_map(|name| environment.path(name)).map(Path::to_owned).collect();
        let folders = environment.path(environment::SSL_CERT_DIR);
        way.authorities.extend(folders.into_iter().flat_map(std::env::split_paths));
        Ok(way)
    }

    /// Whether even a request without TLS may need certificates, for the proxy.
    pub(crate) fn has_tls_proxy(&self) -> bool {
        self.has_tls_proxy
    }

    /// Sets the proxies of a client, where the environment has some.
    pub(crate) fn lead(&self, builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
        self.proxies.iter().cloned().fold(builder, reqwest::ClientBuilder::proxy)
    }

    /// The certificates of the authorities, read now: files of many programs, so what is wrong with them stops nothing.
    pub(crate) fn certificates(&self) -> Vec<Certificate> {
        self.authorities.iter().flat_map(|path| certificates(path)).collect()
    }
}

/// The usable certificates in a file, or in the files of a folder.
fn certificates(path: &Path) -> Vec<Certificate> {
    let files = match fs::read_dir(path) {
        Ok(entries) => entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect(),
        Err(_) => vec![path.to_owned()],
    };
    let mut store = RootCertStore::empty();
    let mut usable = |certificate: &CertificateDer<'_>| store.add(certificate.clone().into_owned()).is_ok();
    let mut certificates = Vec::new();
    for file in files {
        match fs::read(&file) {
            Ok(pem) => {
                let all = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok);
                certificates.extend(all.filter(&mut usable).filter_map(|der| Certificate::from_der(&der).ok()));
            }
            Err(error) => warn!(file = %file.display(), %error, "certificates cannot be read"),
        }
    }
    certificates
}

impl fmt::Debug for Way {
    /// Without the proxies' addresses, which may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proxies, has_tls_proxy: _, authorities } = self;
        f.debug_struct("Way").field("proxies", &proxies.len()).field("authorities", authorities).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_none_is_an_error_that_does_not_repeat_it() {
        let environment = Environment::from_pairs([("HTTPS_PROXY", "http://ada:hunter2@:x")]);
        let error = Way::of(&environment).unwrap_err();
        assert!(matches!(error, InvalidProxy::Address("HTTPS_PROXY")));
        let environment = Environment::from_pairs([("ALL_PROXY", "http://ada:hunter2@proxy.example.com")]);
        let way = Way::of(&environment).unwrap();
        assert_eq!(format!("{way:?}"), "Way { proxies: 2, authorities: [] }");
    }
}
