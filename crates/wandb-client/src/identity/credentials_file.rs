//! The file in which the processes of a run share their access tokens.
//!
//! W&B's own clients keep such a file, with an entry for each server. An entry of this crate has the hash of its
//! identity token after the server's address, as the same server may be used with several identities; entries of others
//! are left alone.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::access_token::AccessToken;
use super::token::Jwt;
use crate::base_url::BaseUrl;

/// How W&B's clients write times: UTC, to the second.
const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";
/// Stands between the server's address and the hash in the names of this crate's entries.
const HASH_MARK: &str = "#jwt-sha256=";
/// How often to look whether another process is done.
const LOCK_POLL: Duration = Duration::from_millis(20);

/// The name of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(String);

impl Key {
    pub(super) fn new(base_url: &BaseUrl, jwt: &Jwt) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(jwt.expose_secret()));
        Self(format!("{base_url}{HASH_MARK}{hash}"))
    }
}

/// The file while this process alone may change it.
pub(super) struct CredentialsFile {
    file: PathBuf,
    _lock: File,
}

impl CredentialsFile {
    /// Waits until no other process has the file, at most until the deadline. Processes wait for each other by a lock
    /// on a file beside it.
    pub(super) async fn lock(file: PathBuf, deadline: Instant) -> io::Result<Self> {
        // Where it is a link, what it leads to is the file.
        let file = fs::canonicalize(&file).unwrap_or(file);
        let lock = file.with_added_extension("lock");
        if let Some(folder) = lock.parent() {
            create_folder(folder)?;
        }
        let lock = private(OpenOptions::new().create(true).truncate(false).write(true)).open(lock)?;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { file, _lock: lock }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => tokio::time::sleep(LOCK_POLL).await,
                Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::TimedOut.into()),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// The token that was exchanged for this identity token, if any.
    pub(super) fn get(&self, key: &Key) -> io::Result<Option<AccessToken>> {
        Ok(token(&self.entries()?, key))
    }

    /// Adds a token, and drops this crate's entries that are of no more use.
    pub(super) fn put(&self, key: &Key, token: &AccessToken, now: Timestamp) -> io::Result<()> {
        let mut entries = self.entries()?;
        let credentials = entries.entry("credentials").or_insert_with(|| Value::Object(Map::new()));
        let credentials = credentials.as_object_mut().ok_or(io::ErrorKind::InvalidData)?;
        credentials.retain(|key, entry| {
            let expires_at = entry.get("expires_at").and_then(Value::as_str).and_then(time);
            !key.contains(HASH_MARK) || expires_at.is_some_and(|expires_at| expires_at > now)
        });
        let expires_at = token.expires_at.strftime(TIME_FORMAT).to_string();
        let entry = json!({ "access_token": token.secret.expose_secret(), "expires_at": expires_at });
        credentials.insert(key.0.clone(), entry);

        let text = Value::Object(entries).to_string();
        match self.replace(text.as_bytes()) {
            Err(error) if is_fixed(&error) => self.overwrite(text.as_bytes()),
            replaced => replaced,
        }
    }

    /// Puts a new file in the place of the old one: a process that dies here leaves the one or the other. The new one has
    /// a name that nobody can prepare, and is for the eyes of this user alone.
    fn replace(&self, text: &[u8]) -> io::Result<()> {
        let folder = self.file.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let mut new = tempfile::Builder::new().prefix("credentials.json.").tempfile_in(folder)?;
        new.write_all(text)?;
        new.persist(&self.file)?;
        Ok(())
    }

    fn overwrite(&self, text: &[u8]) -> io::Result<()> {
        private(OpenOptions::new().create(true).truncate(true).write(true)).open(&self.file)?.write_all(text)
    }

    /// What the file holds. A file that is not there or empty holds nothing; one that is not of this form is an error, as
    /// it may be someone else's.
    fn entries(&self) -> io::Result<Map<String, Value>> {
        match fs::read(&self.file) {
            Ok(empty) if empty.trim_ascii().is_empty() => Ok(Map::new()),
            // The error's own text quotes what it stumbles over.
            Ok(json) => serde_json::from_slice(&json).map_err(|error| {
                let (line, column) = (error.line(), error.column());
                let text = format!("it is not of the known form at line {line} column {column}");
                io::Error::new(io::ErrorKind::InvalidData, text)
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Map::new()),
            Err(error) => Err(error),
        }
    }
}

/// Whether a file cannot be replaced for where it is, as one that is mounted alone: it can perhaps be written in place.
/// After other failures, such as that of a disk that is full, that would lose what is there.
fn is_fixed(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), CrossesDevices | PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

/// The token of this name, if any.
fn token(entries: &Map<String, Value>, key: &Key) -> Option<AccessToken> {
    let entry = entries.get("credentials")?.get(&key.0)?;
    let expires_at = time(entry.get("expires_at")?.as_str()?)?;
    Some(AccessToken { secret: entry.get("access_token")?.as_str()?.into(), expires_at })
}

/// The token in a file of this text, for the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(crate) fn find(json: &[u8], base_url: &BaseUrl, jwt: &str) -> Option<AccessToken> {
    token(&serde_json::from_slice(json).ok()?, &Key::new(base_url, &Jwt::parse(jwt)?))
}

fn time(text: &str) -> Option<Timestamp> {
    Some(DateTime::strptime(TIME_FORMAT, text).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// For the eyes of this user alone.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn key(url: &str, jwt: &str) -> Key {
        Key::new(&url.parse().unwrap(), &Jwt::parse(jwt).unwrap())
    }

    fn access_token(secret: &str, expires_at: &str) -> AccessToken {
        AccessToken { secret: secret.into(), expires_at: expires_at.parse().unwrap() }
    }

    async fn lock(folder: &TempDir) -> CredentialsFile {
        CredentialsFile::lock(folder.path().join("wandb/credentials.json"), Instant::now()).await.unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-23T23:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn keeps_a_token_for_each_server_and_identity() {
        let folder = TempDir::new().unwrap();
        let file = lock(&folder).await;
        let (a, b) = (key("https://a.example.com", "a.a.a"), key("https://b.example.com", "a.a.a"));
        assert!(file.get(&a).unwrap().is_none());
        file.put(&a, &access_token("one", "2026-11-23T23:10:05Z"), now()).unwrap();
        file.put(&b, &access_token("two", "2026-11-23T23:20:05Z"), now()).unwrap();
        let got = file.get(&a).unwrap().unwrap();
        assert_eq!((got.secret.expose_secret(), got.expires_at.to_string().as_str()), ("one", "2026-11-23T23:10:05Z"));
        assert_eq!(file.get(&b).unwrap().unwrap().secret.expose_secret(), "two");
        assert!(file.get(&key("https://a.example.com", "b.b.b")).unwrap().is_none());
    }

    #[tokio::test]
    async fn is_of_the_form_of_w_and_b_s_own_clients_and_leaves_their_entries_alone() {
        let folder = TempDir::new().unwrap();
        let file = lock(&folder).await;
        let theirs = json!({ "access_token": "theirs", "expires_at": "2020-01-01 00:00:00", "more": 1 });
        let before = json!({ "credentials": { "https://a.example.com": theirs }, "more": [2] });
        fs::write(&file.file, before.to_string()).unwrap();
        file.put(&key("https://a.example.com", "old.old.old"), &access_token("old", "2026-11-23T23:10:05Z"), now())
            .unwrap();
        let later = "2026-11-23T23:30:00Z".parse().unwrap();
        let new = key("https://a.example.com", "new.new.new");
        file.put(&new, &access_token("new", "2026-11-23T23:40:05Z"), later).unwrap();
        let after: Value = serde_json::from_slice(&fs::read(&file.file).unwrap()).unwrap();
        let ours = json!({ "access_token": "new", "expires_at": "2026-11-23 23:40:05" });
        let credentials = json!({ "https://a.example.com": theirs, new.0: ours });
        assert_eq!(after, json!({ "credentials": credentials, "more": [2] }));
    }

    #[tokio::test]
    async fn a_file_of_another_form_is_not_overwritten() {
        let folder = TempDir::new().unwrap();
        let file = lock(&folder).await;
        for text in ["not JSON", "[]", "{\"credentials\":[]}", "\"hunter2\""] {
            fs::write(&file.file, text).unwrap();
            let put =
                file.put(&key("https://a.example.com", "a.a.a"), &access_token("x", "2026-11-23T23:10:05Z"), now());
            assert!(!format!("{:?}", put.unwrap_err()).contains("hunter2"), "{text}");
            assert_eq!(fs::read_to_string(&file.file).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = TempDir::new().unwrap();
        let file = lock(&folder).await;
        file.put(&key("https://a.example.com", "a.a.a"), &access_token("x", "2026-11-23T23:10:05Z"), now()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file.file), mode(file.file.parent().unwrap())), (0o600, 0o700));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn links_are_followed_to_the_file_itself_and_nowhere_else() {
        use std::os::unix::fs::symlink;
        let folder = TempDir::new().unwrap();
        let (link, victim) = (folder.path().join("wandb/credentials.json"), folder.path().join("victim"));
        let real = folder.path().join("real.json");
        fs::create_dir(folder.path().join("wandb")).unwrap();
        fs::write(&real, "{}").unwrap();
        fs::write(&victim, "untouched").unwrap();
        symlink(&real, &link).unwrap();
        for place in [&link, &real] {
            symlink(&victim, place.with_added_extension("new")).unwrap();
        }
        let file = lock(&folder).await;
        let key = key("https://a.example.com", "a.a.a");
        file.put(&key, &access_token("one", "2026-11-23T23:10:05Z"), now()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().contains("one"));
        assert_eq!(fs::read_to_string(victim).unwrap(), "untouched");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_file_can_be_written_in_place() {
        use std::os::fd::AsRawFd;
        let folder = TempDir::new().unwrap();
        let real = File::create(folder.path().join("real.json")).unwrap();
        (&real).write_all(b"{\"credentials\":{\"https://a.example.com\":{}}}").unwrap();
        // No file can be made beside this one.
        let path = PathBuf::from(format!("/proc/self/fd/{}", real.as_raw_fd()));
        let file = CredentialsFile { file: path, _lock: File::create(folder.path().join("lock")).unwrap() };
        assert!(file.replace(b"{}").is_err());
        file.overwrite(b"{}").unwrap();
        assert_eq!(file.entries().unwrap(), Map::new());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_is_there_stays_when_it_cannot_be_replaced_for_another_reason() {
        let folder = TempDir::new().unwrap();
        // So deep that there is no room for the new file's name.
        let mut deep = folder.path().to_owned();
        while deep.as_os_str().len() < 3900 {
            deep.push("d".repeat(100));
        }
        deep.push("d".repeat(4095 - "/x.json".len() - "/".len() - deep.as_os_str().len()));
        fs::create_dir_all(&deep).unwrap();
        let path = deep.join("x.json");
        fs::write(&path, "{}").unwrap();
        let file = CredentialsFile { file: path, _lock: File::create(folder.path().join("lock")).unwrap() };
        let key = key("https://a.example.com", "a.a.a");
        let put = file.put(&key, &access_token("one", "2026-11-23T23:10:05Z"), now());
        assert_eq!(put.unwrap_err().kind(), io::ErrorKind::InvalidFilename);
        assert_eq!(fs::read_to_string(&file.file).unwrap(), "{}");
    }

    #[test]
    fn only_a_file_that_is_held_in_its_place_is_written_there() {
        use io::ErrorKind::*;
        for (kind, expected) in [
            (ResourceBusy, true),
            (CrossesDevices, true),
            (ReadOnlyFilesystem, true),
            (PermissionDenied, true),
            (StorageFull, false),
            (QuotaExceeded, false),
            (NotFound, false),
            (Other, false),
        ] {
            assert_eq!(is_fixed(&kind.into()), expected, "{kind:?}");
        }
    }

    #[tokio::test]
    async fn an_empty_file_holds_nothing() {
        let folder = TempDir::new().unwrap();
        let file = lock(&folder).await;
        fs::write(&file.file, "\n").unwrap();
        let key = key("https://a.example.com", "a.a.a");
        assert!(file.get(&key).unwrap().is_none());
        file.put(&key, &access_token("one", "2026-11-23T23:10:05Z"), now()).unwrap();
        assert_eq!(file.get(&key).unwrap().unwrap().secret.expose_secret(), "one");
    }

    #[tokio::test]
    async fn one_process_at_a_time_has_it() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("credentials.json");
        let first = CredentialsFile::lock(path.clone(), Instant::now()).await.unwrap();
        let refused = CredentialsFile::lock(path.clone(), Instant::now()).await;
        assert_eq!(refused.err().map(|error| error.kind()), Some(io::ErrorKind::TimedOut));
        let mut second = Box::pin(CredentialsFile::lock(path, Instant::now() + Duration::from_mins(1)));
        assert!(futures::poll!(&mut second).is_pending());
        drop(first);
        second.await.unwrap();
    }
}
