//! A process of ours: its output in files, its end certain.
//!
//! **Whatever happens to the test, the process ends with it**: dropping a [`Process`] kills it, panics included, and
//! the kernel kills it when the thread that started it is gone (`setpriv --pdeathsig`, where util-linux has it). Only
//! [`Process::leave`] lets one live on. Signals go to the process id, never to a name.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{kill_process, Pid, Signal};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

use crate::failure::{Failure, Told};
use crate::lines::Lines;

/// Kills a child when the thread that started it ends; execs, so that the process id is the child's own.
const SETPRIV: &str = "/usr/bin/setpriv";

/// How long a process may take to end after it was asked to, on a machine that is busy.
const END_WITHIN: Duration = Duration::from_secs(60);

/// What becomes of a process when the one that started it is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lifetime {
    /// It ends as well.
    Bound,
    /// It may be left running.
    MayBeLeft,
}

/// A running process, or one that ended.
pub struct Process {
    name: String,
    child: Child,
    pid: Pid,
    stdout: PathBuf,
    stderr: PathBuf,
    ended: Option<ExitStatus>,
    left: bool,
}

impl Process {
    /// Starts `program` with `arguments` and nothing of this process' environment that begins with `HASHCARD_`.
    /// Output goes to `<logs>/<name>.out` and `.err`.
    pub async fn start(
        name: &str,
        program: &Path,
        arguments: &[impl AsRef<OsStr>],
        environment: &[(&str, &OsStr)],
        folder: &Path,
        stdin: Option<&str>,
        lifetime: Lifetime,
    ) -> Told<Self> {
        let stdout = folder.join(format!("{name}.out"));
        let stderr = folder.join(format!("{name}.err"));
        let file = |path: &Path| -> std::io::Result<File> {
            OpenOptions::new().create(true).append(true).open(path)
        };
        let mut command = if lifetime == Lifetime::Bound && Path::new(SETPRIV).exists() {
            let mut command = Command::new(SETPRIV);
            command.args(["--pdeathsig", "KILL", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        for (variable, _) in
            std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"HASHCARD_"))
        {
            command.env_remove(variable);
        }
        let mut child = command
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(if stdin.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(file(&stdout)?)
            .stderr(file(&stderr)?)
            // A group of its own: Ctrl-C in the terminal reaches the journey, which then ends its processes.
            .process_group(0)
            .spawn()
            .map_err(|error| Failure::new(format!("could not start {}: {error}", program.display())))?;
        if let (Some(text), Some(mut pipe)) = (stdin, child.stdin.take()) {
            pipe.write_all(text.as_bytes()).await?;
        }
        let pid = child.id().and_then(|id| Pid::from_raw(id as i32));
        let pid = pid.ok_or_else(|| Failure::new(format!("{name} ended before it had a process id")))?;
        Ok(Self {
            name: name.to_owned(),
            child,
            pid,
            stdout,
            stderr,
            ended: None,
            left: false,
        })
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its process id.
    pub fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// The file with its standard output.
    pub fn stdout(&self) -> &Path {
        &self.stdout
    }

    /// The file with its standard error.
    pub fn stderr(&self) -> &Path {
        &self.stderr
    }

    /// Reads its standard output from the start.
    pub fn stdout_lines(&self) -> Told<Lines> {
        Ok(Lines::of(&self.stdout)?)
    }

    /// Reads its standard error from the start.
    pub fn stderr_lines(&self) -> Told<Lines> {
        Ok(Lines::of(&self.stderr)?)
    }

    /// Sends a signal to it, unless it has ended.
    pub fn signal(&self, signal: Signal) -> Told {
        if self.ended.is_some() {
            return Ok(());
        }
        kill_process(self.pid, signal)
            .map_err(|error| Failure::new(format!("could not signal {}: {error}", self.name)))
    }

    /// Waits for its end. Dropping the future loses nothing.
    pub async fn end(&mut self) -> Told<ExitStatus> {
        if let Some(status) = self.ended {
            return Ok(status);
        }
        let status = self.child.wait().await?;
        self.ended = Some(status);
        Ok(status)
    }

    /// Whether it has ended, without waiting.
    pub fn has_ended(&mut self) -> Told<bool> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait()?;
        }
        Ok(self.ended.is_some())
    }

    /// Asks it to end, and waits until it has.
    pub async fn stop(&mut self) -> Told<ExitStatus> {
        self.signal(Signal::TERM)?;
        self.ended_soon("after SIGTERM").await
    }

    /// Ends it without asking, as a power cut would, and waits until it is gone.
    pub async fn kill(&mut self) -> Told {
        self.signal(Signal::KILL)?;
        self.ended_soon("after SIGKILL").await.map(drop)
    }

    async fn ended_soon(&mut self, when: &str) -> Told<ExitStatus> {
        let what = format!("{} to end {when}", self.name);
        let status = within(END_WITHIN, &what, self.end()).await;
        status.map_err(|failure| self.blame(failure))
    }

    /// A failure with the end of what this process said.
    pub fn blame(&self, failure: Failure) -> Failure {
        failure
            .with_log(&self.name, &self.stdout)
            .with_log(&self.name, &self.stderr)
    }

    /// Lets it run on after this value is gone.
    pub fn leave(mut self) {
        self.left = true;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.left && self.ended.is_none() {
            // Gone already is as good; there is nobody to tell.
            let _ = self.child.start_kill();
        }
    }
}

/// The result of a future, or a failure that says what did not come in time.
pub async fn within<T>(limit: Duration, what: &str, work: impl Future<Output = Told<T>>) -> Told<T> {
    tokio::time::timeout(limit, work)
        .await
        .unwrap_or_else(|_| Err(Failure::new(format!("waited {} s for {what}", limit.as_secs()))))
}
