//! A person: a home folder, a wallet in it, and the `hashcard` commands that person runs.

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::binaries::binary;
use crate::failure::Told;
use crate::process::{Lifetime, Process};
use crate::run::{Ran, Refusal, Run};

/// The phrase whose accounts every development chain of this kind endows. Known to everybody.
pub const DEV_PHRASE: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
/// What seals the wallets here.
const PASSPHRASE: &str = "the journey's passphrase";

/// Where a person lives and which node he asks.
pub struct Home {
    name: String,
    /// Holds the home, the passphrase and the logs.
    folder: PathBuf,
    node: String,
    /// The specification of the network that is asked instead of the node.
    light: Option<PathBuf>,
    account: String,
    lifetime: Lifetime,
    commands: AtomicU32,
}

impl Home {
    /// A person with an empty home under `stage`. `account` is a name such as `Alice`, or empty for the wallet's
    /// default account.
    pub fn empty(stage: &Path, name: &str, account: &str, node: &str, lifetime: Lifetime) -> Told<Self> {
        let folder = stage.join(name);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("passphrase"), PASSPHRASE)?;
        Ok(Self {
            name: name.to_owned(),
            folder,
            node: node.to_owned(),
            light: None,
            account: account.to_owned(),
            lifetime,
            commands: AtomicU32::new(0),
        })
    }

    /// A person who owns one of the accounts that the development chain endows.
    pub async fn endowed(
        stage: &Path,
        name: &str,
        account: &str,
        node: &str,
        lifetime: Lifetime,
    ) -> Told<Self> {
        let home = Self::empty(stage, name, account, node, lifetime)?;
        home.import_wallet().await?;
        Ok(home)
    }

    /// Asks another node from now on.
    pub fn use_node(&mut self, url: &str) {
        self.node = url.to_owned();
    }

    /// Asks no node from now on, but the network of a chain specification.
    pub fn use_light(&mut self, specification: &Path) {
        self.light = Some(specification.to_owned());
    }

    /// Makes the wallet of the endowed accounts.
    pub async fn import_wallet(&self) -> Told {
        self.command(&["wallet", "import"])
            .stdin(DEV_PHRASE)
            .done()
            .await
            .map(drop)
    }

    /// What the person is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The account that acts.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The home folder itself, `--home`.
    pub fn path(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// A folder of the person beside the home, for outputs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file with the passphrase.
    pub fn passphrase_file(&self) -> PathBuf {
        self.folder.join("passphrase")
    }

    /// A `hashcard` command, not started yet.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command<'_> {
        Command {
            home: self,
            arguments: arguments
                .iter()
                .map(|argument| argument.as_ref().to_owned())
                .collect(),
            node: self.node.clone(),
            light: self.light.clone(),
            passphrase_file: self.passphrase_file(),
            stdin: None,
            wrapper: Vec::new(),
        }
    }

    /// Runs a command that must succeed; its outcome.
    pub fn done<'a, S: AsRef<OsStr>>(
        &'a self,
        arguments: &[S],
    ) -> impl Future<Output = Told<Value>> + use<'a, S> {
        self.command(arguments).done()
    }

    /// Runs a command that must fail; its error.
    pub fn refused<'a, S: AsRef<OsStr>>(
        &'a self,
        arguments: &[S],
    ) -> impl Future<Output = Told<Refusal>> + use<'a, S> {
        self.command(arguments).refused()
    }

    /// Starts a command and does not wait for it.
    pub fn start<'a, S: AsRef<OsStr>>(
        &'a self,
        arguments: &[S],
    ) -> impl Future<Output = Told<Run>> + use<'a, S> {
        self.command(arguments).start()
    }

    /// Starts the daemon, listening on loopback, and waits until it is ready. `more` are cards and options.
    pub async fn seed<S: AsRef<OsStr>>(&self, more: &[S]) -> Told<Run> {
        let mut arguments: Vec<OsString> = vec![
            "seed".into(),
            "-v".into(),
            "--listen".into(),
            "127.0.0.1:0".into(),
        ];
        arguments.extend(more.iter().map(|word| word.as_ref().to_owned()));
        let mut daemon = self.start(&arguments).await?;
        daemon.event("ready").await?;
        Ok(daemon)
    }

    /// SS58 address of the account that acts.
    pub async fn address(&self) -> Told<String> {
        let wallet = self.done(&["wallet", "show"]).await?;
        let name = (!self.account.is_empty()).then_some(self.account.as_str());
        let account = wallet["accounts"]
            .as_array()
            .and_then(|accounts| accounts.iter().find(|account| account["name"].as_str() == name))
            .ok_or_else(|| crate::Failure::new(format!("no account {name:?} in {wallet}")))?;
        Ok(account["address"].as_str().unwrap_or_default().to_owned())
    }

    /// Free and held money of the account that acts, in the smallest unit.
    pub async fn money(&self) -> Told<Money> {
        let balance = self.done(&["balance"]).await?;
        let amount = |field: &str| balance[field].as_str().and_then(|digits| digits.parse().ok());
        match (amount("free"), amount("held")) {
            (Some(free), Some(held)) => Ok(Money { free, held }),
            _ => Err(crate::Failure::new(format!("no amounts in {balance}"))),
        }
    }
}

/// Money of an account, in the smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    /// To spend.
    pub free: u128,
    /// Held by deposits, bonds and escrow.
    pub held: u128,
}

impl Money {
    /// All of it.
    pub fn total(self) -> u128 {
        self.free.saturating_add(self.held)
    }
}

/// A `hashcard` command of a person.
pub struct Command<'a> {
    home: &'a Home,
    arguments: Vec<OsString>,
    node: String,
    light: Option<PathBuf>,
    passphrase_file: PathBuf,
    stdin: Option<String>,
    wrapper: Vec<OsString>,
}

impl Command<'_> {
    /// Asks another node.
    pub fn node(mut self, url: &str) -> Self {
        self.node = url.to_owned();
        self.light = None;
        self
    }

    /// Asks no node, but the network of a chain specification.
    pub fn light(mut self, specification: &Path) -> Self {
        self.light = Some(specification.to_owned());
        self
    }

    /// Opens the wallet with what is in another file.
    pub fn passphrase_file(mut self, path: &Path) -> Self {
        self.passphrase_file = path.to_owned();
        self
    }

    /// What it reads from standard input.
    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = Some(text.to_owned());
        self
    }

    /// Runs it through another program, which must exec what follows: the program under test and its words.
    pub fn through<S: AsRef<OsStr>>(mut self, wrapper: &[S]) -> Self {
        self.wrapper = wrapper.iter().map(|word| word.as_ref().to_owned()).collect();
        self
    }

    /// Starts it.
    pub async fn start(self) -> Told<Run> {
        let Self {
            home,
            arguments,
            node,
            light,
            passphrase_file,
            stdin,
            wrapper,
        } = self;
        let number = home.commands.fetch_add(1, Ordering::Relaxed) + 1;
        let verb = arguments
            .first()
            .map(|verb| verb.to_string_lossy().into_owned())
            .unwrap_or_default();
        let name = format!("{}-{number}-{verb}", home.name);

        let hashcard = binary("hashcard")?;
        let mut words = wrapper;
        let program = if words.is_empty() {
            hashcard
        } else {
            words.push(hashcard.into_os_string());
            PathBuf::from(words.remove(0))
        };
        words.push("--json".into());
        words.extend(["--home".into(), home.path().into_os_string()]);
        words.extend(match light {
            Some(specification) => ["--light".into(), specification.into_os_string()],
            None => ["--node".into(), node.into()],
        });
        words.extend(["--passphrase-file".into(), passphrase_file.into_os_string()]);
        if !home.account.is_empty() {
            words.extend(["--account".into(), home.account.clone().into()]);
        }
        words.extend(arguments);
        let process = Process::start(
            &name,
            &program,
            &words,
            &[],
            &home.folder,
            stdin.as_deref(),
            home.lifetime,
        )
        .await?;
        Run::of(process, &words)
    }

    /// Runs it to its end, however that is.
    pub async fn run(self) -> Told<Ran> {
        self.start().await?.finish().await
    }

    /// Runs it; it must succeed. Its outcome.
    pub async fn done(self) -> Told<Value> {
        self.run().await?.outcome()
    }

    /// Runs it; it must fail. Its error.
    pub async fn refused(self) -> Told<Refusal> {
        self.run().await?.refusal()
    }
}
