//! Runs one program to its end: bounded in time, with everything that it started, and without loss of what it wrote.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// A process that was found running.
#[derive(Clone, Debug)]
pub struct Running {
    pid: Pid,
    /// The name of the program's file.
    pub program: String,
}

impl Running {
    /// Ends it at once, in the middle of whatever it does. One that has ended meanwhile is no error.
    pub fn kill(&self) {
        let _ = kill_process(self.pid, Signal::KILL);
    }
}

/// The processes that work in this folder. Empty where there is no `/proc`.
#[must_use]
pub fn working_in(folder: &Path) -> Vec<Running> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            // Of one that has ended, or is another user's, nothing is told.
            if std::fs::read_link(entry.path().join("cwd")).ok()? != folder {
                return None;
            }
            let program = std::fs::read_link(entry.path().join("exe")).ok()?;
            Some(Running { pid, program: program.file_name()?.to_string_lossy().into_owned() })
        })
        .collect()
}

/// Which process group the program runs in: that decides who gets an interrupt from the terminal, and who is killed at the time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A group of its own: at the time limit all that it started is killed with it. For tests.
    Own,
    /// The caller's: a ctrl-c in the terminal reaches the program itself, which can then end in order. For what a person watches.
    Callers,
}

/// What a program that ended by itself left behind.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The command as a person would type it.
    pub command: String,
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// All of standard output.
    pub stdout: String,
    /// All of standard error.
    pub stderr: String,
}

impl Finished {
    /// Passes when the exit code is zero; otherwise an error with all that the program wrote.
    pub fn success(self) -> Result<Self> {
        match self.code {
            Some(0) => Ok(self),
            _ => bail!(self.describe()),
        }
    }

    /// Passes when the program ended with an error of its own (any code but zero).
    pub fn failure(self) -> Result<Self> {
        match self.code {
            Some(code) if code != 0 => Ok(self),
            _ => bail!("expected an error\n{}", self.describe()),
        }
    }

    /// The command, how it ended and what it wrote, for the message of a failed test.
    #[must_use]
    pub fn describe(&self) -> String {
        let end =
            self.code.map_or_else(|| "was ended by a signal".to_owned(), |code| format!("ended with code {code}"));
        format!(
            "`{}` {end}\n--- stdout\n{}\n--- stderr\n{}",
            self.command,
            self.stdout.trim_end(),
            self.stderr.trim_end()
        )
    }
}

/// One thing that happened to the program.
enum Event {
    Stdout(String),
    Stderr(String),
    Ended(std::io::Result<ExitStatus>),
}

/// Kills the program when its owner leaves early, by an error or a panic.
struct KillOnDrop {
    pid: Pid,
    group: Group,
    armed: bool,
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if self.armed {
            // The process may have ended in between: then there is nothing left to do.
            let _ = match self.group {
                Group::Own => kill_process_group(self.pid, Signal::KILL),
                Group::Callers => kill_process(self.pid, Signal::KILL),
            };
        }
    }
}

/// Runs the command until it has ended and its output is closed, and calls `on_line` with each line of either stream as it arrives.
///
/// Standard input is closed. `shown` is the command as a person would type it, for messages.
///
/// An error when the program cannot be started, or has not ended within `timeout`: then it is killed. Output that stays open because a
/// process which the program started outlived it counts as not ended.
pub fn run(
    command: &mut Command,
    shown: &str,
    group: Group,
    timeout: Duration,
    mut on_line: impl FnMut(&str),
) -> Result<Finished> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if group == Group::Own {
        command.process_group(0);
    }
    let mut child = command.spawn().with_context(|| format!("could not start `{shown}`"))?;
    let mut guard = KillOnDrop { pid: Pid::from_child(&child), group, armed: true };
    let events = watch(&mut child)?;
    thread::spawn({
        let sender = events.sender;
        move || sender.send(Event::Ended(child.wait()))
    });

    let deadline = Instant::now() + timeout;
    let mut finished = Finished { command: shown.to_owned(), code: None, stdout: String::new(), stderr: String::new() };
    let mut status = None;
    loop {
        match events.receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Event::Stdout(line)) => keep(&mut finished.stdout, &line, &mut on_line),
            Ok(Event::Stderr(line)) => keep(&mut finished.stderr, &line, &mut on_line),
            Ok(Event::Ended(end)) => {
                status = Some(end.with_context(|| format!("could not wait for `{shown}`"))?);
                // Its number may now be another process's; a group keeps its number while it has a member.
                guard.armed = group == Group::Own;
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let what = if status.is_some() { "left a process behind that holds its output" } else { "did not end" };
                bail!("`{shown}` {what} within {timeout:?} and was killed\n{}", finished.describe());
            }
        }
    }
    guard.armed = false;
    finished.code = status.and_then(|status| status.code());
    Ok(finished)
}

struct Events {
    sender: Sender<Event>,
    receiver: Receiver<Event>,
}

/// Reads both streams in threads of their own, so that neither can fill up and stop the program.
fn watch(child: &mut Child) -> Result<Events> {
    let (sender, receiver) = channel();
    let stdout = child.stdout.take().context("standard output is not piped")?;
    let stderr = child.stderr.take().context("standard error is not piped")?;
    forward(stdout, sender.clone(), Event::Stdout);
    forward(stderr, sender.clone(), Event::Stderr);
    Ok(Events { sender, receiver })
}

fn forward(stream: impl Read + Send + 'static, sender: Sender<Event>, event: fn(String) -> Event) {
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        // A read error means that the other end is gone, which the end of the process tells better.
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if sender.send(event(String::from_utf8_lossy(&line).into_owned())).is_err() {
                return;
            }
            line.clear();
        }
    });
}

fn keep(all: &mut String, line: &str, on_line: &mut impl FnMut(&str)) {
    all.push_str(line);
    on_line(line.trim_end_matches(['\n', '\r']));
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLENTY: Duration = Duration::from_mins(1);

    fn shell(script: &str, timeout: Duration) -> Result<Finished> {
        run(Command::new("sh").args(["-c", script]), "sh", Group::Own, timeout, |_| ())
    }

    #[test]
    fn both_streams_and_the_code_are_kept_apart() {
        let finished = shell("echo out; echo err >&2; exit 3", PLENTY).unwrap();
        assert_eq!(finished.code, Some(3));
        assert_eq!((finished.stdout.as_str(), finished.stderr.as_str()), ("out\n", "err\n"));
        assert!(finished.clone().success().is_err());
        assert!(finished.failure().is_ok());
    }

    #[test]
    fn more_output_than_a_pipe_holds_does_not_stop_the_program() {
        let finished =
            shell("head -c 300000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2", PLENTY).unwrap();
        assert_eq!((finished.stdout.len(), finished.stderr.len()), (300_000, 300_000));
    }

    #[test]
    fn lines_arrive_without_their_ends() {
        let mut lines = Vec::new();
        run(Command::new("printf").arg("a\r\nb\nc"), "printf", Group::Callers, PLENTY, |line| {
            lines.push(line.to_owned());
        })
        .unwrap();
        assert_eq!(lines, ["a", "b", "c"]);
    }

    #[test]
    fn at_the_time_limit_all_that_it_started_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let note = folder.path().join("pid");
        let script = format!("sleep 1000 & echo $! > {}; wait", note.display());
        let error = shell(&script, Duration::from_secs(2)).unwrap_err().to_string();
        assert!(error.contains("did not end within 2s"), "{error}");
        let pid: i32 = std::fs::read_to_string(note).unwrap().trim().parse().unwrap();
        let started = Instant::now();
        while !is_dead(pid) {
            assert!(started.elapsed() < PLENTY, "process {pid} is still alive");
            thread::yield_now();
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn processes_are_found_by_their_folder_and_killed() {
        let folder = tempfile::tempdir().unwrap();
        assert!(working_in(folder.path()).is_empty());
        let mut child = Command::new("sleep").arg("1000").current_dir(folder.path()).spawn().unwrap();
        let started = Instant::now();
        // Between the fork and the start of the program it is still this one.
        let found = loop {
            let found = working_in(folder.path());
            if found.iter().any(|running| running.program == "sleep") {
                break found;
            }
            assert!(started.elapsed() < PLENTY, "it was not found: {found:?}");
            thread::yield_now();
        };
        found.iter().for_each(Running::kill);
        assert_eq!(child.wait().unwrap().code(), None, "a signal ended it");
    }

    #[test]
    fn a_process_left_behind_is_an_error() {
        let error = shell("sleep 1000 & exit 0", Duration::from_millis(500)).unwrap_err().to_string();
        assert!(error.contains("left a process behind"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error =
            run(&mut Command::new("/nowhere/terraform"), "terraform plan", Group::Own, PLENTY, |_| ()).unwrap_err();
        assert_eq!(error.to_string(), "could not start `terraform plan`");
    }

    /// Gone, or a zombie that nobody has waited for yet.
    fn is_dead(pid: i32) -> bool {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "))
    }
}
