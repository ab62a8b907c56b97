//! Fetches that pay, and those that should and do not.

use super::till_and_purse::*;
use super::*;
use hashcard_protocol::{DownloadLimits, WhyStalled};

async fn paid_node(blobs: Arc<dyn Blobs>, books: Arc<Books>) -> Network {
    let config = config(NetworkLimits::default());
    Network::start_paid(config, blobs, books).await.unwrap()
}

async fn impatient() -> Network {
    let download = DownloadLimits {
        source_patience: Duration::from_millis(300),
        ..DownloadLimits::default()
    };
    let limits = NetworkLimits {
        download,
        ..NetworkLimits::default()
    };
    node_with(Arc::new(Nothing), limits).await
}

struct Fetched {
    ended: Result<FetchSummary, FetchError>,
    basket: Arc<Basket>,
    events: Vec<FetchEvent>,
}

impl Fetched {
    fn chunks(&self) -> u64 {
        self.basket.stored.lock().unwrap().len() as u64
    }

    fn why_lost(&self, peer: &[u8]) -> Option<&str> {
        self.events.iter().find_map(|event| match event {
            FetchEvent::PeerLost { peer: lost, why } if lost == peer => Some(why.as_str()),
            _ => None,
        })
    }
}

async fn fetch_paying(
    node: &Network,
    blob_len: u64,
    peers: Vec<PeerAddress>,
    wallet: Option<Arc<Wallet>>,
) -> Fetched {
    let basket = Basket::new(blob_len);
    let (events, mut told) = mpsc::channel(10_000);
    let mut fetch = node
        .fetch(request(blob_len, peers), basket.clone(), events)
        .unwrap();
    if let Some(wallet) = wallet {
        fetch = fetch.paid_from(wallet);
    }
    let ended = soon(fetch.run()).await;
    let events = std::iter::from_fn(|| told.try_recv().ok()).collect();
    Fetched {
        ended,
        basket,
        events,
    }
}

fn is_unpaid(ended: &Result<FetchSummary, FetchError>) -> bool {
    matches!(
        ended,
        Err(FetchError::Stalled {
            why: WhyStalled::Unpaid,
            ..
        })
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_fetch_pays_each_byte_once_and_at_most_a_window_more() {
    let blob_len = 60 * CHUNK_LEN + 200;
    let (books, mut left) = Books::new(blob_len, PRICE, 0);
    let seeder = paid_node(honest(blob_len), books.clone()).await;
    let leecher = node(Arc::new(Nothing)).await;
    let wallet = Arc::new(Wallet::new(PRICE));
    let fetched = fetch_paying(&leecher, blob_len, vec![seat(&seeder)], Some(wallet.clone())).await;
    assert!(fetched.ended.is_ok() && fetched.basket.is_full());
    soon(left.recv()).await.unwrap();
    let (owed, promised) = wallet.amounts(&seeder.peer_id());
    let (earned, vouched) = books.amounts();
    assert_eq!((owed, earned), (blob_len, blob_len));
    assert!((blob_len..=blob_len + MIB).contains(&promised), "{promised}");
    assert!(blob_len <= vouched && vouched <= promised, "{vouched}");
    let due = |event: &PurseEvent| matches!(event, PurseEvent::Due { .. });
    assert_eq!(
        wallet.heard(&seeder.peer_id(), due),
        0,
        "nothing had to wait for payment"
    );
    let left = |event: &PurseEvent| matches!(event, PurseEvent::Left);
    assert_eq!(wallet.heard(&seeder.peer_id(), left), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_payees_are_each_paid_for_what_they_sent() {
    let blob_len = 60 * CHUNK_LEN;
    let gate = Gate::default();
    let mut seeders = Vec::new();
    for who in 0..3 {
        let (books, _) = Books::new(blob_len, PRICE, 0);
        let blobs = patient(blob_len, who, 3, gate.clone());
        seeders.push((paid_node(blobs, books.clone()).await, books));
    }
    let leecher = node(Arc::new(Nothing)).await;
    let wallet = Arc::new(Wallet::new(PRICE));
    let seats = seeders.iter().map(|(node, _)| seat(node)).collect();
    let fetched = fetch_paying(&leecher, blob_len, seats, Some(wallet.clone())).await;
    let summary = fetched.ended.unwrap();
    for (node, books) in &seeders {
        let sent = chunks_of(&summary, &node.peer_id()) * CHUNK_LEN;
        assert!(sent > 0);
        assert_eq!(wallet.amounts(&node.peer_id()).0, sent);
        assert!(books.amounts().1 >= sent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_that_stops_paying_is_stopped_within_one_window() {
    let blob_len = 60 * CHUNK_LEN;
    let (books, _left) = Books::new(blob_len, PRICE, 0);
    let seeder = paid_node(honest(blob_len), books.clone()).await;
    let leecher = impatient().await;
    let mut wallet = Wallet::new(PRICE);
    wallet.honest_for = 3;
    let fetched = fetch_paying(&leecher, blob_len, vec![seat(&seeder)], Some(Arc::new(wallet))).await;
    assert!(is_unpaid(&fetched.ended), "{:?}", fetched.ended);
    let (earned, vouched) = books.amounts();
    assert!(vouched > 0 && fetched.chunks() * CHUNK_LEN <= earned);
    assert_eq!(
        earned - vouched,
        MIB,
        "a window was served on credit, and nothing more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payee_whose_price_is_above_the_limit_is_not_used_and_a_cheaper_one_is() {
    let blob_len = 12 * CHUNK_LEN;
    let (dear_books, _dear) = Books::new(blob_len, PRICE + 1, 0);
    let (books, _cheap) = Books::new(blob_len, PRICE, 0);
    let dear = paid_node(honest(blob_len), dear_books.clone()).await;
    let cheap = paid_node(honest(blob_len), books).await;
    let leecher = node(Arc::new(Nothing)).await;
    let wallet = Arc::new(Wallet::new(PRICE));
    let seats = vec![seat(&dear), seat(&cheap)];
    let fetched = fetch_paying(&leecher, blob_len, seats, Some(wallet.clone())).await;
    let summary = fetched.ended.as_ref().unwrap();
    assert_eq!(chunks_of(summary, &cheap.peer_id()), 12);
    assert_eq!(chunks_of(summary, &dear.peer_id()), 0);
    assert_eq!(
        (dear_books.amounts(), wallet.amounts(&dear.peer_id())),
        ((0, 0), (0, 0))
    );
    // It may be that the fetch was over before the dear one had told its terms.
    let why = fetched.why_lost(&dear.peer_id());
    assert!(why.is_none_or(|why| why.contains("raise the limit")), "{why:?}");

    let fetched = fetch_paying(&impatient().await, blob_len, vec![seat(&dear)], Some(wallet)).await;
    assert!(is_unpaid(&fetched.ended), "{:?}", fetched.ended);
    assert!(fetched
        .why_lost(&dear.peer_id())
        .unwrap()
        .contains("raise the limit"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_came_twice_is_paid_to_the_first_alone() {
    let blob_len = 2 * CHUNK_LEN;
    let (begin, duplicate) = (Gate::default(), Gate::default());
    let first = Arc::new(Mutex::new(None::<u64>));
    let (slow_books, _slow) = Books::new(blob_len, PRICE, 0);
    let (quick_books, _quick) = Books::new(blob_len, PRICE, 0);
    // Asked for both, it holds both back until one came from the other; then sends that one again, and the other once that was
    // seen.
    let (held, after, seen) = (begin.clone(), duplicate.clone(), first.clone());
    let (reading, mut read) = mpsc::unbounded_channel();
    let slow = Arc::new(Shelf {
        blob_len,
        tamper: move |chunk, bytes| {
            reading.send(()).unwrap();
            held.meet(0, 2);
            if *seen.lock().unwrap() != Some(chunk) {
                after.meet(0, 2);
            }
            Ok(bytes)
        },
    });
    // Sends what it is asked for first, and the other one never.
    let never = Gate::default();
    let (withheld, asked) = (never.clone(), Mutex::new(None::<u64>));
    let quick = Arc::new(Shelf {
        blob_len,
        tamper: move |chunk, bytes| {
            let first = *asked.lock().unwrap().get_or_insert(chunk);
            if first != chunk {
                withheld.meet(0, 2);
            }
            Ok(bytes)
        },
    });
    let slow = paid_node(slow, slow_books.clone()).await;
    let quick = paid_node(quick, quick_books).await;
    let leecher = node(Arc::new(Nothing)).await;
    let mut wallet = Wallet::new(PRICE);
    wallet.on_unwanted = Box::new(move || duplicate.open());
    let wallet = Arc::new(wallet);
    let basket = Basket::new(blob_len);
    let (events, mut told) = mpsc::channel(1000);
    let fetch = leecher
        .fetch(request(blob_len, vec![seat(&slow)]), basket.clone(), events)
        .unwrap()
        .paid_from(wallet.clone());
    let feed = fetch.feed();
    let running = tokio::spawn(fetch.run());
    for _ in 0..2 {
        soon(read.recv()).await.unwrap();
    }
    assert!(feed.add_peers(vec![seat(&quick)]).await);
    let twice = loop {
        if let FetchEvent::Chunk { chunk, .. } = soon(told.recv()).await.unwrap() {
            break chunk;
        }
    };
    *first.lock().unwrap() = Some(twice);
    begin.open();
    let summary = soon(running).await.unwrap().unwrap();
    never.open();
    assert_eq!((basket.is_full(), summary.unwanted), (true, 1));
    let duplicates = |event: &PurseEvent| matches!(event, PurseEvent::Unwanted { .. });
    assert_eq!(wallet.heard(&slow.peer_id(), duplicates), 1);
    assert_eq!(wallet.amounts(&slow.peer_id()).0, CHUNK_LEN);
    assert_eq!(wallet.amounts(&quick.peer_id()).0, CHUNK_LEN);
    assert_eq!(
        slow_books.amounts().0,
        2 * CHUNK_LEN,
        "the payee counts what it sent"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pays_nobody_gets_what_is_free_and_then_nothing() {
    let blob_len = 12 * CHUNK_LEN;
    let (books, _left) = Books::new(blob_len, PRICE, 5 * CHUNK_LEN);
    let seeder = paid_node(honest(blob_len), books.clone()).await;
    let fetched = fetch_paying(&impatient().await, blob_len, vec![seat(&seeder)], None).await;
    assert!(is_unpaid(&fetched.ended), "{:?}", fetched.ended);
    assert_eq!((fetched.chunks(), books.amounts()), (5, (0, 0)));

    let (books, _left) = Books::new(blob_len, PRICE, blob_len);
    let seeder = paid_node(honest(blob_len), books).await;
    fetch(&node(Arc::new(Nothing)).await, blob_len, vec![seat(&seeder)]).await;
    let (books, _left) = Books::new(blob_len, 0, 0);
    let seeder = paid_node(honest(blob_len), books).await;
    fetch(&node(Arc::new(Nothing)).await, blob_len, vec![seat(&seeder)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_free_is_not_paid_by_who_pays() {
    let blob_len = 20 * CHUNK_LEN;
    let (books, mut left) = Books::new(blob_len, PRICE, 6 * CHUNK_LEN);
    let seeder = paid_node(honest(blob_len), books.clone()).await;
    let wallet = Arc::new(Wallet::new(PRICE));
    let leecher = node(Arc::new(Nothing)).await;
    let fetched = fetch_paying(&leecher, blob_len, vec![seat(&seeder)], Some(wallet.clone())).await;
    assert!(fetched.ended.is_ok());
    soon(left.recv()).await.unwrap();
    let paid = 14 * CHUNK_LEN;
    assert_eq!(
        (wallet.amounts(&seeder.peer_id()).0, books.amounts().0),
        (paid, paid)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_not_the_payee_is_greeted_anew_for_others_until_one_is() {
    let blob_len = 12 * CHUNK_LEN;
    let (books, _left) = Books::new(blob_len, PRICE, 0);
    let seeder = paid_node(honest(blob_len), books.clone()).await;
    *books.payee.lock().unwrap() = Some(account(&seeder.peer_id()));
    let wallet = Wallet::new(PRICE);
    *wallet.strangers.lock().unwrap() = (1..6).map(|number| [number; 32]).collect();
    let wallet = Arc::new(wallet);
    let leecher = node(Arc::new(Nothing)).await;
    let fetched = fetch_paying(&leecher, blob_len, vec![seat(&seeder)], Some(wallet.clone())).await;
    assert!(fetched.ended.is_ok(), "{:?} {:?}", fetched.ended, fetched.events);
    let refused = |event: &PurseEvent| matches!(event, PurseEvent::Declined(_));
    assert_eq!(wallet.heard(&seeder.peer_id(), refused), 5);
    let unspoken = |event: &PurseEvent| *event == PurseEvent::TakesNoPayment;
    assert_eq!(wallet.heard(&seeder.peer_id(), unspoken), 0);
    assert_eq!(wallet.amounts(&seeder.peer_id()).0, blob_len);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purse_stays_shut_before_a_seeder_that_takes_no_payment() {
    let blob_len = 12 * CHUNK_LEN;
    let seeder = node(honest(blob_len)).await;
    let wallet = Arc::new(Wallet::new(PRICE));
    let leecher = node(Arc::new(Nothing)).await;
    let fetched = fetch_paying(&leecher, blob_len, vec![seat(&seeder)], Some(wallet.clone())).await;
    assert!(fetched.ended.is_ok(), "{:?} {:?}", fetched.ended, fetched.events);
    let unspoken = |event: &PurseEvent| *event == PurseEvent::TakesNoPayment;
    assert_eq!(wallet.heard(&seeder.peer_id(), unspoken), 1);
    assert_eq!(wallet.amounts(&seeder.peer_id()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liar_is_promised_one_window_and_never_more() {
    let blob_len = 20 * CHUNK_LEN;
    let (good_books, _good) = Books::new(blob_len, PRICE, 0);
    let (bad_books, _bad) = Books::new(blob_len, PRICE, 0);
    let good = paid_node(honest(blob_len), good_books).await;
    let bad = paid_node(liar(blob_len), bad_books.clone()).await;
    let wallet = Arc::new(Wallet::new(PRICE));
    let leecher = node(Arc::new(Nothing)).await;
    let seats = vec![seat(&bad), seat(&good)];
    let fetched = fetch_paying(&leecher, blob_len, seats, Some(wallet.clone())).await;
    assert!(fetched.ended.is_ok());
    let (owed, promised) = wallet.amounts(&bad.peer_id());
    assert!(owed == 0 && promised <= MIB, "{owed} {promised}");
    assert!(bad_books.amounts().1 <= MIB);
}
