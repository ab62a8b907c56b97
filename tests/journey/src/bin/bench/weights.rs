//! What redemptions and claims take of a block, as the runtime itself says. The weights are those of the calls; a signed
//! transaction's extensions come on top, the same for every call.

use codec::{Compact, Decode, Encode};
use hashcard_chain::{Chain, Signer};
use hashcard_journey_tests::{Failure, Node, Told, DEV_PHRASE};
use hashcard_primitives::channel::{SignedVoucher, Vouchers, MAX_LINES, MAX_REDEEMED_LINES, MAX_VOUCHERS};
use hashcard_primitives::leaf::LeafPath;
use hashcard_primitives::reward::{
    CollectedClaims, Leaf, PossessionProof, PossessionProofs, MAX_COLLECTED, MAX_PROOFS,
};

use crate::runtime::{api, Described};
use crate::vouchers::voucher;

/// Format 4, without a signature: what an extrinsic's bytes begin with.
const BARE: u8 = 4;
/// Bytes of a signed transaction beside its call: length, format, sender, signature, era, number, tip, mode.
const SIGNED_BYTES: usize = 4 + 1 + 33 + 65 + 2 + 4 + 1 + 1;
/// Nodes beside the path from the root of a GiB to a leaf.
const PATH_LEN: usize = 20;
/// Bytes of a leaf.
const LEAF_LEN: usize = 1024;
/// A part of the largest number: a chain of its own shows its blocks to no relay chain.
const UNLIMITED_PROOF: u64 = u64::MAX / 4;
/// Weight counts picoseconds.
const PER_MILLISECOND: f64 = 1e9;
const CARD: f64 = 1e12;

/// Time and proof, as `sp_weights::Weight` is encoded.
#[derive(Decode, Clone, Copy)]
struct Weight {
    #[codec(compact)]
    time: u64,
    #[codec(compact)]
    proof: u64,
}

/// `frame_system::limits::WeightsPerClass`.
#[derive(Decode)]
struct ClassWeights {
    base: Weight,
    most_each: Option<Weight>,
    most: Option<Weight>,
    _reserved: Option<Weight>,
}

/// `frame_system::limits::BlockWeights`, as far as its first class, the normal one.
#[derive(Decode)]
struct BlockWeights {
    _base: Weight,
    _most: Weight,
    normal: ClassWeights,
}

/// What a block has for normal transactions.
struct Room {
    /// Weight of a transaction that does nothing.
    base: Weight,
    /// Of one transaction, at most.
    most_each: Weight,
    /// Of all, at most.
    most: Weight,
    /// Bytes of all, at most.
    bytes: u32,
}

/// A call of which something is repeated.
struct Call {
    name: String,
    bytes: Vec<u8>,
    things: u32,
    thing: &'static str,
    /// Money for sending it signed, where the client can say.
    fee: Option<u128>,
}

/// Asks and prints.
pub async fn print(node: &Node, described: &Described) -> Told {
    let weights: BlockWeights = described.constant("System", "BlockWeights")?;
    let unlimited = || Failure::new("the normal class has no limit");
    let room = Room {
        base: weights.normal.base,
        most_each: weights.normal.most_each.ok_or_else(unlimited)?,
        most: weights.normal.most.ok_or_else(unlimited)?,
        // `frame_system::limits::BlockLength`: the normal class comes first.
        bytes: described.constant("System", "BlockLength")?,
    };
    let proof = match room.most.proof {
        UNLIMITED_PROOF.. => "any size of proof".to_owned(),
        limited => format!("{} KiB of proof", limited >> 10),
    };
    println!(
        "\na block has for normal transactions {:.0} ms, {proof} and {} KiB",
        room.most.time as f64 / PER_MILLISECOND,
        room.bytes >> 10
    );
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>9} {:>8} {:>9}  in a block",
        "", "ms", "proof KiB", "KiB", "of block", "in one", "fee CARD"
    );
    for call in calls(node, described).await? {
        let weight = weight_of(node, &call.bytes).await?;
        print_call(&call, weight, &room);
    }
    Ok(())
}

async fn calls(node: &Node, described: &Described) -> Told<Vec<Call>> {
    let failed = |error: hashcard_chain::ChainError| Failure::new(error.to_string());
    let chain = Chain::connect(&node.url()).await.map_err(failed)?;
    let signer = Signer::from_phrase(DEV_PHRASE, "//Alice").map_err(failed)?;
    let mut calls = Vec::new();
    for (count, lines) in [(MAX_VOUCHERS, 1), (MAX_REDEEMED_LINES / MAX_LINES, MAX_LINES)] {
        let one = SignedVoucher {
            voucher: voucher(lines),
            signature: [0; 64],
        };
        let vouchers = vec![one; count as usize];
        let fee = chain
            .redeem_fee(&signer, vouchers.clone())
            .await
            .map_err(failed)?;
        let argument = Vouchers::truncate_from(vouchers);
        calls.push(Call {
            name: format!("redeem {count}, lines each: {lines}"),
            bytes: (described.call("Channels", "redeem")?, argument).encode(),
            things: count,
            thing: "vouchers",
            fee: Some(fee),
        });
    }
    let proof = PossessionProof {
        card: 1,
        leaf: Leaf::truncate_from(vec![0; LEAF_LEN]),
        path: LeafPath::truncate_from(vec![[0; 32]; PATH_LEN]),
    };
    let proofs = PossessionProofs::truncate_from(vec![proof; MAX_PROOFS as usize]);
    calls.push(Call {
        name: format!("prove {MAX_PROOFS}"),
        bytes: (described.call("Rewards", "prove")?, 1u32, proofs).encode(),
        things: MAX_PROOFS,
        thing: "claims proven",
        fee: None,
    });
    let claims = CollectedClaims::truncate_from((0..MAX_COLLECTED).map(|card| (1, card.into())).collect());
    calls.push(Call {
        name: format!("collect {MAX_COLLECTED}"),
        bytes: (described.call("Rewards", "collect")?, [9u8; 32], claims).encode(),
        things: MAX_COLLECTED,
        thing: "claims collected",
        fee: None,
    });
    Ok(calls)
}

/// What the runtime says that a call weighs.
async fn weight_of(node: &Node, call: &[u8]) -> Told<Weight> {
    // Weight, class, fee (pallet-transaction-payment, `RuntimeDispatchInfo`); without a signature there is no fee.
    type Info = (Weight, u8, u128);
    let mut arguments = Compact((call.len() + 1) as u32).encode();
    arguments.push(BARE);
    arguments.extend(call);
    let len = arguments.len() as u32;
    len.encode_to(&mut arguments);
    let (weight, ..): Info = api(node, "TransactionPaymentApi_query_info", &arguments).await?;
    Ok(weight)
}

fn print_call(call: &Call, weight: Weight, room: &Room) {
    let bytes = call.bytes.len() + SIGNED_BYTES;
    // The larger of the three decides how many fit.
    let shares = [
        weight.time.saturating_add(room.base.time) as f64 / room.most.time as f64,
        weight.proof.saturating_add(room.base.proof) as f64 / room.most.proof as f64,
        bytes as f64 / f64::from(room.bytes),
    ];
    let share = shares.into_iter().fold(0.0, f64::max);
    let calls = (1.0 / share).floor();
    let fits = weight.time <= room.most_each.time && weight.proof <= room.most_each.proof;
    println!(
        "{:<34} {:>9.2} {:>9.1} {:>9.1} {:>8.1}% {:>8} {:>9}  {}",
        call.name,
        weight.time as f64 / PER_MILLISECOND,
        weight.proof as f64 / 1024.0,
        bytes as f64 / 1024.0,
        share * 100.0,
        if fits { format!("{calls}") } else { "0".to_owned() },
        call.fee
            .map_or("refunded".to_owned(), |fee| format!("{:.4}", fee as f64 / CARD)),
        match fits {
            true => format!("{} {}", calls * f64::from(call.things), call.thing),
            false => "none: one transaction may not weigh so much".to_owned(),
        }
    );
}
