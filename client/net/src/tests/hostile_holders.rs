//! What a peer can send to a node that fetches. An honest seeder is always there, and the fetch always completes.

use super::*;
use crate::frames::{begin_frame, finish_frame};
use crate::network::build;
use crate::streams::InboundStream;
use futures::io::AsyncWriteExt;
use futures::StreamExt;
use hashcard_protocol::limits::MAX_REQUEST_BODY;
use hashcard_protocol::{Answer, Request};
use libp2p::identity::Keypair;
use libp2p::swarm::{dummy, Stream, SwarmEvent};
use libp2p::{noise, tcp, yamux, SwarmBuilder};

const BLOB_LEN: u64 = 12 * CHUNK_LEN;

/// What a hostile holder sends when it is asked for a chunk under this number.
type Reply = fn(u32) -> Vec<u8>;

/// A peer that says it holds everything, and answers every request for a chunk in its own way.
async fn hostile(reply: Reply) -> PeerAddress {
    let keypair = Keypair::generate_ed25519();
    let peer = keypair.public().to_peer_id().to_bytes();
    let mut swarm = build(keypair, &NetworkLimits::default(), false).unwrap();
    swarm.listen_on("/ip4/127.0.0.1/tcp/0".parse().unwrap()).unwrap();
    let address = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = soon(swarm.select_next_some()).await {
            break address;
        }
    };
    tokio::spawn(async move {
        loop {
            if let SwarmEvent::Behaviour(inbound) = swarm.select_next_some().await {
                tokio::spawn(misbehave(inbound, reply));
            }
        }
    });
    PeerAddress {
        peer,
        addresses: vec![address.to_vec()],
        coverage: Coverage(u64::MAX),
    }
}

async fn misbehave(inbound: InboundStream, reply: Reply) {
    let InboundStream {
        mut stream,
        ticket: _ticket,
        ..
    } = inbound;
    while let Some((id, request)) = next(&mut stream).await {
        let bytes = match request {
            Request::Have { .. } => {
                let bits = vec![0xff, 0x0f];
                Answer::Holding {
                    blob_len: BLOB_LEN,
                    page: 0,
                    bits,
                }
                .frame(id)
                .unwrap()
            }
            Request::Chunk { .. } => reply(id),
            Request::Cancel => continue,
        };
        if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
            return;
        }
    }
}

async fn next(stream: &mut Stream) -> Option<(u32, Request)> {
    let first = begin_frame(stream).await.ok()??;
    Request::decode(
        &finish_frame(stream, first, MAX_REQUEST_BODY, PATIENCE)
            .await
            .ok()?,
    )
    .ok()
}

/// Fetches from the hostile peer and an honest one. Gives why the hostile one was lost, if it was.
async fn survive(reply: Reply) -> Option<String> {
    let seeder = node(honest(BLOB_LEN)).await;
    let enemy = hostile(reply).await;
    let leecher = node(Arc::new(Nothing)).await;
    let (summary, events) = fetch(&leecher, BLOB_LEN, vec![enemy.clone(), seat(&seeder)]).await;
    assert_eq!(chunks_of(&summary, &enemy.peer), 0);
    events.into_iter().find_map(|event| match event {
        FetchEvent::PeerLost { peer, why } if peer == enemy.peer => Some(why),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_use_of_a_stream_fails_whose_protocol_the_peer_does_not_speak() {
    let mut other = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| dummy::Behaviour)
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
        .build();
    let peer = *other.local_peer_id();
    other.listen_on("/ip4/127.0.0.1/tcp/0".parse().unwrap()).unwrap();
    let address = loop {
        if let SwarmEvent::NewListenAddr { address, .. } = soon(other.select_next_some()).await {
            break address;
        }
    };
    tokio::spawn(async move {
        loop {
            other.select_next_some().await;
        }
    });
    let leecher = node(Arc::new(Nothing)).await;
    // The stream is handed out before the answer to its negotiation has come.
    let mut stream = soon(leecher.open(peer, vec![address])).await.unwrap().unwrap();
    let error = soon(begin_frame(&mut stream)).await.unwrap_err();
    assert!(error.to_string().contains("negotiation"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_no_message_cost_the_peer_its_connection() {
    assert_eq!(
        survive(|_| vec![5, 0, 0, 0, 9, 9, 9, 9, 9]).await.as_deref(),
        Some("it broke the protocol")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_longer_than_any_slice_is_not_read() {
    assert_eq!(
        survive(|_| u32::MAX.to_le_bytes().to_vec()).await.as_deref(),
        Some("it broke the protocol")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_was_not_asked_for_costs_the_peer_its_connection() {
    let push: Reply = |id| {
        Answer::Slice { bytes: vec![1; 1000] }
            .frame(id.wrapping_add(77))
            .unwrap()
    };
    assert_eq!(survive(push).await.as_deref(), Some("it broke the protocol"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_the_wrong_kind_costs_the_peer_its_connection() {
    assert_eq!(
        survive(|id| Answer::Unknown.frame(id).unwrap()).await.as_deref(),
        Some("it broke the protocol")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_of_what_was_not_cancelled_costs_the_peer_its_connection() {
    assert_eq!(
        survive(|id| Answer::Cancelled.frame(id).unwrap())
            .await
            .as_deref(),
        Some("it broke the protocol")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_begins_and_never_ends_holds_nothing_up() {
    survive(|_| vec![0, 0, 4, 0, 1, 0x83, 1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_never_answers_holds_nothing_up() {
    survive(|_| Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_always_busy_holds_nothing_up() {
    survive(|id| {
        Answer::Busy {
            retry_after: Duration::from_secs(9),
        }
        .frame(id)
        .unwrap()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_denies_everything_holds_nothing_up() {
    survive(|id| Answer::NotHeld.frame(id).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_slice_is_a_lie() {
    let why = survive(|id| Answer::Slice { bytes: Vec::new() }.frame(id).unwrap()).await;
    assert!(why.unwrap().starts_with("it sent a wrong chunk"));
}
