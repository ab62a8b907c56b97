//! Who plays, and what each has running.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use futures::future::try_join_all;
use hashcard_journey_tests::{ensure, Failure, Home, Lifetime, Node, Run, Told};
use serde_json::Value;

/// A role, and the account of the development chain that it acts as.
pub type Role = (&'static str, &'static str);

/// The chain, the people and their daemons.
pub struct Cast {
    roles: &'static [Role],
    work: PathBuf,
    lifetime: Lifetime,
    node: Option<Node>,
    homes: BTreeMap<&'static str, Home>,
    daemons: Vec<(String, Run)>,
    /// Daemons that ended, with their outcomes.
    ended: Vec<(String, Value)>,
    /// Which role a peer id belongs to.
    peers: BTreeMap<String, String>,
}

impl Cast {
    /// Nobody yet.
    pub fn new(roles: &'static [Role], work: &Path, keep: bool) -> Self {
        let lifetime = if keep {
            Lifetime::MayBeLeft
        } else {
            Lifetime::Bound
        };
        Self {
            roles,
            work: work.to_owned(),
            lifetime,
            node: None,
            homes: BTreeMap::new(),
            daemons: Vec::new(),
            ended: Vec::new(),
            peers: BTreeMap::new(),
        }
    }

    /// Folder for everything.
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// Whether processes may outlive the demo.
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    /// Makes everybody's home and wallet while the node starts.
    pub async fn assemble(&mut self) -> Told {
        let mut homes = Vec::new();
        for &(role, account) in self.roles {
            homes.push((role, Home::empty(&self.work, role, account, "", self.lifetime)?));
        }
        let wallets = try_join_all(homes.iter().map(|(_, home)| home.import_wallet()));
        let folder = self.work.join("node");
        let (node, _) = futures::try_join!(Node::start(&folder, self.lifetime), wallets)?;
        for (role, mut home) in homes {
            home.use_node(&node.url());
            self.homes.insert(role, home);
        }
        self.node = Some(node);
        Ok(())
    }

    /// The chain.
    pub fn node(&self) -> Told<&Node> {
        self.node
            .as_ref()
            .ok_or_else(|| Failure::new("the chain was not started"))
    }

    /// Somebody.
    pub fn home(&self, role: &str) -> Told<&Home> {
        self.homes
            .get(role)
            .ok_or_else(|| Failure::new(format!("nobody plays the {role}")))
    }

    /// Somebody, to be changed.
    pub fn home_mut(&mut self, role: &str) -> Told<&mut Home> {
        self.homes
            .get_mut(role)
            .ok_or_else(|| Failure::new(format!("nobody plays the {role}")))
    }

    /// Keeps a daemon until the end, and remembers whose its peer id is.
    pub fn keep(&mut self, role: &str, daemon: Run) {
        let ready = daemon.events().iter().find(|event| event["event"] == "ready");
        if let Some(peer) = ready.and_then(|ready| ready["peer"].as_str()) {
            self.peers.insert(peer.to_owned(), role.to_owned());
        }
        self.daemons.push((role.to_owned(), daemon));
    }

    /// A daemon that runs.
    pub fn daemon(&mut self, role: &str) -> Told<&mut Run> {
        let found = self.daemons.iter_mut().find(|(one, _)| one == role);
        found
            .map(|(_, daemon)| daemon)
            .ok_or_else(|| Failure::new(format!("the {role} runs no daemon")))
    }

    /// Ends a daemon as it should end; all that it ever told.
    pub async fn end(&mut self, role: &str) -> Told<Vec<Value>> {
        let missing = || Failure::new(format!("the {role} runs no daemon"));
        let at = self.daemons.iter().position(|(one, _)| one == role);
        let (role, daemon) = self.daemons.remove(at.ok_or_else(missing)?);
        let ran = daemon.stop().await?;
        let events = ran.events.clone();
        self.ended.push((role, ran.outcome()?));
        Ok(events)
    }

    /// Who sent how many chunks, and who lied, in words.
    pub fn sources(&self, peers: &Value) -> String {
        let said = |peer: &Value| {
            let id = peer["peer"].as_str().unwrap_or_default();
            let who = self.peers.get(id).map_or(id, String::as_str);
            let lied = if peer["banned"] == true {
                format!(" (banned: {})", peer["reason"].as_str().unwrap_or(""))
            } else {
                String::new()
            };
            format!("{who} {}{lied}", peer["chunks"])
        };
        let peers = peers
            .as_array()
            .map(|peers| peers.iter().map(said).collect::<Vec<_>>());
        peers.unwrap_or_default().join(", ")
    }

    /// Whether a list of sources says that the liar lied.
    pub fn found_the_liar(&self, peers: &Value) -> bool {
        peers.as_array().is_some_and(|peers| {
            peers.iter().any(|peer| {
                let who = self.peers.get(peer["peer"].as_str().unwrap_or_default());
                peer["banned"] == true && who.is_some_and(|role| role == "liar")
            })
        })
    }

    /// Ends everything with SIGTERM; each must end as it should.
    pub async fn stop(&mut self) -> Told<String> {
        let ends = std::mem::take(&mut self.daemons)
            .into_iter()
            .map(|(role, daemon)| async move {
                let ended = daemon
                    .stop()
                    .await?
                    .outcome()
                    .map_err(|failure| failure.during(&role))?;
                Ok::<_, Failure>((role, ended))
            });
        self.ended.extend(try_join_all(ends).await?);
        let served: Vec<String> = self
            .ended
            .iter()
            .filter_map(|(role, outcome)| {
                Some(format!(
                    "{role} served {} chunks",
                    outcome["served_chunks"].as_u64()?
                ))
            })
            .collect();
        ensure(!served.is_empty(), || "nobody served anything".to_owned())?;
        if let Some(mut node) = self.node.take() {
            node.stop().await?;
        }
        Ok(served.join(", "))
    }

    /// Leaves everything running; how to talk to it, and how to stop it.
    pub fn leave(&mut self) -> Told<String> {
        let node = self
            .node
            .take()
            .ok_or_else(|| Failure::new("the chain was not started"))?;
        let mut ids = vec![node.process().pid().to_string()];
        ids.extend(
            self.daemons
                .iter()
                .map(|(_, daemon)| daemon.process().pid().to_string()),
        );
        let hashcard = hashcard_journey_tests::binary("hashcard")?;
        let mut lines = vec!["Everything is left running. Talk to it as any of these:".to_owned()];
        for home in self.homes.values() {
            lines.push(format!(
                "  {:<9} {} --node {} --home {} --account {} --passphrase-file {} keys",
                home.name(),
                hashcard.display(),
                node.url(),
                home.path().display(),
                home.account(),
                home.passphrase_file().display()
            ));
        }
        lines.push(format!("Logs and homes: {}", self.work.display()));
        lines.push(format!(
            "Stop it:        kill {}; rm -r {}",
            ids.join(" "),
            self.work.display()
        ));
        node.leave();
        for (_, daemon) in self.daemons.drain(..) {
            daemon.leave();
        }
        Ok(lines.join("\n"))
    }
}
