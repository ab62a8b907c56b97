//! The figures of the chain beside the node's own metrics: one question to the runtime for each block that is finalised.
//!
//! **A figure that was not read is not exported**: a zero would say something. So a metric begins with its first value, and a
//! node on a runtime without the question exports none. While a node catches up it asks nothing, and of blocks that become
//! final together it asks about the last.

use crate::service::Client;
use futures::{FutureExt, StreamExt};
use hashcard_primitives::{api::FiguresApi, card::WHOLE_SHARE, figures::ChainFigures, Balance, BlockNumber};
use hashcard_runtime::{constants::money::CARD, opaque::Block, Hash};
use sc_client_api::BlockchainEvents;
use sp_api::{ApiError, ApiExt, ProvideRuntimeApi};
use sp_consensus::SyncOracle;
use std::sync::Arc;
use substrate_prometheus_endpoint::{
    register, Counter, Gauge, GaugeVec, Opts, PrometheusError, Registry, F64, U64,
};

/// The version of `FiguresApi` whose answer this program reads.
const API_VERSION: u32 = 1;
/// Picoseconds of a second.
const PICOSECONDS: f64 = 1e12;
/// What a fee multiplier of 1 is written as.
const MULTIPLIER_ONE: f64 = 1e18;

/// How a figure changes.
#[derive(Clone, Copy)]
enum Kind {
    /// It rises and falls.
    Gauge,
    /// It never falls.
    Counter,
}
use Kind::{Counter as Counts, Gauge as Varies};

/// A figure, as Prometheus has it.
struct Figure {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    /// `None` while there is no such thing.
    value: fn(&ChainFigures) -> Option<f64>,
}

const fn figure(
    kind: Kind,
    name: &'static str,
    help: &'static str,
    value: fn(&ChainFigures) -> Option<f64>,
) -> Figure {
    Figure {
        name,
        help,
        kind,
        value,
    }
}

/// Cards by kind have a label, and stand apart.
const IN_FEED: &str = "hashcard_cards_in_feed";
/// The block that all others are of.
const FIGURES_BLOCK: &str = "hashcard_figures_block";

/// All that have no label.
#[rustfmt::skip]
const FIGURES: &[Figure] = &[
    figure(Varies, "hashcard_issued_tokens", "CARD that there are: minted and not burnt", |f| cards(f.money.issued)),
    figure(Varies, "hashcard_treasury_tokens", "CARD of the treasury's account", |f| cards(f.money.treasury)),
    figure(Varies, "hashcard_block_execution_seconds", "Execution that the block was charged", |f| Some(f.block.picoseconds_used as f64 / PICOSECONDS)),
    figure(Varies, "hashcard_block_execution_limit_seconds", "Most that a block can be charged", |f| Some(f.block.picoseconds_most as f64 / PICOSECONDS)),
    figure(Varies, "hashcard_fee_multiplier_ratio", "What the price of execution is multiplied by; 1 on an empty chain", |f| Some(f.block.fee_multiplier as f64 / MULTIPLIER_ONE)),
    figure(Counts, "hashcard_cards_published_total", "Cards ever published", |f| Some(f.cards.published as f64)),
    figure(Counts, "hashcard_orders_made_total", "Orders and offers ever made", |f| Some(f.keys.orders_made as f64)),
    figure(Varies, "hashcard_unclaimed_sales_tokens", "CARD that accounts are owed from sales and could not take", |f| cards(f.keys.unclaimed)),
    figure(Counts, "hashcard_pools_opened_total", "Pools ever opened", |f| Some(f.channels.pools_opened as f64)),
    figure(Varies, "hashcard_unclaimed_deliveries_tokens", "CARD that accounts are owed for bytes and could not take", |f| cards(f.channels.unclaimed)),
    figure(Varies, "hashcard_era", "Number of the running era", |f| Some(f.rewards.era.into())),
    figure(Varies, "hashcard_era_started_block", "First block of the running era", |f| Some(f.rewards.era_started_at.into())),
    figure(Varies, "hashcard_era_length_blocks", "Blocks with room that make an era", |f| Some(f.rewards.era_blocks.into())),
    figure(Varies, "hashcard_era_blocks_with_room", "Blocks of the running era that had room for proofs", |f| Some(f.rewards.blocks_with_room.into())),
    figure(Varies, "hashcard_era_pot_tokens", "Most CARD that is minted for the running era, so far", |f| cards(f.rewards.pot)),
    figure(Varies, "hashcard_era_delivery_credit_tokens", "Credit from deliveries in the running era, in CARD", |f| cards(f.rewards.delivery_credit)),
    figure(Varies, "hashcard_era_sale_credit_tokens", "Credit from sales in the running era, in CARD", |f| cards(f.rewards.sale_credit)),
    figure(Varies, "hashcard_last_era_pot_tokens", "Most CARD that is minted for the era that ended last", |f| cards(f.rewards.last?.pot)),
    figure(Varies, "hashcard_last_era_granted_tokens", "CARD minted for the era that ended last, or promised", |f| cards(f.rewards.last?.granted)),
    figure(Varies, "hashcard_last_era_credit_tokens", "Credit of the era that ended last, in CARD", |f| cards(f.rewards.last?.credit)),
    figure(Varies, "hashcard_emission_author_tokens", "CARD minted for the author of each block", |f| cards(f.rewards.emission.author_per_block)),
    figure(Varies, "hashcard_emission_treasury_tokens", "CARD minted for the treasury with each block", |f| cards(f.rewards.emission.treasury_per_block)),
    figure(Varies, "hashcard_emission_seeders_tokens", "Most CARD that seeders can be rewarded for each block", |f| cards(f.rewards.emission.seeders_per_block)),
    figure(Varies, "hashcard_credit_share_ratio", "Part of a burnt fee that becomes credit", |f| Some(f64::from(f.rewards.emission.credit_share) / f64::from(WHOLE_SHARE))),
    figure(Counts, "hashcard_endowments_made_total", "Endowments ever made", |f| Some(f.rewards.endowments_made as f64)),
    figure(Varies, "hashcard_endowed_tokens", "CARD that is left of all endowments", |f| cards(f.rewards.endowed)),
    figure(Varies, "hashcard_session", "Number of the running session", |f| Some(f.validators.session.into())),
    figure(Varies, "hashcard_validators", "Validators of the running session", |f| Some(f.validators.validators.into())),
    figure(Varies, "hashcard_validators_disabled", "Of those, who may make no blocks because of an offence", |f| Some(f.validators.disabled.into())),
    figure(Varies, "hashcard_validators_silent", "Who made no block in the session that ended last", |f| Some(f.validators.silent.into())),
    figure(Varies, "hashcard_validators_planned", "Validators of the next session, as planned", |f| Some(f.validators.planned.into())),
    figure(Varies, "hashcard_validators_limit", "Most validators of a session", |f| Some(f.validators.most_validators.into())),
    figure(Varies, "hashcard_candidates", "Candidates", |f| Some(f.validators.candidates.into())),
    figure(Varies, "hashcard_candidates_least", "Fewest candidates that make another set", |f| Some(f.validators.least_validators.into())),
    figure(Varies, "hashcard_bonded_tokens", "CARD that all candidates have bonded", |f| cards(f.validators.bonded)),
];

fn cards(amount: Balance) -> Option<f64> {
    Some(amount as f64 / CARD as f64)
}

/// Reads and exports the figures until the node ends. To be spawned as a task that may block: the runtime is asked in it.
pub async fn export(client: Arc<Client>, sync: Arc<dyn SyncOracle + Send + Sync>, registry: Registry) {
    let mut finalised = client.finality_notification_stream();
    let mut exported = Exported::new(registry);
    let mut said_absent = false;
    while let Some(mut last) = finalised.next().await {
        while let Some(Some(later)) = finalised.next().now_or_never() {
            last = later;
        }
        if sync.is_major_syncing() {
            continue;
        }
        match read(&client, last.hash) {
            Ok(Some(figures)) => {
                if let Err(error) = exported.set(last.header.number, &figures) {
                    tracing::warn!(
                        "The figures of the chain are no longer exported: Prometheus' registry takes no metric of \
                         theirs: {error}"
                    );
                    return;
                }
            }
            Ok(None) if !said_absent => {
                said_absent = true;
                tracing::info!("The runtime tells no figures of the chain; none are exported until it does.");
            }
            Ok(None) => {}
            Err(error) => tracing::debug!("No figures of block {}: {error}", last.hash),
        }
    }
}

/// The figures at a block; `None` where the runtime does not tell them in this version.
fn read(client: &Client, at: Hash) -> Result<Option<ChainFigures>, ApiError> {
    let api = client.runtime_api();
    if !api.has_api_with::<dyn FiguresApi<Block>, _>(at, |version| version == API_VERSION)? {
        return Ok(None);
    }
    api.figures(at).map(Some)
}

#[derive(Clone)]
enum Metric {
    Gauge(Gauge<F64>),
    Counter(Counter<F64>),
}

/// What is exported so far.
struct Exported {
    registry: Registry,
    /// In the order of [`FIGURES`]; `None` before the first value.
    metrics: Vec<Option<Metric>>,
    labelled: Option<(GaugeVec<U64>, Gauge<U64>)>,
}

impl Exported {
    fn new(registry: Registry) -> Self {
        Self {
            registry,
            metrics: vec![None; FIGURES.len()],
            labelled: None,
        }
    }

    /// Errors: another metric has the name of one of these.
    fn set(&mut self, block: BlockNumber, figures: &ChainFigures) -> Result<(), PrometheusError> {
        for (figure, slot) in FIGURES.iter().zip(&mut self.metrics) {
            let Some(value) = (figure.value)(figures) else {
                continue;
            };
            let metric = match slot {
                Some(metric) => metric,
                None => slot.insert(figure.register(&self.registry)?),
            };
            match metric {
                Metric::Gauge(gauge) => gauge.set(value),
                // It counts from what the chain has; a node that starts begins there.
                Metric::Counter(counter) => counter.inc_by((value - counter.get()).max(0.0)),
            }
        }
        let (in_feed, of_block) = match &self.labelled {
            Some(labelled) => labelled,
            None => self.labelled.insert(register_labelled(&self.registry)?),
        };
        for (kind, count) in &figures.cards.in_feed {
            let kind = format!("{kind:?}").to_lowercase();
            in_feed.with_label_values(&[kind.as_str()]).set(*count);
        }
        of_block.set(block.into());
        Ok(())
    }
}

impl Figure {
    fn register(&self, registry: &Registry) -> Result<Metric, PrometheusError> {
        Ok(match self.kind {
            Varies => Metric::Gauge(register(Gauge::new(self.name, self.help)?, registry)?),
            Counts => Metric::Counter(register(Counter::new(self.name, self.help)?, registry)?),
        })
    }
}

fn register_labelled(registry: &Registry) -> Result<(GaugeVec<U64>, Gauge<U64>), PrometheusError> {
    let opts = Opts::new(IN_FEED, "Cards that are neither replies nor retired, by kind");
    let in_feed = register(GaugeVec::new(opts, &["kind"])?, registry)?;
    let of_block = Gauge::new(FIGURES_BLOCK, "The finalised block that all these are of")?;
    Ok((in_feed, register(of_block, registry)?))
}

#[cfg(test)]
mod tests;
