//! A seeder who lies: a seat on chain like any other, an honest copy in the store, and one wrong chunk for everybody who
//! asks.
//!
//! **No program of the product has a switch for this.** It is its own program, over the same crates. It prints lines of
//! JSON: `ready`, `announced`, then `lied` each time, until SIGTERM.

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;

use clap::Parser;
use hashcard_chain::{Chain, Signer, Wait};
use hashcard_journey_tests::{Failure, Told, DEV_PHRASE};
use hashcard_net::{peer_text, Blobs, Config, HeldBlob, Network, NetworkLimits, NotServed};
use hashcard_primitives::blob::ContentRoot;
use hashcard_primitives::coverage::Coverage;
use hashcard_primitives::seeder::Delta;
use hashcard_store::{Options, Store};
use rand::RngCore;
use serde_json::{json, Value};
use tokio::signal::unix::{signal, SignalKind};
use zeroize::Zeroizing;

/// Serves one card from a store that a `hashcard` home has filled, and lies.
#[derive(Parser, Debug)]
#[command(name = "liar")]
struct Arguments {
    /// WebSocket of the node
    #[arg(long)]
    node: String,
    /// Account of the development chain
    #[arg(long)]
    account: String,
    /// Store of a home that has fetched the card, and that no process owns
    #[arg(long)]
    store: PathBuf,
    /// Number of the card
    #[arg(long)]
    card: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match lie(Arguments::parse()).await {
        Ok(lies) => {
            say(&json!({"outcome": "lied", "lies": lies}));
            ExitCode::SUCCESS
        }
        Err(failure) => {
            say(
                &json!({"error": {"code": "failed", "exit": 1, "message": failure.to_string(), "remedy": "see the log"}}),
            );
            ExitCode::FAILURE
        }
    }
}

async fn lie(arguments: Arguments) -> Told<u64> {
    let chain = Chain::connect(&arguments.node).await.map_err(said)?;
    let signer = Signer::from_phrase(DEV_PHRASE, &format!("//{}", arguments.account)).map_err(said)?;
    let card = chain.card(arguments.card).await.map_err(said)?;
    let blob = card
        .and_then(|card| card.card.blob)
        .ok_or_else(|| Failure::new("there is no such card with a blob"))?;

    let store = Store::open(&arguments.store, Options::default()).map_err(said)?;
    let liar = Arc::new(Liar {
        store,
        lie_next: AtomicBool::new(false),
        lies: AtomicU64::new(0),
    });
    let mut identity = Zeroizing::new([0; 32]);
    rand::rngs::OsRng.fill_bytes(identity.as_mut());
    let config = Config {
        identity,
        listen: vec![([127, 0, 0, 1], 0).into()],
        announce: Vec::new(),
        banned: Vec::new(),
        limits: NetworkLimits::default(),
    };
    let network = Network::start(config, liar.clone()).await.map_err(said)?;
    say(&json!({"event": "ready", "peer": peer_text(&network.peer_id())}));

    chain
        .register_seeder(&signer, network.peer_id(), network.addresses(), Wait::Best)
        .await
        .map_err(said)?;
    let bond = chain.min_seat_bond().await.map_err(said)?;
    let coverage = Coverage::all(blob.len);
    let join = Delta::Join {
        card: arguments.card,
        coverage,
        price_per_mib: None,
        bond,
    };
    let joined = chain.apply(&signer, vec![join], Wait::Best).await.map_err(said)?;
    say(&json!({"event": "announced", "joined": [arguments.card], "block": joined.at.number}));

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    network.stop().await;
    Ok(liar.lies.load(Ordering::SeqCst))
}

/// Honest about what he holds. Whoever asks that is about to fetch, and the first chunk that he then asks for is wrong.
struct Liar {
    store: Store,
    lie_next: AtomicBool,
    lies: AtomicU64,
}

impl Blobs for Liar {
    fn held(&self, root: &ContentRoot) -> Option<HeldBlob> {
        let held = self.store.held(*root).ok()?;
        let blob_len = self
            .store
            .list()
            .ok()?
            .into_iter()
            .find(|blob| blob.root == *root)?
            .len;
        self.lie_next.store(true, Ordering::SeqCst);
        Some(HeldBlob {
            blob_len,
            bitfield: held.to_bytes(),
        })
    }

    fn slice(&self, root: &ContentRoot, chunk: u64) -> Result<Vec<u8>, NotServed> {
        let mut slice = self
            .store
            .slice(*root, chunk)
            .map_err(|error| NotServed::Failed(error.to_string()))?;
        if self.lie_next.swap(false, Ordering::SeqCst) {
            // The end of a slice is content: one bit of it is enough.
            if let Some(byte) = slice.last_mut() {
                *byte ^= 1;
            }
            let lies = self.lies.fetch_add(1, Ordering::SeqCst) + 1;
            say(&json!({"event": "lied", "chunk": chunk, "lies": lies}));
        }
        Ok(slice)
    }
}

fn say(line: &Value) {
    println!("{line}");
}

fn said(error: impl Display) -> Failure {
    Failure::new(error.to_string())
}
