//! Proxies and authorities of the environment.

use std::net::SocketAddr;
use std::path::Path;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use wandb_client::{ApiKey, Client, Config, ConfigError, Credential, Environment, ErrorKind};

use crate::support::{KEY, Server, viewer};
use crate::transport::localhost;

/// A server that no one finds but a proxy.
const ELSEWHERE: &str = "http://wandb.invalid";

fn config(url: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let credential = Credential::ApiKey(ApiKey::parse(KEY).unwrap());
    let config = Config::new(url.parse().unwrap(), credential).with_max_retries(0);
    config.with_environment(&Environment::from_pairs(environment.iter().copied()))
}

fn client(url: &str, environment: &[(&str, &str)]) -> Client {
    Client::new(&config(url, environment).unwrap())
}

/// A proxy that tunnels to where it is asked to, or for SOCKS to this port of the machine's own, and tells where it was
/// asked to.
async fn tunnel(port: Option<u16>) -> (SocketAddr, UnboundedReceiver<String>) {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, asked_for) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let asked = asked.clone();
            tokio::spawn(async move {
                let (target, port) = match port {
                    Some(port) => (socks(&mut near).await, port),
                    None => connect(&mut near).await,
                };
                asked.send(target).unwrap();
                let mut far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                // A connection that ends is the end of its tunnel.
                let _ = copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    (address, asked_for)
}

/// Takes `CONNECT host:port`, whose host is the machine's own.
async fn connect(near: &mut TcpStream) -> (String, u16) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(near.read_u8().await.unwrap());
    }
    near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let head = String::from_utf8(head).unwrap();
    let target = head.strip_prefix("CONNECT ").unwrap().split(' ').next().unwrap();
    (target.to_owned(), target.rsplit(':').next().unwrap().parse().unwrap())
}

/// Takes a SOCKS 5 request for a name.
async fn socks(near: &mut TcpStream) -> String {
    let mut greeting = vec![0; 2];
    near.read_exact(&mut greeting).await.unwrap();
    let mut methods = vec![0; greeting[1].into()];
    near.read_exact(&mut methods).await.unwrap();
    near.write_all(&[5, 0]).await.unwrap();
    let mut head = [0; 5];
    near.read_exact(&mut head).await.unwrap();
    assert_eq!(head[..4], [5, 1, 0, 3], "a connection to a name");
    let mut name = vec![0; usize::from(head[4]) + 2];
    near.read_exact(&mut name).await.unwrap();
    near.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    name.truncate(name.len() - 2);
    String::from_utf8(name).unwrap()
}

fn port(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_server_without_tls_is_asked_by_its_proxy() {
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        let proxy = Server::start().await;
        proxy.expect([viewer()]);
        client(ELSEWHERE, &[(variable, proxy.url())]).viewer().await.unwrap();
        assert_eq!(proxy.only("Viewer").headers["host"], "wandb.invalid");
    }
}

#[tokio::test]
async fn who_needs_no_proxy_is_asked_without() {
    let (proxy, server) = (Server::start().await, Server::start().await);
    server.expect([viewer()]);
    let environment = [("HTTP_PROXY", proxy.url()), ("NO_PROXY", "wandb.example.com,127.0.0.1")];
    client(server.url(), &environment).viewer().await.unwrap();
    server.finish();
    assert!(proxy.finish().is_empty());
}

#[tokio::test]
async fn a_server_with_tls_is_reached_through_its_proxy_and_no_other() {
    let folder = TempDir::new().unwrap();
    let (acceptor, file) = localhost(&folder);
    let server = Server::start_tls(acceptor).await;
    server.expect([viewer()]);
    let (proxy, mut asked_for) = tunnel(None).await;
    let (proxy, file) = (format!("http://{proxy}"), file.to_str().unwrap());
    let environment = [("HTTPS_PROXY", proxy.as_str()), ("HTTP_PROXY", "http://127.0.0.1:1"), ("SSL_CERT_FILE", file)];
    client(server.url(), &environment).viewer().await.unwrap();
    server.finish();
    assert_eq!(asked_for.recv().await.unwrap(), format!("localhost:{}", port(server.url())));
}

#[tokio::test]
async fn a_proxy_of_the_kind_socks_looks_the_name_up() {
    let server = Server::start().await;
    server.expect([viewer()]);
    let (proxy, mut asked_for) = tunnel(Some(port(server.url()))).await;
    client(ELSEWHERE, &[("ALL_PROXY", &format!("socks5h://{proxy}"))]).viewer().await.unwrap();
    server.finish();
    assert_eq!(asked_for.recv().await.unwrap(), "wandb.invalid");
}

#[tokio::test]
async fn a_proxy_with_tls_is_trusted_like_a_server() {
    let folder = TempDir::new().unwrap();
    let (acceptor, file) = localhost(&folder);
    let proxy = Server::start_tls(acceptor).await;
    proxy.expect([viewer()]);
    let untrusted = client(ELSEWHERE, &[("HTTP_PROXY", proxy.url())]).viewer().await.unwrap_err();
    assert!(matches!(untrusted.kind(), ErrorKind::Untrusted(_)), "{untrusted:?}");
    let config = config(ELSEWHERE, &[("HTTP_PROXY", proxy.url())]).unwrap().with_ca_certificate_file(&file).unwrap();
    Client::new(&config).viewer().await.unwrap();
    proxy.finish();
}

#[tokio::test]
async fn authorities_of_the_environment_are_trusted_whatever_else_is_in_their_files() {
    let folder = TempDir::new().unwrap();
    let (acceptor, file) = localhost(&folder);
    let server = Server::start_tls(acceptor).await;
    let damaged = "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n";
    std::fs::write(&file, format!("{damaged}{}", std::fs::read_to_string(&file).unwrap())).unwrap();
    let folders = std::env::join_paths([Path::new("/nowhere"), folder.path()]).unwrap().into_string().unwrap();
    let (file, folder) = (file.to_str().unwrap(), folder.path().to_str().unwrap());
    for (variable, path) in [
        ("SSL_CERT_FILE", file),
        ("SSL_CERT_DIR", &folders),
        ("REQUESTS_CA_BUNDLE", file),
        ("REQUESTS_CA_BUNDLE", folder),
    ] {
        server.expect([viewer()]);
        client(server.url(), &[(variable, path)]).viewer().await.unwrap();
    }
    // A file that is not there is no reason to trust nobody.
    let error = client(server.url(), &[("SSL_CERT_FILE", "/nowhere/ca.pem")]).viewer().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Untrusted(_)), "{error:?}");
    server.finish();
}

#[test]
fn what_is_no_address_of_a_proxy_is_refused_at_once() {
    let odd = "http://ada:hunter2@:x";
    let error = config(ELSEWHERE, &[("HTTP_PROXY", odd)]).unwrap_err();
    assert!(matches!(error, ConfigError::Proxy { variable: "HTTP_PROXY" }), "{error:?}");
    assert!(!format!("{error:?}").contains("hunter2"));
    assert!(config(ELSEWHERE, &[("HTTPS_PROXY", odd)]).is_ok(), "not on the way to this server");
}
