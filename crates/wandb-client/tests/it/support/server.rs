//! An HTTP server that answers what it was told to expect, and nothing else.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use futures::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{AUTHORIZATION, HeaderName};
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// A request to expect, and what to answer to it.
pub(crate) struct Expected {
    what: Wanted,
    answer: Answer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    GraphQl(&'static str),
    /// With this value of a variable.
    GraphQlOf(&'static str, &'static str, &'static str),
    Path(Method, String),
}

enum Answer {
    Body(StatusCode, Vec<(HeaderName, String)>, Vec<u8>),
    /// So many MiB, whose number is not announced.
    Endless(usize),
    /// Closes the connection instead of an answer.
    Close,
    /// Closes the connection in the middle of the answer.
    Torn(Vec<u8>),
    /// Answers only when the notification comes.
    After(Arc<Notify>, StatusCode, Vec<u8>),
}

impl Expected {
    /// A GraphQL operation of that name, answered with no data.
    pub(crate) fn graphql(name: &'static str) -> Self {
        Self { what: Wanted::GraphQl(name), answer: Answer::Body(StatusCode::OK, vec![], b"{}".to_vec()) }
    }

    /// A GraphQL operation of that name about that object, by the value of a variable.
    pub(crate) fn graphql_of(name: &'static str, variable: &'static str, value: &'static str) -> Self {
        Self { what: Wanted::GraphQlOf(name, variable, value), ..Self::graphql(name) }
    }

    /// A request of another part of the API, answered with an empty success.
    pub(crate) fn path(method: Method, path: &str) -> Self {
        let what = Wanted::Path(method, path.to_owned());
        Self { what, answer: Answer::Body(StatusCode::NO_CONTENT, vec![], Vec::new()) }
    }

    /// Answers with data.
    pub(crate) fn data(self, data: &Value) -> Self {
        self.answers(200, &json!({ "data": data }).to_string())
    }

    /// Answers with a status and a body.
    pub(crate) fn answers(mut self, status: u16, body: &str) -> Self {
        self.answer = Answer::Body(StatusCode::from_u16(status).unwrap(), vec![], body.into());
        self
    }

    /// Adds a header to the answer.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        let Answer::Body(_, headers, _) = &mut self.answer else { panic!("only an answer has headers") };
        headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn endless(mut self, mebibytes: usize) -> Self {
        self.answer = Answer::Endless(mebibytes);
        self
    }

    pub(crate) fn closes(mut self) -> Self {
        self.answer = Answer::Close;
        self
    }

    pub(crate) fn tears(mut self, body: &str) -> Self {
        self.answer = Answer::Torn(body.into());
        self
    }

    /// Answers with data when the notification comes.
    pub(crate) fn after(self, go: &Arc<Notify>, data: &Value) -> Self {
        self.answers_after(go, 200, &json!({ "data": data }).to_string())
    }

    /// Answers with a status and a body when the notification comes.
    pub(crate) fn answers_after(mut self, go: &Arc<Notify>, status: u16, body: &str) -> Self {
        self.answer = Answer::After(Arc::clone(go), StatusCode::from_u16(status).unwrap(), body.into());
        self
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn variables(&self) -> Value {
        self.json()["variables"].clone()
    }

    /// User and password of its Basic authorization.
    pub(crate) fn user(&self) -> String {
        use base64::Engine;
        let value = self.headers[AUTHORIZATION].to_str().unwrap();
        let encoded = value.strip_prefix("Basic ").unwrap();
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(encoded).unwrap()).unwrap()
    }

    fn what(&self) -> String {
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(body) => body["operationName"].as_str().unwrap_or_default().to_owned(),
            Err(_) => format!("{} {}", self.method, self.path),
        }
    }

    fn is(&self, wanted: &Wanted) -> bool {
        match wanted {
            Wanted::GraphQl(name) => self.method == Method::POST && self.path == "/graphql" && self.what() == *name,
            Wanted::GraphQlOf(name, variable, value) => {
                self.is(&Wanted::GraphQl(name)) && self.variables()[*variable] == *value
            }
            Wanted::Path(method, path) => self.method == *method && self.path == *path,
        }
    }
}

#[derive(Default)]
struct State {
    expected: VecDeque<Expected>,
    received: Vec<Received>,
    unexpected: Vec<String>,
    arrived: Arc<Notify>,
}

/// A server on a free port, until it is dropped.
pub(crate) struct Server {
    url: String,
    state: Arc<Mutex<State>>,
    task: AbortHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(None).await
    }

    /// With TLS and a certificate for `localhost`.
    pub(crate) async fn start_tls(acceptor: TlsAcceptor) -> Self {
        Self::start_with(Some(acceptor)).await
    }

    async fn start_with(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = match tls {
            Some(_) => format!("https://localhost:{port}"),
            None => format!("http://127.0.0.1:{port}"),
        };
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (state, tls) = (Arc::clone(&shared), tls.clone());
                connections.spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, state).await;
                            }
                        }
                        None => serve(stream, state).await,
                    }
                });
            }
        });
        Self { url, state, task: task.abort_handle() }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Expects requests, in any order where their operations differ.
    pub(crate) fn expect(&self, expected: impl IntoIterator<Item = Expected>) {
        self.state.lock().unwrap().expected.extend(expected);
    }

    /// Waits until so many requests came.
    pub(crate) async fn wait_for(&self, requests: usize) {
        let arrived = Arc::clone(&self.state.lock().unwrap().arrived);
        loop {
            let notified = arrived.notified();
            if self.state.lock().unwrap().received.len() >= requests {
                return;
            }
            notified.await;
        }
    }

    /// All requests, once everything that was expected came and nothing else did.
    #[track_caller]
    pub(crate) fn finish(&self) -> Vec<Received> {
        let state = self.state.lock().unwrap();
        assert!(state.unexpected.is_empty(), "unexpected: {:?}", state.unexpected);
        let missing: Vec<_> = state.expected.iter().map(|expected| &expected.what).collect();
        assert!(missing.is_empty(), "missing: {missing:?}");
        state.received.clone()
    }

    /// The one request of a GraphQL operation.
    #[track_caller]
    pub(crate) fn only(&self, operation: &'static str) -> Received {
        let of_operation = |received: &Received| received.is(&Wanted::GraphQl(operation));
        let [only] = &self.finish().into_iter().filter(of_operation).collect::<Vec<_>>()[..] else {
            panic!("not one request of {operation}")
        };
        only.clone()
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, state: Arc<Mutex<State>>) {
    let service = service_fn(|request| respond(request, Arc::clone(&state)));
    // A connection that a test tears ends in an error.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

type Body = BoxBody<Bytes, io::Error>;

async fn respond(request: Request<Incoming>, state: Arc<Mutex<State>>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let received = Received {
        method: head.method,
        path: head.uri.path().to_owned(),
        version: head.version,
        headers: head.headers,
        body: body.collect().await.map_err(io::Error::other)?.to_bytes().into(),
    };
    let answer = {
        let mut state = state.lock().unwrap();
        let position = state.expected.iter().position(|expected| received.is(&expected.what));
        let expected = position.and_then(|position| state.expected.remove(position));
        let answer = if let Some(expected) = expected {
            expected.answer
        } else {
            state.unexpected.push(received.what());
            Answer::Body(StatusCode::NOT_IMPLEMENTED, vec![], b"{\"error\":\"not in the script\"}".to_vec())
        };
        state.received.push(received);
        state.arrived.notify_waiters();
        answer
    };
    match answer {
        Answer::Body(status, headers, body) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            Ok(response.body(whole(body)).unwrap())
        }
        Answer::Endless(mebibytes) => {
            let chunks = (0..mebibytes).map(|_| Ok(Frame::data(Bytes::from(vec![b' '; 1 << 20]))));
            Ok(Response::new(BodyExt::boxed(StreamBody::new(stream::iter(chunks)))))
        }
        Answer::Close => Err(io::Error::other("the test closes the connection")),
        Answer::Torn(body) => {
            let torn = [Ok(Frame::data(body.into())), Err(io::Error::other("the test tears the answer"))];
            Ok(Response::new(BodyExt::boxed(StreamBody::new(stream::iter(torn)))))
        }
        Answer::After(go, status, body) => {
            go.notified().await;
            Ok(Response::builder().status(status).body(whole(body)).unwrap())
        }
    }
}

fn whole(body: Vec<u8>) -> Body {
    Full::new(body.into()).map_err(|never: Infallible| match never {}).boxed()
}
