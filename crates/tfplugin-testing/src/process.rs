use std::process::{ExitStatus, Stdio};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::{ClientIdentity, DEADLINE, Handshake, HostError, Launch};

/// The process of a provider. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: watch::Receiver<Vec<String>>,
    /// Ends with the last line of stderr.
    stderr_reader: JoinHandle<()>,
    identity: ClientIdentity,
    /// Takes away what a killed process leaves behind.
    _temporary: TempDir,
}

/// A process that has ended, and what it said until then.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// The lines on stdout that nobody has read before: after a handshake, there must be none.
    pub stdout: Vec<String>,
    /// The lines on stderr, from the start.
    pub stderr: Vec<String>,
}

impl Process {
    pub(crate) fn start(launch: Launch, identity: ClientIdentity) -> Result<Self, HostError> {
        let Launch { program, arguments, variables, .. } = launch;
        let temporary = tempfile::tempdir()?;
        let mut child = Command::new(&program)
            .args(arguments)
            .env_clear()
            .env("TMPDIR", temporary.path())
            .envs(variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| HostError::Spawn { program, source })?;
        let missing = || HostError::Process(std::io::ErrorKind::BrokenPipe.into());
        let stdout = BufReader::new(child.stdout.take().ok_or_else(missing)?).lines();
        let (stderr_reader, stderr) = collect(child.stderr.take().ok_or_else(missing)?);
        Ok(Self { child, stdout, stderr, stderr_reader, identity, _temporary: temporary })
    }

    /// The certificate that the process was told to let in.
    #[must_use]
    pub fn identity(&self) -> &ClientIdentity {
        &self.identity
    }

    /// The process's number, as long as nobody has waited for its end.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// The next line on stdout, or `None` when there is no more.
    pub async fn line(&mut self) -> Result<Option<String>, HostError> {
        Ok(within("a line on stdout", self.stdout.next_line()).await??)
    }

    /// Reads the handshake line.
    pub async fn handshake(&mut self) -> Result<Handshake, HostError> {
        if let Some(line) = self.line().await? {
            return Handshake::parse(&line);
        }
        let status = within("the end of the process", self.child.wait()).await??;
        let stderr = self.all_of_stderr().await?.join("\n");
        Err(HostError::NoHandshake { status, stderr })
    }

    /// Waits for a line on stderr with this text in it, which may have come already.
    pub async fn logged(&mut self, text: &str) -> Result<String, HostError> {
        let found = |lines: &Vec<String>| lines.iter().any(|line| line.contains(text));
        let lines = within("a line on stderr", self.stderr.wait_for(found)).await?;
        let lines = lines.map_err(|_| HostError::Deadline { what: "a line on a stderr that has ended" })?;
        Ok(lines.iter().find(|line| line.contains(text)).cloned().unwrap_or_default())
    }

    /// Sends a signal.
    #[cfg(unix)]
    pub fn signal(&self, signal: rustix::process::Signal) -> Result<(), HostError> {
        let id = self.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
        let id = id.ok_or(std::io::Error::from(std::io::ErrorKind::NotFound))?;
        Ok(rustix::process::kill_process(id, signal).map_err(std::io::Error::from)?)
    }

    /// Waits until the process has ended and its output is read, also by processes that it has left behind.
    pub async fn finished(mut self) -> Result<Finished, HostError> {
        let status = within("the end of the process", self.child.wait()).await??;
        let mut stdout = Vec::new();
        while let Some(line) = self.line().await? {
            stdout.push(line);
        }
        Ok(Finished { status, stdout, stderr: self.all_of_stderr().await? })
    }

    async fn all_of_stderr(&mut self) -> Result<Vec<String>, HostError> {
        within("the end of stderr", &mut self.stderr_reader).await?.map_err(std::io::Error::other)?;
        Ok(self.stderr.borrow().clone())
    }
}

/// Reads lines as they come, so that the process never waits for a reader.
fn collect(stream: impl AsyncRead + Send + Unpin + 'static) -> (JoinHandle<()>, watch::Receiver<Vec<String>>) {
    let (sender, receiver) = watch::channel(Vec::new());
    let reader = tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            sender.send_modify(|lines| lines.push(line));
        }
    });
    (reader, receiver)
}

/// Gives up after [`DEADLINE`].
pub(crate) async fn within<F: IntoFuture>(what: &'static str, future: F) -> Result<F::Output, HostError> {
    timeout(DEADLINE, future).await.map_err(|_| HostError::Deadline { what })
}
