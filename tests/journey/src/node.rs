//! A node of a chain that is on loopback only, that can be killed and started again where it was. Mostly it is alone.
//!
//! **A raw specification is worth ten seconds of a processor at every start**: from any other the node makes its genesis anew, in
//! an executor of its own, even when it has the chain already.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{json, Value};

use crate::binaries::binary;
use crate::failure::{Failure, Told};
use crate::process::{within, Lifetime, Process};
use crate::rpc;

/// How long a node may take to answer: it compiles the runtime first, ten seconds of processor time, on a machine that
/// may be busy.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// One node starts at a time: each compiles on all processors, so several at once would all be late.
static STARTING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
/// How long blocks may stay away. They come every 3 seconds, unless the machine is very busy.
const BLOCK_WITHIN: Duration = Duration::from_secs(60);

/// How a node is started, besides where its chain is.
#[derive(Clone, Default)]
pub struct Launch {
    /// Words that say of which chain it is, and what it does there.
    pub role: Vec<OsString>,
    /// A program that becomes the node, with its words: it must exec what follows them.
    pub through: Vec<OsString>,
    /// Variables that the node sees besides those of this process.
    pub environment: Vec<(&'static str, OsString)>,
    /// Whether it tells its figures to Prometheus.
    pub metrics: bool,
}

/// Where a node answers on loopback; 0 where the system is to choose.
#[derive(Clone, Copy, Default)]
struct Ports {
    rpc: u16,
    metrics: u16,
    /// For peers: who has once had it as a peer looks for it there.
    peers: u16,
}

/// A node, running or stopped.
pub struct Node {
    process: Process,
    folder: PathBuf,
    lifetime: Lifetime,
    ports: Ports,
    starts: u32,
    launch: Launch,
}

impl Node {
    /// Starts a development chain at block 0 in `folder`, and waits for its first block.
    pub async fn start(folder: &Path, lifetime: Lifetime) -> Told<Self> {
        Self::start_as(folder, lifetime, vec!["--dev".into()]).await
    }

    /// Starts a node at block 0 in `folder`, and waits for its first block. `role` are the words that say of which chain it is,
    /// and what it does there.
    pub async fn start_as(folder: &Path, lifetime: Lifetime, role: Vec<OsString>) -> Told<Self> {
        let launch = Launch {
            role,
            ..Launch::default()
        };
        let node = Self::begin(folder, lifetime, launch).await?;
        node.reach(1).await?;
        Ok(node)
    }

    /// Starts a node at block 0 in `folder`, and waits until it answers: a validator alone among others who are not there makes no
    /// block.
    pub async fn begin(folder: &Path, lifetime: Lifetime, launch: Launch) -> Told<Self> {
        std::fs::create_dir_all(folder)?;
        let (process, ports) = start(folder, lifetime, Ports::default(), 1, &launch).await?;
        let mut node = Self {
            process,
            folder: folder.to_owned(),
            lifetime,
            ports,
            starts: 1,
            launch,
        };
        let address = node.address().await?;
        node.ports.peers = port_behind(&address, "/tcp/").unwrap_or_default();
        Ok(node)
    }

    /// Where clients reach it.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.ports.rpc)
    }

    /// Where Prometheus reaches it, if it has metrics: host and port.
    pub fn metrics(&self) -> Option<String> {
        self.launch
            .metrics
            .then(|| format!("127.0.0.1:{}", self.ports.metrics))
    }

    /// Where a node that is started in a folder has its chain.
    pub fn chain_in(folder: &Path) -> PathBuf {
        folder.join("chain")
    }

    /// How it is started the next time.
    pub fn launch_mut(&mut self) -> &mut Launch {
        &mut self.launch
    }

    /// Its address on loopback, with its peer id.
    pub async fn address(&self) -> Told<String> {
        let addresses = self.addresses().await?;
        addresses
            .into_iter()
            .find(|address| address.starts_with("/ip4/127.0.0.1/tcp/") && address.contains("/p2p/"))
            .ok_or_else(|| Failure::new(format!("{} is nowhere on loopback", self.url())))
    }

    async fn addresses(&self) -> Told<Vec<String>> {
        let addresses = self.ask("system_localListenAddresses", json!([])).await?;
        Ok(serde_json::from_value(addresses).unwrap_or_default())
    }

    /// Its process.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The result of a call of its JSON-RPC, with nothing of the client in between.
    pub async fn ask(&self, method: &str, params: serde_json::Value) -> Told<serde_json::Value> {
        rpc::call(self.ports.rpc, method, params).await
    }

    /// Writes the raw specification of a development chain, with this node to begin at.
    pub async fn specification(&self, path: &Path) -> Told {
        let near = self.address().await?;
        self.specification_by_way_of(path, &near).await
    }

    /// The same, with another peer to begin at.
    pub async fn specification_by_way_of(&self, path: &Path, address: &str) -> Told {
        let export = tokio::process::Command::new(binary("hashcard-node")?)
            .args(["export-chain-spec", "--raw", "--chain"])
            .arg(self.chain())
            .stdin(std::process::Stdio::null())
            .output()
            .await?;
        let mut specification: Value = serde_json::from_slice(&export.stdout)
            .map_err(|error| Failure::new(format!("no specification was exported: {error}")))?;
        specification["bootNodes"] = json!([address]);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(path, specification.to_string())?)
    }

    /// Of which chain it is, as `--chain` takes it.
    fn chain(&self) -> OsString {
        let mut words = self.launch.role.iter();
        let named = words.find(|word| *word == "--chain").and_then(|_| words.next());
        named.cloned().unwrap_or_else(|| "dev".into())
    }

    /// The highest block it has.
    pub async fn best(&self) -> Told<u32> {
        height_of(&rpc::call(self.ports.rpc, "chain_getHeader", json!([])).await?)
    }

    /// The highest final block.
    pub async fn finalized(&self) -> Told<u32> {
        let hash = rpc::call(self.ports.rpc, "chain_getFinalizedHead", json!([])).await?;
        height_of(&rpc::call(self.ports.rpc, "chain_getHeader", json!([hash])).await?)
    }

    /// Waits until it has imported a block of this height or above since it was started.
    pub async fn reach(&self, height: u32) -> Told {
        let mut log = self.process.stderr_lines()?;
        let reached = async {
            loop {
                if imported(&log.next().await?).is_some_and(|seen| seen >= height) {
                    return Ok(());
                }
            }
        };
        // A chain that is far from the height takes longer, as long as blocks come.
        let limit = BLOCK_WITHIN + Duration::from_secs(4) * height.saturating_sub(self.best().await?);
        within(limit, &format!("block {height}"), reached)
            .await
            .map_err(|failure| self.process.blame(failure))
    }

    /// Waits for one more block.
    pub async fn next_block(&self) -> Told<u32> {
        let next = self.best().await? + 1;
        self.reach(next).await?;
        Ok(next)
    }

    /// Waits until a block of this height is final.
    pub async fn finalize(&self, height: u32) -> Told {
        while self.finalized().await? < height {
            self.next_block().await?;
        }
        Ok(())
    }

    /// Ends it at once, as a power cut would.
    pub async fn kill(&mut self) -> Told {
        self.process.kill().await
    }

    /// Asks it to end, and waits until it has.
    pub async fn stop(&mut self) -> Told {
        self.process.stop().await.map(drop)
    }

    /// Starts it again on the same chain and port, and waits until it makes blocks.
    pub async fn start_again(&mut self) -> Told {
        self.begin_again().await?;
        self.next_block().await.map(drop)
    }

    /// Starts it again on the same chain and ports, and waits until it answers.
    pub async fn begin_again(&mut self) -> Told {
        self.starts += 1;
        let (process, ports) =
            start(&self.folder, self.lifetime, self.ports, self.starts, &self.launch).await?;
        self.process = process;
        if ports.rpc != self.ports.rpc {
            return Err(Failure::new(format!(
                "port {} was taken while the node was down",
                self.ports.rpc
            )));
        }
        self.ports = Ports {
            peers: self.ports.peers,
            ..ports
        };
        Ok(())
    }

    /// Whether it has ended, without waiting.
    pub fn has_ended(&mut self) -> Told<bool> {
        self.process.has_ended()
    }

    /// Waits until it ends by itself.
    pub async fn end(&mut self) -> Told<std::process::ExitStatus> {
        self.process.end().await
    }

    /// Lets it run on.
    pub fn leave(self) {
        self.process.leave();
    }
}

/// Starts the node. Gives the ports on which it answers.
async fn start(
    folder: &Path,
    lifetime: Lifetime,
    ports: Ports,
    start: u32,
    launch: &Launch,
) -> Told<(Process, Ports)> {
    let metrics = match launch.metrics {
        true => format!("--prometheus-port={}", ports.metrics),
        false => "--no-prometheus".to_owned(),
    };
    let mut words = launch.through.clone();
    words.push(binary("hashcard-node")?.into_os_string());
    words.extend(
        [
            &metrics,
            "--no-telemetry",
            "--rpc-cors=all",
            &format!("--listen-addr=/ip4/127.0.0.1/tcp/{}", ports.peers),
            &format!("--rpc-port={}", ports.rpc),
        ]
        .map(OsString::from),
    );
    words.extend(launch.role.iter().cloned());
    words.extend(["--base-path".into(), Node::chain_in(folder).into_os_string()]);
    let program = PathBuf::from(words.remove(0));
    let environment: Vec<(&str, &OsStr)> = launch
        .environment
        .iter()
        .map(|(name, value)| (*name, value.as_os_str()))
        .collect();
    let _turn = STARTING.lock().await;
    // A log of its own for each start, so that blocks of an earlier one are not taken for news.
    let name = format!("node-{start}");
    let process = Process::start(&name, &program, &words, &environment, folder, None, lifetime).await?;
    answers_at(process, launch.metrics).await
}

/// Reads of its log where it answers; it says so in any order.
async fn answers_at(mut process: Process, with_metrics: bool) -> Told<(Process, Ports)> {
    let mut log = process.stderr_lines()?;
    let answering = async {
        let mut ports = Ports::default();
        loop {
            let line = tokio::select! {
                line = log.next() => line?,
                status = process.end() => return Err(Failure::new(format!("the node ended at once ({})", status?))),
            };
            if let Some(port) = port_behind(&line, "Prometheus exporter started at 127.0.0.1:") {
                ports.metrics = port;
            }
            if let Some(port) = port_behind(&line, "Running JSON-RPC server: addr=127.0.0.1:") {
                ports.rpc = port;
            }
            if ports.rpc != 0 && (ports.metrics != 0 || !with_metrics) {
                return Ok(ports);
            }
        }
    };
    match within(READY_WITHIN, "the node to answer", answering).await {
        Ok(ports) => Ok((process, ports)),
        Err(failure) => Err(process.blame(failure)),
    }
}

/// The port in `Running JSON-RPC server: addr=127.0.0.1:9944,[::1]:9944`, or in the like of it.
fn port_behind(line: &str, words: &str) -> Option<u16> {
    let (_, port) = line.split_once(words)?;
    port.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The height in `🏆 Imported #12 (0x… → 0x…)`.
fn imported(line: &str) -> Option<u32> {
    let (_, height) = line.split_once("Imported #")?;
    height.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The height in a header, as JSON-RPC gives it.
pub(crate) fn height_of(header: &Value) -> Told<u32> {
    header
        .get("number")
        .and_then(Value::as_str)
        .and_then(|number| u32::from_str_radix(number.trim_start_matches("0x"), 16).ok())
        .ok_or_else(|| Failure::new(format!("no height in {header}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_and_ports_are_read_from_what_a_node_says() {
        assert_eq!(
            imported("2026-11-01 10:00:00 🏆 Imported #12 (0xab…cd → 0xef…01)"),
            Some(12)
        );
        assert_eq!(imported("2026-11-01 10:00:00 💤 Idle (0 peers), best: #3"), None);
        let line = "Running JSON-RPC server: addr=127.0.0.1:43217,[::1]:34567";
        assert_eq!(port_behind(line, "addr=127.0.0.1:"), Some(43217));
        assert_eq!(
            port_behind("/ip4/127.0.0.1/tcp/30333/p2p/12D3", "/tcp/"),
            Some(30333)
        );
        assert_eq!(port_behind(line, "exporter started at 127.0.0.1:"), None);
        assert_eq!(height_of(&json!({"number": "0x1f"})).unwrap(), 31);
    }
}
