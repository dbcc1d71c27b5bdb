//! The way to a server as the environment has it: proxies, and whom to trust beside the platform.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Certificate, NoProxy, Proxy};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tracing::warn;

use crate::base_url::BaseUrl;
use crate::environment::{self, Environment, NotUnicode};

/// What the environment says of the way. By default nothing: then the platform's settings hold.
#[derive(Clone, Default)]
pub(crate) struct Way {
    proxies: Vec<Proxy>,
    /// One of the proxies is itself spoken to with TLS.
    has_tls_proxy: bool,
    authorities: Vec<PathBuf>,
}

/// A variable names a proxy that cannot be one. The value may hold a password, so it is not repeated.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum InvalidProxy {
    /// It is not Unicode.
    #[error(transparent)]
    NotUnicode(#[from] NotUnicode),
    /// It is no address.
    #[error("the environment variable {0} is not the address of a proxy")]
    Address(&'static str),
}

type MakeProxy = fn(&str) -> reqwest::Result<Proxy>;

impl Way {
    /// What the environment says of the way to this server, and to others that it leads to. A proxy that cannot be used is
    /// an error where it would be on the way to the server, and else is left out.
    pub(crate) fn of(environment: &Environment, server: &BaseUrl) -> Result<Self, InvalidProxy> {
        let text = |names: &[&'static str]| -> Result<Option<(&'static str, &str)>, InvalidProxy> {
            for name in names {
                if let Some(text) = environment.text(name)? {
                    return Ok(Some((*name, text)));
                }
            }
            Ok(None)
        };
        let except = text(&environment::NO_PROXY).map(|list| list.map_or("", |(_, list)| list));
        let needs = needs_proxy(server, except.as_ref().copied().unwrap_or_default());
        let [http, https]: [MakeProxy; 2] = [|url| Proxy::http(url), |url| Proxy::https(url)];
        let mut way = Self::default();
        for (scheme, names, make) in
            [("http", &environment::HTTP_PROXY, http), ("https", &environment::HTTPS_PROXY, https)]
        {
            let proxy = || -> Result<Option<(Proxy, bool)>, InvalidProxy> {
                let own = text(names)?;
                let Some((name, url)) = own.map_or_else(|| text(&environment::ALL_PROXY), |own| Ok(Some(own)))? else {
                    return Ok(None);
                };
                let proxy = make(url).map_err(|_| InvalidProxy::Address(name))?;
                let is_tls = url.trim_start().to_ascii_lowercase().starts_with("https:");
                Ok(Some((proxy.no_proxy(NoProxy::from_string(except.clone()?)), is_tls)))
            };
            match proxy() {
                Ok(proxy) => {
                    way.has_tls_proxy |= proxy.as_ref().is_some_and(|(_, is_tls)| *is_tls);
                    way.proxies.extend(proxy.map(|(proxy, _)| proxy));
                }
                Err(error) if needs == Some(scheme) => return Err(error),
                Err(error) => warn!(scheme, %error, "a proxy is not used"),
            }
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

/// The scheme whose proxy is on the way to a server. None where the environment excepts the server.
fn needs_proxy(server: &BaseUrl, except: &str) -> Option<&'static str> {
    let uri: Uri = server.to_string().parse().ok()?;
    Matcher::builder().no(except).all("http://proxy").build().intercept(&uri)?;
    Some(if uri.scheme_str() == Some("https") { "https" } else { "http" })
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

    const ODD: &str = "http://ada:hunter2@:x";
    const PROXY: &str = "http://ada:hunter2@proxy.example.com";

    #[test]
    fn a_proxy_that_cannot_be_used_is_an_error_where_it_is_on_the_way() {
        let (plain, tls) = ("http://wandb.example.com", "https://wandb.example.com:8443/ml");
        for (variables, server, expected) in [
            (vec![("ALL_PROXY", PROXY)], tls, Ok(2)),
            (vec![("HTTPS_PROXY", ODD)], tls, Err("HTTPS_PROXY")),
            (vec![("HTTPS_PROXY", ODD)], plain, Ok(0)),
            (vec![("http_proxy", ODD)], plain, Err("http_proxy")),
            (vec![("HTTP_PROXY", ODD), ("HTTPS_PROXY", PROXY)], tls, Ok(1)),
            (vec![("ALL_PROXY", ODD)], tls, Err("ALL_PROXY")),
            (vec![("ALL_PROXY", ODD), ("HTTPS_PROXY", PROXY)], tls, Ok(1)),
            (vec![("ALL_PROXY", ODD), ("NO_PROXY", "other.example.com")], tls, Err("ALL_PROXY")),
            (vec![("ALL_PROXY", ODD), ("NO_PROXY", "example.com")], tls, Ok(0)),
            (vec![("ALL_PROXY", ODD), ("NO_PROXY", "127.0.0.0/8")], "http://127.0.0.1:8080", Ok(0)),
            (vec![("ALL_PROXY", ODD), ("NO_PROXY", "::1")], "http://[::1]:8080", Ok(0)),
        ] {
            let way = Way::of(&Environment::from_pairs(variables.clone()), &server.parse().unwrap());
            assert!(!format!("{way:?}").contains("hunter2"));
            let found = way.map(|way| way.proxies.len()).map_err(|error| match error {
                InvalidProxy::Address(variable) => variable,
                InvalidProxy::NotUnicode(error) => panic!("{error}"),
            });
            assert_eq!(found, expected, "{variables:?} {server}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_unicode_is_an_error_where_it_is_on_the_way() {
        use std::ffi::OsString;
        use std::os::unix::ffi::OsStringExt;
        let odd = || OsString::from_vec(vec![0xff]);
        let server = "https://wandb.example.com".parse().unwrap();
        for (variables, expected) in [
            (vec![("HTTPS_PROXY", odd())], Some("HTTPS_PROXY")),
            (vec![("HTTP_PROXY", odd())], None),
            (vec![("ALL_PROXY", odd()), ("HTTPS_PROXY", PROXY.into())], None),
            (vec![("NO_PROXY", odd()), ("HTTPS_PROXY", PROXY.into())], Some("NO_PROXY")),
            (vec![("NO_PROXY", odd()), ("HTTP_PROXY", PROXY.into())], None),
            (vec![("NO_PROXY", odd())], None),
        ] {
            let error = Way::of(&Environment::from_pairs(variables.clone()), &server).err();
            let variable = error.map(|error| match error {
                InvalidProxy::NotUnicode(NotUnicode { name }) => name,
                InvalidProxy::Address(name) => panic!("{name}"),
            });
            assert_eq!(variable.as_deref(), expected, "{variables:?}");
        }
    }
}
