//! Events in a line each.

use hashcard_engine::command::{Event, PeerState};

use super::{bytes, counted, peer, rewards, safe, validator::about};

/// An event in a line; `None` for those that only a bar shows.
pub fn event(event: &Event) -> Option<String> {
    Some(match event {
        Event::Reading { .. }
        | Event::Chunk { .. }
        | Event::Opening { .. }
        | Event::Verifying { .. }
        | Event::Served { .. } => return None,
        Event::Following { block, head } => format!("the index is at block {block} of {head} ..."),
        Event::Indexing { cards, total } => format!("the index has {cards} of {total} cards ..."),
        Event::Sending { call, .. } => format!("sending {call} ..."),
        Event::Included { call, block, fee } => format!("{call} is in block {block}, fee {fee}"),
        Event::Stored { root, blob_len } => format!("sealed and stored: {root}, {}", bytes(*blob_len)),
        Event::Price { card, price, .. } => format!("a key of card {card} costs {price}"),
        Event::Ordered {
            order,
            price,
            deadline,
            ..
        } => {
            format!("order {order}: {price} are held; the seller has until block {deadline}")
        }
        Event::OrderFinalized { order } => format!("order {order} is final; waiting for the seller ..."),
        Event::Chosen {
            edition,
            price,
            seller,
            ..
        } => format!("{seller} sells key {edition} for {price}"),
        Event::OfferMade {
            offer, price, until, ..
        } => format!("offer {offer}: {price} are held until a holder accepts, or until block {until}"),
        Event::OfferAccepted {
            offer,
            edition,
            seller,
        } => format!("{seller} accepted offer {offer}: key {edition}"),
        Event::Fulfilled { order, edition, .. } => format!("order {order} is fulfilled: key {edition}"),
        Event::FalseKeyReported { card, refunded, .. } => {
            let money = refunded.map_or_else(String::new, |amount| format!("; {amount} came back"));
            format!("the false key of card {card} is proven{money}")
        }
        Event::Sources { seats, .. } => format!("{} on chain", counted(*seats, "seat")),
        Event::Cost {
            card,
            seeders,
            at_most,
            budget,
        } => format!(
            "card {card} costs {at_most} at most, from {}; no more than {budget} are promised",
            counted(*seeders, "seeder")
        ),
        Event::Peer { peer, state, reason } => {
            let state = match state {
                PeerState::Connected => "connected",
                PeerState::Lost => "lost",
                PeerState::Banned => "banned",
            };
            match reason {
                Some(reason) => format!("{peer}: {state}, {}", safe(reason)),
                None => format!("{peer}: {state}"),
            }
        }
        Event::Blob {
            chunks,
            already_held,
            peers,
            ..
        } => {
            let from: Vec<String> = peers.iter().map(peer).collect();
            let held = if *already_held > 0 {
                format!(", {already_held} were here already")
            } else {
                String::new()
            };
            let from = if from.is_empty() {
                String::new()
            } else {
                format!("\n  {}", from.join("\n  "))
            };
            format!(
                "all {} are here and match the card{held}{from}",
                counted(*chunks, "chunk")
            )
        }
        Event::Ready {
            peer,
            addresses,
            socket,
            cards,
            ..
        } => format!(
            "seeding {} as {peer}\n  listening: {}\n  socket:    {}",
            counted(cards.len() as u64, "card"),
            addresses.join(", "),
            socket.display()
        ),
        Event::Registered { block } => format!("registered on chain in block {block}"),
        Event::Announced {
            joined,
            covered,
            left,
            block,
        } => format!(
            "seats in block {block}: {} taken, {} changed, {} left",
            joined.len(),
            covered.len(),
            left.len()
        ),
        Event::Heartbeat { block } => format!("seats renewed in block {block}"),
        Event::Fetching { card } => format!("fetching card {card} to serve it ..."),
        Event::Fetched { card, chunks } => format!("card {card} is here: {}", counted(*chunks, "chunk")),
        Event::OrderSeen {
            order, card, buyer, ..
        } => format!("order {order}: {buyer} buys card {card}"),
        Event::OrderRefused { order, card, reason } => {
            format!("order {order} of card {card} is left: {reason}")
        }
        Event::Clerking { socket, cards, .. } => format!(
            "delivering keys of {} besides your own\n  socket:    {}",
            counted(cards.len() as u64, "card"),
            socket.display()
        ),
        Event::Listed { card, edition, price } => {
            format!("key {edition} of card {card} is listed for {price}")
        }
        Event::Sold {
            order,
            card,
            edition,
            buyer,
            price,
            ..
        } => format!("order {order}: {buyer} buys key {edition} of card {card} for {price}"),
        Event::Offered {
            offer,
            card,
            edition,
            buyer,
            price,
            ..
        } => {
            let which = edition.map_or_else(|| "a key".to_owned(), |edition| format!("key {edition}"));
            format!("offer {offer}: {buyer} offers {price} for {which} of card {card}")
        }
        Event::Locked { order, block, .. } => format!("order {order} is locked in block {block}"),
        Event::Delivered {
            order,
            card,
            edition,
            block,
            ..
        } => format!("order {order}: key {edition} of card {card} is delivered in block {block}"),
        Event::Expired {
            order,
            refunded: Some(amount),
            ..
        } => format!("order {order} is over: {amount} came back"),
        Event::Expired { order, .. } => format!("order {order} was not delivered in time"),
        Event::Looking { account } => format!("looking for what {account} has ..."),
        Event::Redeemed {
            vouchers,
            received,
            shortfall,
            fee,
            block,
            ..
        } => {
            let short = match shortfall.0 {
                0 => String::new(),
                _ => format!("; {shortfall} had no money behind them"),
            };
            format!(
                "{} redeemed in block {block}: {received} received, fee {fee}{short}",
                counted(*vouchers, "voucher")
            )
        }
        Event::VoucherRefused {
            pool,
            session,
            reason,
        } => format!(
            "a voucher of session {session} of pool {pool} is not paid: {}",
            safe(reason)
        ),
        Event::RedeemWaits { value, fee } => {
            format!("what is due would bring {value} and cost {fee}: it waits")
        }
        Event::Enlisted { deposit, block } => {
            format!("enlisted in block {block}: deliveries are rewarded; {deposit} are on hold for it")
        }
        Event::Proven {
            era,
            cards,
            deposit,
            block,
        } => format!(
            "proven for era {era} in block {block}: {}; {deposit} are on hold until that is paid",
            rewards::cards(cards)
        ),
        Event::Collected {
            claims,
            from_sales,
            from_endowments,
            from_deliveries,
            deposits,
            fee,
            block,
        } => match claims {
            0 => format!("collected in block {block}: {from_deliveries} for deliveries, fee {fee}"),
            _ => format!(
                "{} collected in block {block}: {from_sales} of sales, {from_endowments} of endowments, {deposits} of \
                 deposits, fee {fee}",
                counted(*claims, "claim")
            ),
        },
        Event::Settled { order, block } => format!("order {order} is settled in block {block}"),
        Event::AtStake {
            amount,
            bond,
            sessions,
            seconds,
        } => {
            let more = match amount.0 {
                0 => String::new(),
                _ => format!("{amount} will be held; "),
            };
            format!(
                "{more}a bond of {bond} answers for all that your keys sign, and after unbonding for {} more, {}",
                counted((*sessions).into(), "session"),
                about(*seconds)
            )
        }
        Event::Leaving {
            amount,
            rest,
            sessions,
            seconds,
        } => format!(
            "{amount} will wait {}, {}, and can be slashed until then; a bond of {rest} stays",
            counted((*sessions).into(), "session"),
            about(*seconds)
        ),
        Event::Resting { bond, seconds } => format!(
            "{bond} stay at stake; keep the node running until you are in no set, {}",
            about(*seconds)
        ),
        Event::KeysNamed {
            session_keys,
            seconds,
        } => format!(
            "keys {} will work in two sessions, {}; keep the old ones until then",
            safe(session_keys),
            about(*seconds)
        ),
        Event::Attached { command } => format!("carrying out {command} for another process"),
        Event::Trouble { message, remedy } => format!("trouble: {}\n  {}", safe(message), safe(remedy)),
    })
}
