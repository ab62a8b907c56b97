//! A network of real nodes: validators and full nodes of one chain, each a process of its own on loopback.
//!
//! **Who hears whom is said, never found**: every node has reserved peers only, which JSON-RPC adds and takes away while it runs. So a
//! network is parted and healed without rights that a developer lacks, and no node of another test is ever met. A node forgets its
//! peers when it ends, and is told again when it starts.
//!
//! | what happens to a node | how |
//! | --- | --- |
//! | a power cut | [`Network::kill`], [`Network::restart`] |
//! | it hangs | [`Network::pause`], [`Network::resume`] |
//! | nobody hears it, or half of the others | [`Network::part`], [`Network::heal`] |
//! | its disk is full | [`Setting::small_disk`], [`SmallDisk`] |
//! | its clock is off | [`Setting::clock_off_by`] |
//!
//! All nodes end with the network, whatever happens to the test ([`crate::Process`]).

pub mod books;
mod chain;
mod clock;
mod disk;
pub mod earlier;
pub mod genesis;
pub mod heads;
mod metrics;
pub mod operator;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::failure::{ensure, Failure, Told};
use crate::node::{Launch, Node};
use crate::process::{within, Lifetime};
pub use chain::{account, Final};
pub use disk::SmallDisk;
pub use genesis::Plan;

/// How long a node may take to have, or to have lost, the peers that it was told of: a peer that was lost is tried again after
/// seconds, on a machine that may be busy.
const PEERS_WITHIN: Duration = Duration::from_secs(60);

/// What a node is in a network.
#[derive(Clone, Default, Debug)]
pub struct Setting {
    /// Whether it runs as a validator.
    pub validates: bool,
    /// Whose session keys it has, `//Name`.
    pub keys_of: Option<String>,
    /// Whether of these it has the one for blocks alone, and not the one for votes.
    pub no_votes: bool,
    /// Mebibytes of a disk of its own, which can be full.
    pub small_disk: Option<u32>,
    /// Seconds by which its clock is fast; slow, if they are negative.
    pub clock_off_by: Option<i32>,
    /// Whether strangers may be its peers, as a light client is, and not only those that are said.
    pub open: bool,
}

impl Setting {
    /// A node that follows.
    pub fn full() -> Self {
        Self::default()
    }

    /// A node that follows, and that light clients find.
    pub fn open() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// A validator with the keys `//Name`.
    pub fn validator(keys_of: &str) -> Self {
        Self {
            validates: true,
            keys_of: Some(keys_of.to_owned()),
            ..Self::default()
        }
    }
}

/// A node of a network.
pub struct Member {
    name: String,
    folder: PathBuf,
    /// Its process, and what may be asked of it.
    pub node: Node,
    /// Its own disk, if it has one.
    pub disk: Option<SmallDisk>,
    runs: bool,
    group: usize,
}

impl Member {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it was started and not ended.
    pub fn runs(&self) -> bool {
        self.runs
    }
}

/// Nodes of one chain. They are numbered in the order in which they came: validators of genesis first.
pub struct Network {
    members: Vec<Member>,
    folder: PathBuf,
    specification: PathBuf,
    divisible: bool,
    lifetime: Lifetime,
}

impl Network {
    /// Starts all nodes of a plan under a folder, joined, and waits until a block is final everywhere.
    pub async fn open(folder: &Path, plan: Plan) -> Told<Self> {
        let validators = (0..plan.validators).map(|number| {
            let name = genesis::name_of(number);
            let setting = Setting::validator(&name);
            (name, setting)
        });
        Self::open_with(folder, plan, validators.collect()).await
    }

    /// The same, with settings of validators other than the ordinary.
    pub async fn open_with(folder: &Path, plan: Plan, validators: Vec<(String, Setting)>) -> Told<Self> {
        let mut network = Self {
            members: Vec::new(),
            folder: folder.to_owned(),
            specification: genesis::write(folder, plan).await?,
            divisible: plan.divisible,
            lifetime: Lifetime::Bound,
        };
        for (name, setting) in &validators {
            network.add(name, setting).await?;
        }
        for number in 1..=plan.full {
            network.add(&format!("Full{number}"), &Setting::full()).await?;
        }
        for at in 0..network.members.len() {
            network.finalize(at, 1).await?;
        }
        Ok(network)
    }

    /// All nodes.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// One node.
    pub fn member(&self, at: usize) -> &Member {
        &self.members[at]
    }

    /// One node, to do something to it.
    pub fn member_mut(&mut self, at: usize) -> &mut Member {
        &mut self.members[at]
    }

    /// The raw specification of its chain.
    pub fn specification(&self) -> &Path {
        &self.specification
    }

    /// Starts another node, and joins it to the others of the first one's group; its number.
    pub async fn add(&mut self, name: &str, setting: &Setting) -> Told<usize> {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder)?;
        let keystore = folder.join("keystore");
        let mut launch = Launch {
            role: self.role(name, setting, &keystore),
            metrics: true,
            ..Launch::default()
        };
        if let Some(keys) = &setting.keys_of {
            genesis::insert_key(&self.specification, &keystore, keys, genesis::FOR_BLOCKS).await?;
            if !setting.no_votes {
                genesis::insert_key(&self.specification, &keystore, keys, genesis::FOR_VOTES).await?;
            }
        }
        if let Some(seconds) = setting.clock_off_by {
            launch.environment.push(clock::off_by(&folder, seconds).await?);
        }
        let mut disk = None;
        if let Some(mebibytes) = setting.small_disk {
            let small = SmallDisk::mount(&folder, &Node::chain_in(&folder), mebibytes).await?;
            launch.through = small.through();
            disk = Some(small);
        }
        let node = Node::begin(&folder, self.lifetime, launch).await?;
        self.members.push(Member {
            name: name.to_owned(),
            folder,
            node,
            disk,
            runs: true,
            group: self.members.first().map_or(0, |first| first.group),
        });
        let at = self.members.len() - 1;
        self.join(at).await?;
        Ok(at)
    }

    fn role(&self, name: &str, setting: &Setting, keystore: &Path) -> Vec<OsString> {
        let mut words: Vec<OsString> = vec!["--chain".into(), self.specification.clone().into()];
        words.extend([
            "--name".into(),
            name.into(),
            "--keystore-path".into(),
            keystore.into(),
        ]);
        words.extend(["--no-mdns", "--rpc-methods=unsafe"].map(OsString::from));
        if !setting.open {
            words.push("--reserved-only".into());
        }
        if self.divisible {
            words.push("--network-backend=libp2p".into());
        }
        if setting.validates {
            words.extend(["--validator", "--unsafe-force-node-key-generation"].map(OsString::from));
        }
        words
    }

    /// Ends a node at once, as a power cut would.
    pub async fn kill(&mut self, at: usize) -> Told {
        let member = &mut self.members[at];
        member.runs = false;
        member.node.kill().await
    }

    /// Notes that a node ended by itself, and waits for that.
    pub async fn ended(&mut self, at: usize) -> Told<std::process::ExitStatus> {
        let member = &mut self.members[at];
        let status = member.node.end().await?;
        member.runs = false;
        Ok(status)
    }

    /// Starts a node again where it was, and joins it to its group.
    pub async fn restart(&mut self, at: usize) -> Told {
        self.restart_alone(at).await?;
        self.join(at).await
    }

    /// Starts a node again where it was; nobody is told of it.
    pub async fn restart_alone(&mut self, at: usize) -> Told {
        let member = &mut self.members[at];
        member.node.begin_again().await?;
        member.runs = true;
        Ok(())
    }

    /// Deletes the database of a node that does not run; it begins at block 0, under the name that its peers know.
    pub fn forget_chain(&mut self, at: usize) -> Told {
        let chains = Node::chain_in(&self.members[at].folder).join("chains");
        for chain in std::fs::read_dir(chains)? {
            std::fs::remove_dir_all(chain?.path().join("paritydb"))?;
        }
        Ok(())
    }

    /// Sets a node's clock, from its next start on.
    pub async fn set_clock(&mut self, at: usize, off_by: Option<i32>) -> Told {
        let member = &mut self.members[at];
        let environment = match off_by {
            Some(seconds) => vec![clock::off_by(&member.folder, seconds).await?],
            None => Vec::new(),
        };
        member.node.launch_mut().environment = environment;
        Ok(())
    }

    /// Stops a node where it is (SIGSTOP): its connections stay, and nothing comes.
    pub fn pause(&self, at: usize) -> Told {
        self.members[at].node.process().signal(Signal::STOP)
    }

    /// Lets it go on.
    pub fn resume(&self, at: usize) -> Told {
        self.members[at].node.process().signal(Signal::CONT)
    }

    /// Joins a node that runs to all of its group that do.
    pub async fn join(&self, at: usize) -> Told {
        for other in self.group_of(at) {
            self.link(at, other).await?;
        }
        Ok(())
    }

    /// Parts the network into groups that hear nothing of one another, and waits until it is so. Who is in none stays alone.
    pub async fn part(&mut self, groups: &[&[usize]]) -> Told {
        ensure(self.divisible, || {
            "the plan of this network does not say that it is divisible".to_owned()
        })?;
        let group = |at: usize| groups.iter().position(|group| group.contains(&at));
        let groups: Vec<usize> = (0..self.members.len())
            .map(|at| group(at).unwrap_or(groups.len() + at))
            .collect();
        self.regroup(&groups).await
    }

    /// Makes one network of all.
    pub async fn heal(&mut self) -> Told {
        self.regroup(&vec![0; self.members.len()]).await
    }

    async fn regroup(&mut self, groups: &[usize]) -> Told {
        let running: Vec<usize> = (0..self.members.len())
            .filter(|at| self.members[*at].runs)
            .collect();
        for &one in &running {
            for &other in running.iter().filter(|other| **other > one) {
                let was = self.members[one].group == self.members[other].group;
                match (was, groups[one] == groups[other]) {
                    (false, true) => self.link(one, other).await?,
                    (true, false) => self.unlink(one, other).await?,
                    _ => (),
                }
            }
        }
        for (member, group) in self.members.iter_mut().zip(groups) {
            member.group = *group;
        }
        for &at in &running {
            let peers = self.group_of(at).len();
            within(
                PEERS_WITHIN,
                "the peers that were said",
                self.has_peers(at, peers),
            )
            .await?;
        }
        Ok(())
    }

    /// The others of a node's group that run.
    fn group_of(&self, at: usize) -> Vec<usize> {
        let same = |other: &usize| {
            let (one, other) = (&self.members[at], &self.members[*other]);
            other.runs && one.group == other.group
        };
        (0..self.members.len())
            .filter(|other| *other != at)
            .filter(same)
            .collect()
    }

    async fn link(&self, one: usize, other: usize) -> Told {
        for (from, to) in [(one, other), (other, one)] {
            let address = self.members[to].node.address().await?;
            let from = &self.members[from].node;
            from.ask("system_addReservedPeer", json!([address])).await?;
        }
        Ok(())
    }

    async fn unlink(&self, one: usize, other: usize) -> Told {
        for (from, to) in [(one, other), (other, one)] {
            let peer = self.members[to].node.ask("system_localPeerId", json!([])).await?;
            let from = &self.members[from].node;
            from.ask("system_removeReservedPeer", json!([peer])).await?;
        }
        Ok(())
    }

    /// Waits until a node has so many peers: it tells how many at each of its blocks and of its state reports.
    async fn has_peers(&self, at: usize, wanted: usize) -> Told {
        let node = &self.members[at].node;
        let mut log = node.process().stderr_lines()?;
        loop {
            let health = node.ask("system_health", json!([])).await?;
            if health["peers"].as_u64() == Some(wanted as u64) {
                return Ok(());
            }
            // It says something every five seconds at least.
            while log.written()?.is_some() {}
            log.next().await?;
        }
    }

    /// Ends all nodes as they should end.
    pub async fn stop(&mut self) -> Told {
        for member in self.members.iter_mut().filter(|member| member.runs) {
            member
                .node
                .stop()
                .await
                .map_err(|failure| failure.during(&member.name))?;
            member.runs = false;
        }
        Ok(())
    }

    /// Waits until any node ends by itself; its name and how it ended.
    pub async fn first_end(&mut self) -> Told<String> {
        let running = self.members.iter_mut().filter(|member| member.runs);
        let ends = running.map(|member| {
            Box::pin(async move {
                let status = member.node.end().await?;
                member.runs = false;
                Ok::<_, Failure>(format!("{} ended by itself: {status}", member.name))
            })
        });
        let ends: Vec<_> = ends.collect();
        ensure(!ends.is_empty(), || "no node runs".to_owned())?;
        futures::future::select_all(ends).await.0
    }
}
