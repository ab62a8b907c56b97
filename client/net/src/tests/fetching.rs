//! Fetching from peers that may lie, vanish, or not be there.

use super::*;
use hashcard_protocol::{DownloadLimits, WhyStalled};

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_from_three_seeders_uses_all_three() {
    let blob_len = 60 * CHUNK_LEN + 200;
    let gate = Gate::default();
    let mut seeders = Vec::new();
    for who in 0..3 {
        seeders.push(node(patient(blob_len, who, 3, gate.clone())).await);
    }
    let leecher = node(Arc::new(Nothing)).await;
    let (summary, events) = fetch(&leecher, blob_len, seeders.iter().map(seat).collect()).await;
    for seeder in &seeders {
        let share = chunks_of(&summary, &seeder.peer_id());
        assert!(share >= 2, "one of three gave {share} of 61: {summary:?}");
        assert!(events.contains(&FetchEvent::Connected {
            peer: seeder.peer_id()
        }));
    }
    let chunks = events
        .iter()
        .filter(|event| matches!(event, FetchEvent::Chunk { .. }))
        .count();
    assert_eq!(chunks, 61);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liar_is_dropped_banned_and_reported_and_the_fetch_completes() {
    let blob_len = 20 * CHUNK_LEN;
    let (good, bad) = (node(honest(blob_len)).await, node(liar(blob_len)).await);
    let leecher = node(Arc::new(Nothing)).await;
    let (summary, events) = fetch(&leecher, blob_len, vec![seat(&bad), seat(&good)]).await;
    assert_eq!(chunks_of(&summary, &good.peer_id()), 20);
    assert_eq!(chunks_of(&summary, &bad.peer_id()), 0);
    assert!(!summary.liars.is_empty() && summary.liars.iter().all(|liar| liar.peer == bad.peer_id()));
    assert!(events
        .iter()
        .any(|event| matches!(event, FetchEvent::Liar { peer, .. } if *peer == bad.peer_id())));
    assert_eq!(leecher.banned(), [bad.peer_id()]);

    let (summary, events) = fetch(&leecher, blob_len, vec![seat(&bad), seat(&good)]).await;
    assert!(summary.liars.is_empty());
    assert!(events.contains(&FetchEvent::PeerLost {
        peer: bad.peer_id(),
        why: "it is banned".into()
    }));
}

#[tokio::test(flavor = "multi_thread")]
async fn bans_outlive_the_node_through_its_configuration() {
    let seeder = node(honest(CHUNK_LEN)).await;
    let mut config = config(NetworkLimits::default());
    config.banned = vec![seeder.peer_id()];
    let leecher = Network::start(config, Arc::new(Nothing)).await.unwrap();
    assert_eq!(leecher.banned(), [seeder.peer_id()]);
    let peer = crate::address::parse_peer(&seeder.peer_id()).unwrap();
    let addresses = seeder
        .addresses()
        .iter()
        .map(|at| crate::address::parse_address(at).unwrap())
        .collect();
    assert!(soon(leecher.open(peer, addresses)).await.unwrap().is_err());
    let own = crate::address::parse_peer(&leecher.peer_id()).unwrap();
    let addresses = leecher
        .addresses()
        .iter()
        .map(|at| crate::address::parse_address(at).unwrap())
        .collect();
    let refused = match soon(seeder.open(own, addresses)).await.unwrap() {
        Err(_) => true,
        // The ban is found out only after the handshake; then the stream ends at once.
        Ok(mut stream) => soon(crate::frames::begin_frame(&mut stream))
            .await
            .ok()
            .flatten()
            .is_none(),
    };
    assert!(refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seeder_that_dies_half_way_is_replaced_by_the_others() {
    let blob_len = 60 * CHUNK_LEN;
    let (meeting, end) = (Gate::default(), Gate::default());
    let stays = node(patient(blob_len, 0, 2, meeting.clone())).await;
    let (served, held_back) = (Mutex::new(false), end.clone());
    let dies = node(Arc::new(Shelf {
        blob_len,
        tamper: move |_, bytes| {
            meeting.meet(1, 2);
            let first = !std::mem::replace(&mut *served.lock().unwrap(), true);
            if !first {
                held_back.meet(0, 2);
            }
            Ok(bytes)
        },
    }))
    .await;
    let leecher = node(Arc::new(Nothing)).await;
    let basket = Basket::new(blob_len);
    let (events, mut told) = mpsc::channel(10_000);
    let seats = vec![seat(&stays), seat(&dies)];
    let running = tokio::spawn(
        leecher
            .fetch(request(blob_len, seats), basket.clone(), events)
            .unwrap()
            .run(),
    );
    let dying = dies.peer_id();
    loop {
        let event = soon(told.recv()).await.unwrap();
        if matches!(event, FetchEvent::Chunk { peer, .. } if peer == dying) {
            break;
        }
    }
    soon(dies.stop()).await;
    let summary = soon(running).await.unwrap().unwrap();
    end.open();
    assert!(basket.is_full());
    assert_eq!(
        (chunks_of(&summary, &dying), chunks_of(&summary, &stays.peer_id())),
        (1, 59)
    );
    let mut rest = std::iter::from_fn(|| told.try_recv().ok());
    assert!(rest.any(|event| matches!(event, FetchEvent::PeerLost { peer, .. } if peer == dying)));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_missing_is_fetched() {
    let blob_len = 12 * CHUNK_LEN;
    let seeder = node(honest(blob_len)).await;
    let leecher = node(Arc::new(Nothing)).await;
    let basket = Basket::new(blob_len);
    let (events, _told) = mpsc::channel(100);
    let mut request = request(blob_len, vec![seat(&seeder)]);
    request.held = vec![0b1111_1110, 0b0000_0111];
    let summary = soon(leecher.fetch(request, basket.clone(), events).unwrap().run())
        .await
        .unwrap();
    assert_eq!(
        basket.stored.lock().unwrap().iter().copied().collect::<Vec<_>>(),
        [0, 11]
    );
    assert_eq!(summary.chunks, 2);
}

#[tokio::test]
async fn a_bitfield_that_is_not_of_the_blob_is_an_error() {
    let leecher = node(Arc::new(Nothing)).await;
    let (events, _told) = mpsc::channel(1);
    let mut request = request(12 * CHUNK_LEN, Vec::new());
    request.held = vec![0];
    assert!(matches!(
        leecher.fetch(request, Basket::new(0), events),
        Err(FetchError::Held(_))
    ));
}

fn impatient() -> NetworkLimits {
    let patience = Duration::from_millis(300);
    let download = DownloadLimits {
        source_patience: patience,
        ..DownloadLimits::default()
    };
    NetworkLimits {
        download,
        ..NetworkLimits::default()
    }
}

async fn stall(node: &Network, peers: Vec<PeerAddress>) -> FetchError {
    let (events, _told) = mpsc::channel(1000);
    let fetch = node
        .fetch(request(3 * CHUNK_LEN, peers), Basket::new(3 * CHUNK_LEN), events)
        .unwrap();
    soon(fetch.run()).await.unwrap_err()
}

#[tokio::test]
async fn a_fetch_without_seeders_ends_with_an_error_that_says_so() {
    let leecher = node_with(Arc::new(Nothing), impatient()).await;
    let error = stall(&leecher, Vec::new()).await;
    assert!(
        matches!(
            error,
            FetchError::Stalled {
                missing: 3,
                why: WhyStalled::NoPeers,
                ..
            }
        ),
        "{error}"
    );
    assert!(
        error.to_string().contains("nobody is known who serves this blob"),
        "{error}"
    );
}

#[tokio::test]
async fn a_fetch_whose_seeders_are_away_or_hold_nothing_ends_with_the_right_reason() {
    let leecher = node_with(Arc::new(Nothing), impatient()).await;
    let away = {
        let node = node(honest(CHUNK_LEN)).await;
        let seat = seat(&node);
        soon(node.stop()).await;
        seat
    };
    let error = stall(&leecher, vec![away.clone()]).await;
    assert!(
        matches!(
            error,
            FetchError::Stalled {
                why: WhyStalled::NoneReachable,
                ..
            }
        ),
        "{error}"
    );
    let empty = node(Arc::new(Nothing)).await;
    let error = stall(&leecher, vec![seat(&empty)]).await;
    assert!(
        matches!(
            error,
            FetchError::Stalled {
                why: WhyStalled::NoneReachable | WhyStalled::NotHeld,
                ..
            }
        ),
        "{error}"
    );
    let nowhere = PeerAddress {
        addresses: vec![vec![0xff]],
        ..away
    };
    let error = stall(&leecher, vec![nowhere]).await;
    assert!(
        matches!(
            error,
            FetchError::Stalled {
                why: WhyStalled::NoneReachable,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_may_be_added_while_a_fetch_runs() {
    let blob_len = 5 * CHUNK_LEN;
    let leecher = node(Arc::new(Nothing)).await;
    let basket = Basket::new(blob_len);
    let (events, mut told) = mpsc::channel(100);
    let nobody = PeerAddress {
        peer: vec![1, 2, 3],
        addresses: Vec::new(),
        coverage: Coverage(1),
    };
    let fetch = leecher
        .fetch(request(blob_len, vec![nobody]), basket.clone(), events)
        .unwrap();
    let feed = fetch.feed();
    let running = tokio::spawn(fetch.run());
    assert!(matches!(
        soon(told.recv()).await,
        Some(FetchEvent::PeerLost { .. })
    ));
    let seeder = node(honest(blob_len)).await;
    assert!(feed.add_peers(vec![seat(&seeder)]).await);
    soon(running).await.unwrap().unwrap();
    assert!(basket.is_full());
    assert!(!feed.add_peers(vec![seat(&seeder)]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_that_is_dropped_stores_nothing_more_and_does_no_harm() {
    let blob_len = 8 * CHUNK_LEN;
    let gate = Gate::default();
    let (reading, mut read) = mpsc::unbounded_channel();
    let held_back = gate.clone();
    let seeder = node(Arc::new(Shelf {
        blob_len,
        tamper: move |_, bytes| {
            reading.send(()).unwrap();
            held_back.meet(0, 2);
            Ok(bytes)
        },
    }))
    .await;
    let leecher = node(Arc::new(Nothing)).await;
    let basket = Basket::new(blob_len);
    let (events, _told) = mpsc::channel(100);
    let running = tokio::spawn(
        leecher
            .fetch(request(blob_len, vec![seat(&seeder)]), basket.clone(), events)
            .unwrap()
            .run(),
    );
    soon(read.recv()).await.unwrap();
    running.abort();
    assert!(soon(running).await.unwrap_err().is_cancelled());
    gate.open();
    fetch(&leecher, blob_len, vec![seat(&seeder)]).await;
    assert!(basket.stored.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_ends_the_fetch_with_its_reason() {
    struct Full;
    impl ChunkSink for Full {
        fn accept(&self, _: &ContentRoot, _: u64, _: Vec<u8>) -> Accepted {
            Accepted::StoreFailed("no space left".into())
        }
    }
    let seeder = node(honest(CHUNK_LEN)).await;
    let leecher = node(Arc::new(Nothing)).await;
    let (events, _told) = mpsc::channel(100);
    let fetch = leecher
        .fetch(request(CHUNK_LEN, vec![seat(&seeder)]), Arc::new(Full), events)
        .unwrap();
    let error = soon(fetch.run()).await.unwrap_err();
    assert!(
        matches!(&error, FetchError::StoreFailed { chunk: 0, why, .. } if why == "no space left"),
        "{error}"
    );
    assert!(leecher.banned().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_does_not_wait_for_whoever_reads_its_events() {
    let blob_len = 10 * CHUNK_LEN;
    let seeder = node(honest(blob_len)).await;
    let leecher = node(Arc::new(Nothing)).await;
    let (events, _told) = mpsc::channel(1);
    let fetch = leecher
        .fetch(
            request(blob_len, vec![seat(&seeder)]),
            Basket::new(blob_len),
            events,
        )
        .unwrap();
    let summary = soon(fetch.run()).await.unwrap();
    assert_eq!((summary.chunks, summary.events_lost), (10, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_fetch_from_each_other_at_once() {
    let blob_len = 20 * CHUNK_LEN;
    let (one, other) = (node(honest(blob_len)).await, node(honest(blob_len)).await);
    let seats = (seat(&one), seat(&other));
    tokio::join!(
        fetch(&one, blob_len, vec![seats.1]),
        fetch(&other, blob_len, vec![seats.0])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seeder_that_can_read_nothing_is_given_up_and_another_serves() {
    let blob_len = 10 * CHUNK_LEN;
    let broken = node(Arc::new(Shelf {
        blob_len,
        tamper: |_, _| Err(NotServed::Failed("bad sector".into())),
    }))
    .await;
    let overlong = node(Arc::new(Shelf {
        blob_len,
        tamper: |_, _| Ok(vec![0; 2 * CHUNK_LEN as usize]),
    }))
    .await;
    let good = node(honest(blob_len)).await;
    let leecher = node(Arc::new(Nothing)).await;
    let (summary, _) = fetch(
        &leecher,
        blob_len,
        vec![seat(&broken), seat(&overlong), seat(&good)],
    )
    .await;
    assert_eq!(chunks_of(&summary, &good.peer_id()), 10);
    assert!(summary.liars.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seeder_with_a_limit_sends_no_faster_to_all_together() {
    let blob_len = 6 * CHUNK_LEN;
    let limits = NetworkLimits {
        max_up: 10 * CHUNK_LEN,
        ..NetworkLimits::default()
    };
    let seeder = node_with(honest(blob_len), limits).await;
    let leechers = [node(Arc::new(Nothing)).await, node(Arc::new(Nothing)).await];
    let began = std::time::Instant::now();
    let fetches = leechers
        .iter()
        .map(|leecher| fetch(leecher, blob_len, vec![seat(&seeder)]));
    futures::future::join_all(fetches).await;
    // Twelve chunks, the first of which waits for nothing, at ten in a second.
    assert!(began.elapsed() >= Duration::from_millis(1_100));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seat_that_somebody_else_took_for_a_peer_hides_it_from_nobody() {
    let blob_len = 6 * CHUNK_LEN;
    let seeder = node(honest(blob_len)).await;
    let right = seat(&seeder);
    let nowhere = |port: u16| crate::address_binary(&format!("/ip4/127.0.0.1/tcp/{port}")).unwrap();
    let wrong = PeerAddress {
        addresses: (1..9).map(nowhere).collect(),
        coverage: Coverage(0),
        ..right.clone()
    };
    for seats in [
        vec![right.clone(), wrong.clone()],
        vec![wrong.clone(), right.clone()],
        [vec![wrong; 20], vec![right]].concat(),
    ] {
        let leecher = node(Arc::new(Nothing)).await;
        fetch(&leecher, blob_len, seats).await;
    }
}
