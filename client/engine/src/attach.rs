//! How a command reaches the process that owns the home: one line of JSON there, lines of JSON back.
//!
//! **The socket is as powerful as the wallet**, for the daemon behind it signs what it is asked. So it lies in a folder
//! that only its owner can enter, has mode 0600, and both sides check that the other end runs as the same user. No
//! secret ever passes through it.
//!
//! ```text
//! → {"hashcard":1,"account":null,"node":null,"command":{"card":{"card":7}}}
//! ← {"event":…}        any number
//! ← {"outcome":…}      or {"error":{…}}, and the end
//! ```
//!
//! Hanging up ends the command. Lines are bounded on both sides.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio::io::BufReader;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

use crate::command::{Command, Event, Outcome};
use crate::error::{Code, DiskContext, EngineError};
use crate::events::Events;
use crate::home::HomePaths;
use crate::wallet::AccountName;
use lines::{read_line, write_line};

mod lines;

/// Version of the lines.
const VERSION: u32 = 1;
/// Longest request: a post of 4 KiB with every byte escaped, a path, and room.
const MAX_REQUEST_LEN: usize = 256 * 1024;
/// Longest answer: a page of 64 cards with previews of 4 KiB, every byte escaped as `\u0000`.
const MAX_ANSWER_LEN: usize = 4 * 1024 * 1024;
/// Commands at a time. Each may hold a download or a transaction.
const MAX_ATTACHED: usize = 32;
/// How long a connection may say nothing before it loses its place.
const REQUEST_TIME: Duration = Duration::from_secs(10);
/// Longest path that the system takes for a socket (`sun_path` of Linux has 108 bytes, with a NUL).
const MAX_SOCKET_PATH: usize = 107;

/// A command with what it needs to be carried out.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub struct Request {
    /// [`VERSION`].
    hashcard: u32,
    /// Which account acts.
    pub account: AccountName,
    /// The node that was asked for; `None`: whichever is in use.
    pub node: Option<String>,
    /// What to do.
    pub command: Command,
}

impl Request {
    /// A request.
    pub fn new(command: Command, account: AccountName, node: Option<String>) -> Self {
        Self {
            hashcard: VERSION,
            account,
            node,
            command,
        }
    }

    /// The same, content with whichever node is in use.
    pub(crate) fn with_any_node(self) -> Self {
        Self { node: None, ..self }
    }
}

/// One line back.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Error { error: EngineError },
    Event(Event),
    Outcome(Outcome),
}

/// What carries commands out. Dropping the future ends the command.
pub type Handler =
    Arc<dyn Fn(Request, Events) -> BoxFuture<'static, Result<Outcome, EngineError>> + Send + Sync>;

/// The socket of a daemon; it goes away with this.
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Listens in a home. Only its owner may do this: a socket that is there is from a process that died.
    pub fn listen(paths: &HomePaths) -> Result<Self, EngineError> {
        let path = paths.socket();
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).disk("remove", &path)
            }
            _ => {}
        }
        let short = ShortPath::of(&path)?;
        let listener = UnixListener::bind(short.path()).disk("listen at", &path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
            .disk("close to others", &path)?;
        Ok(Self { listener, path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Carries out what comes in, until dropped.
    pub async fn serve(&self, handler: Handler) {
        let places = Arc::new(Semaphore::new(MAX_ATTACHED));
        let mut attached = tokio::task::JoinSet::new();
        loop {
            while attached.try_join_next().is_some() {}
            // A place is taken before a connection is, so that those beyond the bound wait in the system's queue.
            let Ok(place) = places.clone().acquire_owned().await else {
                return;
            };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let handler = handler.clone();
                    attached.spawn(async move {
                        if let Err(error) = answer(stream, handler).await {
                            tracing::debug!(%error, "a command that had attached was cut off");
                        }
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the home's socket took no connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, "the socket was gone already");
        }
    }
}

async fn answer(stream: UnixStream, handler: Handler) -> Result<(), EngineError> {
    check_same_user(&stream)?;
    let (reading, mut writing) = stream.into_split();
    let mut reading = BufReader::new(reading);
    let request = tokio::time::timeout(REQUEST_TIME, read_request(&mut reading)).await;
    let request =
        request.unwrap_or_else(|_| Err(EngineError::new(Code::Home, "no command came", "try again")));
    let result = match request {
        Err(error) => Err(error),
        Ok(request) => {
            let (events, mut said) = Events::channel();
            let mut work = handler(request, events);
            let result = loop {
                tokio::select! {
                    biased;
                    Some(event) = said.recv() => send(&mut writing, &Line::Event(event)).await?,
                    result = &mut work => break result,
                    // Nothing more is to come, so anything here is the end of the conversation.
                    _ = read_line(&mut reading, 1) => return Ok(()),
                }
            };
            drop(work);
            while let Some(event) = said.recv().await {
                send(&mut writing, &Line::Event(event)).await?;
            }
            result
        }
    };
    let last = match result {
        Ok(outcome) => Line::Outcome(outcome),
        Err(error) => Line::Error { error },
    };
    send(&mut writing, &last).await
}

async fn read_request(reading: &mut BufReader<OwnedReadHalf>) -> Result<Request, EngineError> {
    let line = read_line(reading, MAX_REQUEST_LEN).await?.ok_or_else(|| {
        EngineError::new(
            Code::Home,
            "a command hung up before it said what to do",
            "try again",
        )
    })?;
    let request: Request = serde_json::from_slice(&line).map_err(|error| {
        EngineError::bad_input(
            format!("the daemon cannot read this command: {error}"),
            "use the same version on both sides",
        )
    })?;
    if request.hashcard != VERSION {
        return Err(EngineError::bad_input(
            format!(
                "the daemon speaks version {VERSION}, and this command version {}",
                request.hashcard
            ),
            "restart the daemon with this version",
        ));
    }
    Ok(request)
}

async fn send(writing: &mut OwnedWriteHalf, line: &Line) -> Result<(), EngineError> {
    let bytes = serde_json::to_vec(line).map_err(|error| {
        EngineError::new(
            Code::Failed,
            format!("could not write an answer: {error}"),
            "report it",
        )
    })?;
    write_line(writing, bytes).await
}

/// What became of an attempt to attach.
pub enum Attached {
    /// The daemon carried it out, or said why not.
    Answered(Box<Result<Outcome, EngineError>>),
    /// Nobody listens: the owner is not a daemon, or not ready yet.
    NobodyListens,
}

/// Has the owner of a home carry a command out.
pub async fn ask(paths: &HomePaths, request: &Request, events: &Events) -> Result<Attached, EngineError> {
    let short = ShortPath::of(&paths.socket())?;
    let Ok(stream) = UnixStream::connect(short.path()).await else {
        return Ok(Attached::NobodyListens);
    };
    check_same_user(&stream)?;
    let (reading, mut writing) = stream.into_split();
    let bytes = serde_json::to_vec(request).map_err(|error| {
        EngineError::bad_input(
            format!("this command cannot be handed to the daemon: {error}"),
            "use paths in UTF-8",
        )
    })?;
    write_line(&mut writing, bytes).await?;
    let mut reading = BufReader::new(reading);
    loop {
        let line = read_line(&mut reading, MAX_ANSWER_LEN).await?.ok_or_else(|| {
            EngineError::new(
                Code::HomeBusy,
                "the daemon went away before it had answered",
                "see what it said last; then try again",
            )
        })?;
        let line: Line = serde_json::from_slice(&line).map_err(|error| {
            EngineError::new(
                Code::Home,
                format!("the daemon's answer cannot be read: {error}"),
                "restart the daemon with this version",
            )
        })?;
        match line {
            Line::Event(event) => events.say(event).await,
            Line::Outcome(outcome) => return Ok(Attached::Answered(Box::new(Ok(outcome)))),
            Line::Error { error } => return Ok(Attached::Answered(Box::new(Err(error)))),
        }
    }
}

/// Refuses to talk to another user, on either side.
fn check_same_user(stream: &UnixStream) -> Result<(), EngineError> {
    let other = stream
        .peer_cred()
        .map_err(|error| {
            EngineError::new(
                Code::Home,
                format!("who is at the socket is not known: {error}"),
                "try again",
            )
        })?
        .uid();
    if other != rustix::process::geteuid().as_raw() {
        return Err(EngineError::new(
            Code::Home,
            format!("the other end of the home's socket is user {other}"),
            "run both as the same user",
        ));
    }
    Ok(())
}

/// A path to a socket that the system takes, however deep the home lies: through the open folder, if need be.
struct ShortPath {
    path: PathBuf,
    _folder: Option<std::fs::File>,
}

impl ShortPath {
    fn of(path: &Path) -> Result<Self, EngineError> {
        use std::os::fd::AsRawFd;
        if path.as_os_str().len() <= MAX_SOCKET_PATH {
            return Ok(Self {
                path: path.to_owned(),
                _folder: None,
            });
        }
        let folder_path = path.parent().unwrap_or(Path::new("."));
        let folder = std::fs::File::open(folder_path).disk("open", folder_path)?;
        let short = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
        Ok(Self {
            path: short.join(path.file_name().unwrap_or_default()),
            _folder: Some(folder),
        })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests;
