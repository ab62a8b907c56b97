//! What a light client costs: seconds from a cold start to the first feed page, from genesis and from a checkpoint, of a young chain and
//! of one that has grown; and seconds, proofs and bytes of each question after that.
//!
//! **Everything goes through a peer that counts it**, so bytes are those that were on the wire, without what the transport adds. The
//! chain has epochs of ten slots, and its validator takes new keys in each: every other epoch another set of authorities, of which
//! a client from genesis must be given a proof.

use std::ffi::OsString;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Instant;

use codec::Decode;
use futures::{stream, StreamExt};
use hashcard_chain::{Chain, PublishContent, Signer, Wait};
use hashcard_journey_tests::between::{Between, Carried, FINALITY, PROOFS};
use hashcard_journey_tests::figures::{extremes, median};
use hashcard_journey_tests::memory::peak_of;
use hashcard_journey_tests::{binary, ensure, Failure, Home, Lifetime, Node, Told, DEV_PHRASE};
use hashcard_primitives::card::{Kind, Listing};
use hashcard_primitives::feed::{Feed, FeedQuery};
use serde_json::{json, Value};
use subxt::config::substrate::SubstrateConfig;
use subxt::dynamic;
use subxt::OnlineClient;

use crate::runtime::bytes_of;

/// Slots of an epoch: the least in which votes and digests surely find their blocks.
const EPOCH_SLOTS: u32 = 10;
/// Height of the young chain.
const YOUNG: u32 = 100;
/// Cards that are on their way at a time, for each account: more than a block's slot takes to be included.
const AT_A_TIME: usize = 100;
/// Accounts that publish.
const AUTHORS: [&str; 4] = ["//Bob", "//Charlie", "//Dave", "//Eve"];
/// Cards of a page.
const PAGE: u32 = 20;
/// Pages after the first.
const PAGES: usize = 10;

/// Measures and prints.
pub async fn light(rounds: usize, blocks: u32, cards: usize) -> Told {
    let folder = tempfile::Builder::new().prefix("hashcard-bench-").tempdir()?;
    let stage = folder.path();
    let node = start(stage).await?;
    let between = Between::start(&node, None).await?;
    let network = stage.join("genesis.json");
    node.specification_by_way_of(&network, between.address()).await?;
    let reader = Home::empty(stage, "reader", "", &node.url(), Lifetime::Bound)?;
    let here = Here {
        node,
        between,
        reader,
        stage: stage.to_owned(),
        network,
        rounds,
    };
    for (height, cards) in [(YOUNG, cards / 20), (blocks.max(YOUNG), cards)] {
        futures::try_join!(here.publish(cards), here.grow(height))?;
        here.measure().await?;
    }
    Ok(())
}

/// A chain with short epochs and one validator.
async fn start(stage: &Path) -> Told<Node> {
    let export = tokio::process::Command::new(binary("hashcard-node")?)
        .args(["export-chain-spec", "--chain", "dev"])
        .output()
        .await?;
    let mut spec: Value =
        serde_json::from_slice(&export.stdout).map_err(|error| Failure::new(error.to_string()))?;
    *spec
        .pointer_mut("/genesis/runtimeGenesis/patch/lengths/epochSlots")
        .ok_or_else(|| Failure::new("a specification without the length of an epoch"))? = json!(EPOCH_SLOTS);
    let path = stage.join("chain.json");
    std::fs::write(&path, spec.to_string())?;
    let mut role: Vec<OsString> = vec!["--chain".into(), path.into()];
    let words = [
        "--alice",
        "--validator",
        "--force-authoring",
        "--no-mdns",
        "--rpc-methods=unsafe",
        "--unsafe-force-node-key-generation",
    ];
    role.extend(words.map(OsString::from));
    Node::start_as(&stage.join("node"), Lifetime::Bound, role).await
}

struct Here {
    node: Node,
    between: Between,
    reader: Home,
    stage: PathBuf,
    network: PathBuf,
    rounds: usize,
}

/// What something took.
#[derive(Clone, Copy, Default)]
struct Taken {
    seconds: f64,
    all: Carried,
    proofs: Carried,
    finality: Carried,
}

impl Here {
    /// Publishes cards until there are so many.
    async fn publish(&self, cards: usize) -> Told {
        let chain = Chain::connect(&self.node.url()).await.map_err(said)?;
        let there = chain
            .at_best()
            .await
            .map_err(said)?
            .next_card()
            .await
            .map_err(said)?;
        let missing = cards.saturating_sub(usize::try_from(there).unwrap_or(usize::MAX));
        let signers: Vec<Signer> = AUTHORS
            .iter()
            .map(|author| Signer::from_phrase(DEV_PHRASE, author))
            .collect::<Result<_, _>>()
            .map_err(said)?;
        let mut publishing = stream::iter(0..missing)
            .map(|number| {
                let (chain, signer) = (chain.clone(), signers[number % signers.len()].clone());
                async move {
                    let listing = listing(number)?;
                    let published = chain.publish(&signer, listing, PublishContent::Inline, Wait::Best);
                    published.await.map_err(said).map(drop)
                }
            })
            .buffer_unordered(AT_A_TIME * AUTHORS.len());
        while let Some(published) = publishing.next().await {
            published?;
        }
        Ok(())
    }

    /// Waits for a height, with new keys for the validator in every epoch.
    async fn grow(&self, height: u32) -> Told {
        loop {
            let at = self.node.best().await?;
            if at >= height {
                return self.node.finalize(height.saturating_sub(3)).await;
            }
            self.rotate().await?;
            self.node.reach(height.min(at + EPOCH_SLOTS)).await?;
        }
    }

    /// Gives the validator new session keys.
    async fn rotate(&self) -> Told {
        let signer = subxt_signer::sr25519::dev::alice();
        let account = format!("0x{}", hex::encode(signer.public_key().0));
        let made = self
            .node
            .ask("author_rotateKeysWithOwner", json!([account]))
            .await?;
        let (keys, proof) = (bytes_of(&made["keys"])?, bytes_of(&made["proof"])?);
        ensure(keys.len() == 64, || format!("two keys in {made}"))?;
        let keys = dynamic::Value::named_composite([
            ("babe", dynamic::Value::from_bytes(&keys[..32])),
            ("grandpa", dynamic::Value::from_bytes(&keys[32..])),
        ]);
        let call = dynamic::transaction("Session", "set_keys", (keys, dynamic::Value::from_bytes(proof)));
        let client = OnlineClient::<SubstrateConfig>::from_url(self.node.url())
            .await
            .map_err(said)?;
        let at = client.at_current_block().await.map_err(said)?;
        let sent = at.transactions().sign_and_submit_default(&call, &signer).await;
        sent.map_err(said).map(drop)
    }

    async fn measure(&self) -> Told {
        let chain = Chain::connect(&self.node.url()).await.map_err(said)?;
        let cards = chain.at_finalized().await.map_err(said)?;
        let cards = cards.next_card().await.map_err(said)?;
        let sets = self
            .node
            .ask("state_call", json!(["GrandpaApi_current_set_id", "0x"]))
            .await?;
        let sets = u64::decode(&mut &bytes_of(&sets)?[..]).map_err(said)?;
        println!(
            "\nA chain of {} blocks, {sets} changes of the set of authorities, {cards} cards",
            self.node.best().await?
        );
        let made = chain
            .checkpoint(vec![self.between.address().to_owned()])
            .await
            .map_err(said)?;
        let checkpoint = self.stage.join("checkpoint.json");
        std::fs::write(&checkpoint, &made.specification)?;

        println!(
            "\n{:<46} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9} {:>9} {:>9}",
            "from a cold start to the first page",
            "least",
            "median",
            "most",
            "MiB",
            "proofs",
            "of them",
            "finality",
            "all bytes"
        );
        for (name, specification) in [
            ("a process, from genesis", &self.network),
            ("a process, from a checkpoint", &checkpoint),
        ] {
            self.cold(name, specification).await?;
        }
        self.warm(&checkpoint).await
    }

    /// Starts of the program, and what they cost.
    async fn cold(&self, name: &str, specification: &Path) -> Told {
        let (mut seconds, mut peaks) = (Vec::new(), Vec::new());
        let mut last = Taken::default();
        for _ in 0..self.rounds {
            let (peak, taken) = self
                .taken(async {
                    let words = ["discover", "--limit", &PAGE.to_string()];
                    let run = self.reader.command(&words).light(specification).start().await?;
                    let (ran, peak) = peak_of(run).await?;
                    let feed = ran.outcome()?;
                    let cards = feed["cards"].as_array().map_or(0, Vec::len);
                    ensure(cards > 0, || feed.to_string())?;
                    Ok(peak)
                })
                .await?;
            seconds.push(taken.seconds);
            peaks.push(peak as f64 / f64::from(1 << 20));
            last = taken;
        }
        let (least, most) = extremes(&seconds);
        println!(
            "{name:<46} {least:>7.2} {:>7.2} {most:>7.2} {:>7.1} {:>7} {:>9} {:>9} {:>9}",
            median(&seconds),
            median(&peaks),
            last.proofs.streams,
            last.proofs.down,
            last.finality.down,
            last.all.up + last.all.down
        );
        Ok(())
    }

    /// Questions of a client that runs.
    async fn warm(&self, specification: &Path) -> Told {
        println!(
            "\n{:<46} {:>7} {:>7} {:>9} {:>9}",
            "in a client that runs", "seconds", "proofs", "of them", "all bytes"
        );
        let place = format!("light:{}", specification.display());
        let (chain, joined) = self
            .taken(async { Chain::connect(&place).await.map_err(said) })
            .await?;
        show("joining: peers, finality, the runtime", joined);
        let then = chain.at_finalized().await.map_err(said)?;
        let mut query = FeedQuery {
            feed: Feed::All,
            kind: None,
            creator: None,
            tag: None,
            max_price: None,
            since: None,
            cursor: None,
            limit: PAGE,
        };
        let (page, first) = self
            .taken(async { then.feed(query.clone()).await.map_err(said) })
            .await?;
        show("the newest page", first);
        let card = page
            .cards
            .first()
            .ok_or_else(|| Failure::new("a feed without cards"))?
            .id;
        query.cursor = page.next;
        let (mut further, mut slowest) = (Vec::new(), Taken::default());
        while query.cursor.is_some() && further.len() < PAGES {
            let (page, taken) = self
                .taken(async { then.feed(query.clone()).await.map_err(said) })
                .await?;
            query.cursor = page.next;
            further.push(taken.seconds);
            if taken.seconds > slowest.seconds {
                slowest = taken;
            }
        }
        if !further.is_empty() {
            show(
                &format!("slowest of {} pages further down", further.len()),
                slowest,
            );
            println!("{:<46} {:>7.3}", "  their median", median(&further));
        }
        let (_, one) = self.taken(async { then.card(card).await.map_err(said) }).await?;
        show("a card", one);
        let (_, seats) = self.taken(async { then.seats(card).await.map_err(said) }).await?;
        show("its seats", seats);
        let (_, key) = self
            .taken(async { then.key(card, 0).await.map_err(said) })
            .await?;
        show("who holds its key 0", key);
        Ok(())
    }

    async fn taken<T>(&self, work: impl Future<Output = Told<T>>) -> Told<(T, Taken)> {
        let count = || {
            (
                self.between.all(),
                self.between.carried(PROOFS),
                self.between.carried(FINALITY),
            )
        };
        let (before, began) = (count(), Instant::now());
        let value = work.await?;
        let (seconds, after) = (began.elapsed().as_secs_f64(), count());
        let taken = Taken {
            seconds,
            all: after.0.since(before.0),
            proofs: after.1.since(before.1),
            finality: after.2.since(before.2),
        };
        Ok((value, taken))
    }
}

fn show(what: &str, taken: Taken) {
    println!(
        "{what:<46} {:>7.3} {:>7} {:>9} {:>9}",
        taken.seconds,
        taken.proofs.streams,
        taken.proofs.down,
        taken.all.up + taken.all.down
    );
}

/// A post that is like no other.
fn listing(number: usize) -> Told<Listing> {
    let long = |_| Failure::new("a text that is too long");
    let text =
        format!("Card {number}: a post of a length that posts have, and of which no two are the same.");
    Ok(Listing {
        kind: Kind::Post,
        title: format!("Card {number}").into_bytes().try_into().map_err(long)?,
        tags: Default::default(),
        preview: text.into_bytes().try_into().map_err(long)?,
        in_reply_to: None,
        supersedes: None,
        royalty: 0,
        delivery_share: 0,
        price: 0,
        editions: None,
        collaborators: Default::default(),
    })
}

fn said(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}
