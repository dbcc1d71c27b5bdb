//! A unix socket in a folder of its own.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::net::{UnixListener, UnixStream};

/// The modes of folder and socket: the user alone, or also one group that the host has named.
const USER_FOLDER: u32 = 0o700;
const GROUP_FOLDER: u32 = 0o710;
const GROUP_SOCKET: u32 = 0o660;

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub(super) enum SocketError {
    #[error("no folder for the socket could be made in `{}`", folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error("the socket `{}` could not be opened", path.display())]
    Bind { path: PathBuf, source: io::Error },
    #[error("the group `{group}` of PLUGIN_UNIX_SOCKET_GROUP does not exist on this machine")]
    UnknownGroup { group: String },
    #[error("the socket could not be given to the group `{group}` of PLUGIN_UNIX_SOCKET_GROUP")]
    Group { group: String, source: io::Error },
}

/// A socket that listens; its folder is removed when it is dropped.
pub(super) struct Socket {
    listener: UnixListener,
    folder: TempDir,
}

impl Socket {
    /// Listens in a new folder within `parent`. The folder keeps others out, as not every system heeds the mode of a
    /// socket.
    pub(super) fn bind(parent: &Path, group: Option<&str>) -> Result<Self, SocketError> {
        let folder = tempfile::Builder::new()
            .prefix("plugin")
            .permissions(Permissions::from_mode(USER_FOLDER))
            .tempdir_in(parent)
            .map_err(|source| SocketError::Folder { folder: parent.to_owned(), source })?;
        let path = socket_in(folder.path());
        let listener = UnixListener::bind(&path).map_err(|source| SocketError::Bind { path: path.clone(), source })?;
        if let Some(group) = group {
            let id = group_id(group).ok_or_else(|| SocketError::UnknownGroup { group: group.to_owned() })?;
            admit(&path, id, GROUP_SOCKET)
                .and_then(|()| admit(folder.path(), id, GROUP_FOLDER))
                .map_err(|source| SocketError::Group { group: group.to_owned(), source })?;
        }
        Ok(Self { listener, folder })
    }

    pub(super) fn path(&self) -> PathBuf {
        socket_in(self.folder.path())
    }

    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }
}

fn socket_in(folder: &Path) -> PathBuf {
    folder.join("socket")
}

fn admit(path: &Path, group: u32, mode: u32) -> io::Result<()> {
    chown(path, None, Some(group))?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

/// The number of a group that is given by number or by name.
fn group_id(group: &str) -> Option<u32> {
    group.parse().ok().or_else(|| group_in(&fs::read_to_string("/etc/group").ok()?, group))
}

/// Finds a group in the lines `name:password:number:members`.
fn group_in(groups: &str, name: &str) -> Option<u32> {
    groups.lines().find_map(|line| {
        let mut parts = line.split(':');
        if parts.next() != Some(name) {
            return None;
        }
        parts.nth(1)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("metadata").mode() & 0o777
    }

    #[tokio::test]
    async fn only_the_user_reaches_the_socket_and_its_folder_goes_with_it() {
        let parent = tempfile::tempdir().expect("a folder");
        let socket = Socket::bind(parent.path(), None).expect("a socket");
        let folder = socket.folder.path().to_owned();
        assert_eq!(folder.parent(), Some(parent.path()));
        assert_eq!(mode(&folder), 0o700);
        drop(socket);
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn a_group_of_the_host_reaches_the_socket() {
        let parent = tempfile::tempdir().expect("a folder");
        let own = fs::metadata(parent.path()).expect("metadata").gid();
        let socket = Socket::bind(parent.path(), Some(&own.to_string())).expect("a socket");
        assert_eq!(mode(socket.folder.path()), 0o710);
        assert_eq!(mode(&socket.path()), 0o660);
        assert_eq!(fs::metadata(socket.path()).expect("metadata").gid(), own);
    }

    #[tokio::test]
    async fn what_cannot_be_had_is_named() {
        let parent = tempfile::tempdir().expect("a folder");
        let error = Socket::bind(parent.path(), Some("no such group")).err().expect("an error");
        assert!(matches!(error, SocketError::UnknownGroup { group } if group == "no such group"));

        let absent = parent.path().join("absent");
        let error = Socket::bind(&absent, None).err().expect("an error");
        assert!(matches!(error, SocketError::Folder { folder, .. } if folder == absent));

        let long = parent.path().join("x".repeat(120));
        fs::create_dir(&long).expect("a folder");
        let error = Socket::bind(&long, None).err().expect("a path longer than the system allows");
        assert!(matches!(error, SocketError::Bind { .. }));
        assert_eq!(fs::read_dir(&long).expect("a listing").count(), 0, "the folder was left behind");
    }

    #[test]
    fn groups_are_found_by_name() {
        let groups = "root:x:0:\nadm:x:4:one,two\nbroken\nodd:x:many:\n";
        assert_eq!(group_in(groups, "adm"), Some(4));
        assert_eq!(group_in(groups, "one"), None);
        assert_eq!(group_in(groups, "broken"), None);
        assert_eq!(group_in(groups, "odd"), None);
    }
}
