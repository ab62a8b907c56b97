//! The payee's end of a stream of payments.
//!
//! Reading goes on while a voucher is being stored, so that a slow disk stores the newest of those that came meanwhile, and not
//! each. All of them are answered: what is as good as stored is accepted.

use super::counter::{Counter, Panicked, Visit};
use crate::frames::{begin_frame, finish_frame, write_frame};
use crate::limits::{
    NetworkLimits, IDLE_PAYMENTS, MAX_FRUITLESS, MAX_REFUSED_GREETINGS, MAX_UNREAD_PAYMENTS,
};
use crate::serve::Ended;
use crate::streams::InboundStream;
use futures::io::{AsyncReadExt, ReadHalf, WriteHalf};
use hashcard_primitives::channel::VoucherLines;
use hashcard_protocol::limits::MAX_PAYMENT_BODY;
use hashcard_protocol::payment::{Decline, Promise, ToPayee, ToPayer};
use libp2p::swarm::Stream;
use libp2p::PeerId;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// A message and its number, or what to refuse it with.
type Message = (u32, Result<ToPayee, Decline>);

/// Takes payments on one stream until it ends.
pub(crate) async fn take_payments(
    inbound: InboundStream,
    counter: Arc<Counter>,
    limits: NetworkLimits,
) -> (PeerId, Ended) {
    let InboundStream {
        peer, stream, ticket, ..
    } = inbound;
    let (mut reader, mut writer) = stream.split();
    let (read, messages) = mpsc::channel(MAX_UNREAD_PAYMENTS);
    let reading = async move {
        loop {
            match next_message(&mut reader, &limits).await {
                // The other half ends with this one.
                Ok(message) => drop(read.send(message).await),
                Err(ended) => return ended,
            }
        }
    };
    let taking = async {
        match take(&mut writer, messages, peer, &counter, &limits).await {
            Ok(never) => match never {},
            Err(ended) => ended,
        }
    };
    tokio::pin!(taking);
    let ended = tokio::select! {
        ended = &mut taking => ended,
        ended = reading => match ended {
            Ended::Breach(_) => ended,
            // What came before the end is still taken.
            _ => taking.await,
        },
    };
    drop(ticket);
    (peer, ended)
}

async fn take(
    writer: &mut WriteHalf<Stream>,
    mut messages: mpsc::Receiver<Message>,
    peer: PeerId,
    counter: &Counter,
    limits: &NetworkLimits,
) -> Result<Infallible, Ended> {
    let visit = greet(writer, &mut messages, peer, counter, limits).await?;
    let mut fruitless = 0u32;
    loop {
        let mut waiting = vec![messages.recv().await.ok_or(Ended::Closed)?];
        while let Ok(message) = messages.try_recv() {
            waiting.push(message);
        }
        let mut vouchers = Vec::new();
        for (id, message) in waiting {
            match message {
                Ok(ToPayee::Voucher(promise)) => vouchers.push((id, promise)),
                Ok(ToPayee::Hello { .. }) => return Err(Ended::Breach("it greeted twice".into())),
                Err(decline) => {
                    fruitless += 1;
                    say(writer, id, &ToPayer::Refused(decline), limits).await?;
                }
            }
        }
        // The newest first: it promises all that those before it did, or these are tried too.
        let mut outcome: Option<Result<_, Decline>> = None;
        let mut answers = Vec::with_capacity(vouchers.len());
        for (id, promise) in vouchers.into_iter().rev() {
            let passed_over = matches!(&outcome, Some(Ok(best)) if covers(best, &promise));
            let found = match (&outcome, passed_over) {
                (Some(done), true) => done.clone(),
                _ => counter.vouched(&visit, promise).await?,
            };
            fruitless = if found.is_ok() { 0 } else { fruitless + 1 };
            answers.push((id, found.clone()));
            outcome = Some(found);
        }
        for (id, found) in answers.into_iter().rev() {
            let answer = match found {
                Ok(best) => ToPayer::Accepted { best },
                Err(decline) => ToPayer::Refused(decline),
            };
            say(writer, id, &answer, limits).await?;
        }
        if fruitless > MAX_FRUITLESS {
            return Err(Ended::Breach(format!(
                "{MAX_FRUITLESS} payments in a row were refused"
            )));
        }
    }
}

/// Whether what is stored is as good as a promise.
fn covers(best: &VoucherLines, promise: &Promise) -> bool {
    promise.lines.iter().all(|line| {
        best.iter()
            .any(|stored| stored.card == line.card && stored.cumulative >= line.cumulative)
    })
}

/// The first message is a greeting, and nothing is said before it.
async fn greet(
    writer: &mut WriteHalf<Stream>,
    messages: &mut mpsc::Receiver<Message>,
    peer: PeerId,
    counter: &Counter,
    limits: &NetworkLimits,
) -> Result<Visit, Ended> {
    let (id, message) = messages.recv().await.ok_or(Ended::Closed)?;
    let (hello, signature) = match message {
        Ok(ToPayee::Hello { hello, signature }) => (hello, signature),
        Ok(ToPayee::Voucher(_)) => return Err(Ended::Breach("it paid before it greeted".into())),
        Err(decline) => {
            say(writer, id, &ToPayer::Refused(decline), limits).await?;
            return Err(Ended::Closed);
        }
    };
    let greeted = counter.greeted(peer, hello, signature).await?;
    let is_sane = counter.is_sane(peer, greeted.as_ref().err().copied());
    match greeted {
        Ok((terms, visit)) => {
            say(writer, id, &ToPayer::Terms(terms), limits).await?;
            Ok(visit)
        }
        Err(decline) => {
            say(writer, id, &ToPayer::Refused(decline), limits).await?;
            if is_sane {
                return Err(Ended::Closed);
            }
            Err(Ended::Breach(format!(
                "more than {MAX_REFUSED_GREETINGS} greetings in a row named no session"
            )))
        }
    }
}

impl From<Panicked> for Ended {
    fn from(_: Panicked) -> Self {
        Ended::Closed
    }
}

async fn next_message(reader: &mut ReadHalf<Stream>, limits: &NetworkLimits) -> Result<Message, Ended> {
    let first = timeout(IDLE_PAYMENTS, begin_frame(reader))
        .await
        .map_err(|_| Ended::Idle)??
        .ok_or(Ended::Closed)?;
    let body = finish_frame(reader, first, MAX_PAYMENT_BODY, limits.message).await?;
    match ToPayee::decode(&body) {
        Ok((id, message)) => Ok((id, Ok(message))),
        Err(error) => match error.refusal() {
            Some((id, refusal)) => Ok((id, Err(Decline(refusal.0)))),
            None => Err(Ended::Breach(error.to_string())),
        },
    }
}

async fn say(
    writer: &mut WriteHalf<Stream>,
    id: u32,
    answer: &ToPayer,
    limits: &NetworkLimits,
) -> Result<(), Ended> {
    let frame = answer.frame(id).map_err(|error| {
        tracing::error!(%error, "what was said of a payment is no valid answer; its stream is ended");
        Ended::Closed
    })?;
    write_frame(writer, &frame, limits.send).await?;
    Ok(())
}
