//! A proxy between a program and the emulator, at which a test watches every request and can stop any of them.
//!
//! It speaks as much HTTP/1.1 as the two do: one request after the other on a connection, bodies of a known length.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It arrived; the server knows nothing of it yet.
    Asked,
    /// The server has done it; the answer is still here.
    Done,
    /// The answer was passed on.
    Answered,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Pass,
    /// The connection is closed, and nothing more of it is passed on in either direction.
    Cut,
}

/// A request, with its answer where there is one.
#[derive(Clone)]
pub struct Exchange {
    /// Its place in the order in which requests arrived, from 0.
    pub number: usize,
    /// The name of the GraphQL operation, or the method and path.
    pub operation: String,
    /// The body of the answer, once there is one.
    pub answer: Option<Vec<u8>>,
}

/// Judges each request at each moment, in the thread of its connection: it may block.
type Judge = Arc<dyn Fn(&Exchange, Moment) -> Verdict + Send + Sync>;

/// The proxy; it takes no more connections when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: String,
    judge: Mutex<Judge>,
    exchanges: Mutex<Vec<Exchange>>,
    closed: Mutex<bool>,
}

impl Proxy {
    /// A proxy before the server at this address, which passes everything on.
    pub fn before(base_url: &str) -> Result<Self> {
        let server = base_url.strip_prefix("http://").context("the server does not speak plain HTTP")?.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").context("the proxy could not listen")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            judge: Mutex::new(Arc::new(|_, _| Verdict::Pass)),
            exchanges: Mutex::default(),
            closed: Mutex::default(),
        });
        let serve = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                if *lock(&serve.closed) {
                    return;
                }
                let (Ok(client), connection) = (client, Arc::clone(&serve)) else { continue };
                // A connection that breaks is the client's to notice.
                thread::spawn(move || connection.serve(client).ok());
            }
        });
        Ok(Self { address, shared })
    }

    /// What `WANDB_BASE_URL` is to be.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Judges each request from now on, in place of whoever did before.
    pub fn judge(&self, judge: impl Fn(&Exchange, Moment) -> Verdict + Send + Sync + 'static) {
        *lock(&self.shared.judge) = Arc::new(judge);
    }

    /// All requests so far.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.exchanges).clone()
    }

    /// Forgets the requests so far: the next one is number 0.
    pub fn forget(&self) {
        lock(&self.shared.exchanges).clear();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        *lock(&self.shared.closed) = true;
        // Wakes the listener up.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn serve(&self, client: TcpStream) -> Result<()> {
        let mut server = TcpStream::connect(&self.server)?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (mut client, mut from_client) = (client.try_clone()?, BufReader::new(client));
        let mut from_server = BufReader::new(server.try_clone()?);
        while let Some(request) = Message::read(&mut from_client)? {
            let number = self.note(&request);
            if self.verdict(number, Moment::Asked) == Verdict::Cut {
                break;
            }
            server.write_all(&request.head)?;
            server.write_all(&request.body)?;
            let Some(answer) = Message::read(&mut from_server)? else { break };
            if let Some(exchange) = lock(&self.exchanges).get_mut(number) {
                exchange.answer = Some(answer.body.clone());
            }
            if self.verdict(number, Moment::Done) == Verdict::Cut {
                break;
            }
            client.write_all(&answer.head)?;
            client.write_all(&answer.body)?;
            if self.verdict(number, Moment::Answered) == Verdict::Cut {
                break;
            }
        }
        Ok(())
    }

    fn note(&self, request: &Message) -> usize {
        let mut exchanges = lock(&self.exchanges);
        let number = exchanges.len();
        exchanges.push(Exchange { number, operation: request.operation(), answer: None });
        number
    }

    fn verdict(&self, number: usize, moment: Moment) -> Verdict {
        let judge = Arc::clone(&lock(&self.judge));
        // Forgotten meanwhile: nobody asks for it any more.
        let Some(exchange) = lock(&self.exchanges).get(number).cloned() else { return Verdict::Pass };
        judge(&exchange, moment)
    }
}

/// A request or an answer.
struct Message {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Message {
    /// The next message of a connection; `None` at its end.
    fn read(stream: &mut impl BufRead) -> Result<Option<Self>> {
        let mut head = Vec::new();
        let mut length = 0;
        loop {
            let start = head.len();
            if stream.read_until(b'\n', &mut head)? == 0 {
                return Ok(None);
            }
            let line = String::from_utf8_lossy(&head[start..]).trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().context("a length that is no number")?;
            } else if line.starts_with("transfer-encoding:") {
                bail!("the proxy passes on only bodies of a known length");
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok(Some(Self { head, body }))
    }

    fn operation(&self) -> String {
        let name = serde_json::from_slice::<Value>(&self.body).ok();
        let name = name.and_then(|body| Some(body.get("operationName")?.as_str()?.to_owned()));
        name.unwrap_or_else(|| {
            let head = String::from_utf8_lossy(&self.head);
            head.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers each request with its own body.
    fn echo() -> Result<SocketAddr> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                thread::spawn(move || -> Result<()> {
                    let mut reader = BufReader::new(client.try_clone()?);
                    let mut client = client;
                    while let Some(request) = Message::read(&mut reader)? {
                        write!(client, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", request.body.len())?;
                        client.write_all(&request.body)?;
                    }
                    Ok(())
                });
            }
        });
        Ok(address)
    }

    fn ask(proxy: &Proxy, body: &str) -> Result<Option<String>> {
        let mut stream = TcpStream::connect(proxy.address)?;
        write!(stream, "POST /graphql HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
        let answer = Message::read(&mut BufReader::new(stream))?;
        Ok(answer.map(|answer| String::from_utf8_lossy(&answer.body).into_owned()))
    }

    #[test]
    fn requests_pass_and_are_kept_by_name() {
        let proxy = Proxy::before(&format!("http://{}", echo().unwrap())).unwrap();
        let body = r#"{"operationName":"Viewer"}"#;
        assert_eq!(ask(&proxy, body).unwrap().as_deref(), Some(body));
        assert_eq!(ask(&proxy, "text").unwrap().as_deref(), Some("text"));
        let exchanges = proxy.exchanges();
        let operations: Vec<_> = exchanges.iter().map(|exchange| exchange.operation.as_str()).collect();
        assert_eq!(operations, ["Viewer", "POST /graphql"]);
        assert_eq!(exchanges[0].answer.as_deref(), Some(body.as_bytes()));
    }

    #[test]
    fn a_request_is_cut_before_and_after_the_server_knows_of_it() {
        let proxy = Proxy::before(&format!("http://{}", echo().unwrap())).unwrap();
        for (cut, reached) in [(Moment::Asked, false), (Moment::Done, true)] {
            proxy.forget();
            proxy.judge(move |_, moment| if moment == cut { Verdict::Cut } else { Verdict::Pass });
            assert_eq!(ask(&proxy, "text").unwrap(), None, "{cut:?}");
            assert_eq!(proxy.exchanges()[0].answer.is_some(), reached, "{cut:?}");
        }
    }
}
