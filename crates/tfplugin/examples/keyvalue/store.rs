//! The remote side: a folder with a file for each entry. The calls are small and local, so they may block.

use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tfplugin::{Diagnostic, Result};

use crate::entry::Document;

/// The folder.
pub(crate) struct Store {
    folder: PathBuf,
    read_only: bool,
}

/// A lock on an entry.
#[derive(Serialize, Deserialize)]
pub(crate) struct Lock {
    /// Whose it is.
    pub holder: String,
    /// When it counts no longer, in seconds since 1970.
    expires_at: u64,
}

impl Lock {
    pub(crate) fn until(holder: &str, time: SystemTime) -> Self {
        Self { holder: holder.to_owned(), expires_at: seconds(time) }
    }

    fn is_expired(&self) -> bool {
        self.expires_at <= seconds(SystemTime::now())
    }
}

impl Store {
    pub(crate) fn open(folder: &str, read_only: bool) -> Result<Self> {
        let folder = PathBuf::from(folder);
        if folder.is_dir() {
            return Ok(Self { folder, read_only });
        }
        let detail = format!("There is no folder `{}`. Make it, or correct `folder`.", folder.display());
        Err(Diagnostic::error("Folder not found", detail).at("folder").into())
    }

    /// The ids of all entries, in order.
    pub(crate) fn ids(&self) -> Result<Vec<String>> {
        let read = || -> std::io::Result<Vec<String>> {
            let mut ids = Vec::new();
            for file in fs::read_dir(&self.folder)? {
                let name = file?.file_name();
                ids.extend(name.to_str().and_then(|name| name.strip_suffix(".json")).map(decoded));
            }
            ids.sort();
            Ok(ids)
        };
        read().map_err(|error| failed(&format!("list the folder `{}`", self.folder.display()), &error))
    }

    /// The file of an entry; `None` where there is none.
    pub(crate) fn read(&self, id: &str) -> Result<Option<Document>> {
        self.read_file(id, "json")
    }

    pub(crate) fn write(&self, id: &str, document: &Document) -> Result<()> {
        self.refuse_changes()?;
        self.write_file(id, "json", document)
    }

    /// Ends an entry. One that is gone already is fine.
    pub(crate) fn delete(&self, id: &str) -> Result<()> {
        self.refuse_changes()?;
        self.remove_file(id, "json")
    }

    /// Notes a change in the journal of the folder.
    pub(crate) fn note(&self, change: &str, module: Option<&str>) -> Result<()> {
        let file = self.folder.join("journal.log");
        let append = || {
            let mut file = fs::OpenOptions::new().create(true).append(true).open(&file)?;
            writeln!(file, "{change} by {}", module.unwrap_or("nobody"))
        };
        append().map_err(|error: std::io::Error| failed(&format!("write to `{}`", file.display()), &error))
    }

    /// The lock on an entry, as long as it counts.
    pub(crate) fn lock(&self, id: &str) -> Result<Option<Lock>> {
        Ok(self.read_file(id, "lock")?.filter(|lock: &Lock| !lock.is_expired()))
    }

    pub(crate) fn set_lock(&self, id: &str, lock: &Lock) -> Result<()> {
        self.write_file(id, "lock", lock)
    }

    pub(crate) fn remove_lock(&self, id: &str) -> Result<()> {
        self.remove_file(id, "lock")
    }

    /// Waits until nobody holds a lock on the entry.
    pub(crate) async fn unlocked(&self, id: &str) -> Result<()> {
        while self.lock(id)?.is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    fn refuse_changes(&self) -> Result<()> {
        if self.read_only {
            let detail = "The provider is configured with `read_only = true`.";
            return Err(Diagnostic::error("Folder is read-only", detail).into());
        }
        Ok(())
    }

    fn read_file<T: DeserializeOwned>(&self, id: &str, extension: &str) -> Result<Option<T>> {
        let file = self.file(id, extension);
        let action = format!("read `{}`", file.display());
        match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| failed(&action, &error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&action, &error)),
        }
    }

    fn write_file(&self, id: &str, extension: &str, content: &impl Serialize) -> Result<()> {
        let file = self.file(id, extension);
        let write = || fs::write(&file, serde_json::to_vec_pretty(content)?);
        write().map_err(|error| failed(&format!("write `{}`", file.display()), &error))
    }

    fn remove_file(&self, id: &str, extension: &str) -> Result<()> {
        let file = self.file(id, extension);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(failed(&format!("delete `{}`", file.display()), &error))
            }
            _ => Ok(()),
        }
    }

    fn file(&self, id: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{}.{extension}", encoded(id)))
    }
}

/// What was tried, and why it failed: for the person who runs Terraform.
fn failed(action: &str, error: &dyn std::fmt::Display) -> tfplugin::Diagnostics {
    Diagnostic::error("Folder cannot be used", format!("Could not {action}.\n\nThe cause: {error}.")).into()
}

/// An id as the name of a file: whatever could mean something else there is percent-encoded.
fn encoded(id: &str) -> String {
    id.bytes().fold(String::new(), |mut name, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            name.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
        name
    })
}

/// The id of a file; what was never written by [`encoded`] stays as it is.
fn decoded(name: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = name;
    while let Some(character) = rest.chars().next() {
        let (head, tail) = rest.split_at(character.len_utf8());
        let byte = tail.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| head == "%");
        bytes.extend(byte.map_or_else(|| head.as_bytes().to_vec(), |byte| vec![byte]));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_file_of_its_own() {
        for id in ["a:plain", "a/b", "..", "a%2Fb", "é", ""] {
            let name = encoded(id);
            assert!(!name.contains(['/', '.', ':']), "{name}");
            assert_eq!(decoded(&name), id);
        }
    }
}
