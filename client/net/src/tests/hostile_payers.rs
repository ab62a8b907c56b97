//! What strangers can send on a stream of payments.

use super::till_and_purse::*;
use super::*;
use crate::frames::{begin_frame, finish_frame};
use crate::streams::Spoken;
use futures::io::AsyncWriteExt;
use hashcard_protocol::limits::MAX_PAYMENT_BODY;
use hashcard_protocol::payment::{Decline, ToPayee, ToPayer};
use libp2p::swarm::Stream;

const BLOB_LEN: u64 = 12 * CHUNK_LEN;

struct Stage {
    seeder: Network,
    books: Arc<Books>,
    left: mpsc::UnboundedReceiver<()>,
    stranger: Network,
}

impl Stage {
    async fn new() -> Self {
        let (books, left) = Books::new(BLOB_LEN, PRICE, 0);
        let config = config(NetworkLimits::default());
        let seeder = Network::start_paid(config, honest(BLOB_LEN), books.clone())
            .await
            .unwrap();
        let stranger = node(Arc::new(Nothing)).await;
        Self {
            seeder,
            books,
            left,
            stranger,
        }
    }

    async fn stream(&self) -> Stream {
        self.stream_from(&self.stranger).await
    }

    async fn stream_from(&self, stranger: &Network) -> Stream {
        let peer = crate::address::parse_peer(&self.seeder.peer_id()).unwrap();
        let addresses = self.seeder.addresses();
        let at: Vec<_> = addresses
            .iter()
            .map(|at| crate::address::parse_address(at).unwrap())
            .collect();
        soon(async {
            loop {
                let opened = stranger.open_for(peer, at.clone(), Spoken::Payments).await;
                if let Ok(stream) = opened.unwrap() {
                    return stream;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }

    fn greeting(&self) -> Vec<u8> {
        let hello = hello(&self.seeder.peer_id());
        let signature = [4; 64];
        ToPayee::Hello { hello, signature }.frame(1).unwrap()
    }

    /// The seeder ends the stream over which it was sent this.
    async fn ends(&self, bytes: &[u8]) {
        let mut stream = self.stream().await;
        say(&mut stream, bytes).await;
        let ended = soon(async {
            loop {
                match begin_frame(&mut stream).await {
                    Ok(Some(first)) => {
                        drop(finish_frame(&mut stream, first, MAX_PAYMENT_BODY, PATIENCE).await)
                    }
                    ended => return ended,
                }
            }
        });
        assert!(matches!(ended.await, Ok(None) | Err(_)));
        self.still_serves().await;
    }

    /// Another than the stranger, whose connection may be about to end.
    async fn still_serves(&self) {
        let other = node(Arc::new(Nothing)).await;
        let mut stream = self.stream_from(&other).await;
        say(&mut stream, &self.greeting()).await;
        assert!(matches!(answer(&mut stream).await, (1, ToPayer::Terms(_))));
    }
}

async fn say(stream: &mut Stream, bytes: &[u8]) {
    // A stream that was ended already takes nothing.
    let _ = stream.write_all(bytes).await;
    let _ = stream.flush().await;
}

async fn answer(stream: &mut Stream) -> (u32, ToPayer) {
    let first = soon(begin_frame(stream)).await.unwrap().expect("an answer");
    let body = finish_frame(stream, first, MAX_PAYMENT_BODY, PATIENCE).await;
    ToPayer::decode(&body.unwrap()).unwrap()
}

fn voucher(id: u32, amount: u64) -> Vec<u8> {
    ToPayee::Voucher(promise(amount)).frame(id).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_payment_end_the_stream() {
    let stage = Stage::new().await;
    stage.ends(&[3, 0, 0, 0, 1, 2, 3]).await;
    stage.ends(&(MAX_PAYMENT_BODY as u32 + 1).to_le_bytes()).await;
    stage.ends(&[stage.greeting(), vec![9; 9]].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_before_a_greeting_and_a_second_greeting_end_the_stream() {
    let stage = Stage::new().await;
    stage.ends(&voucher(1, 5)).await;
    stage.ends(&[stage.greeting(), stage.greeting()].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_for_another_chain_or_with_a_wrong_signature_is_refused_and_a_right_one_taken() {
    let stage = Stage::new().await;
    let good = hello(&stage.seeder.peer_id());
    let elsewhere = hashcard_protocol::payment::Hello {
        genesis: [0; 32],
        ..good
    };
    for (hello, signature, code) in [
        (elsewhere, [4; 64], Decline::WRONG_CHAIN),
        (good, [5; 64], Decline::BAD_SIGNATURE),
    ] {
        let mut stream = stage.stream().await;
        say(
            &mut stream,
            &ToPayee::Hello { hello, signature }.frame(7).unwrap(),
        )
        .await;
        assert_eq!(answer(&mut stream).await, (7, ToPayer::Refused(code)));
        assert!(matches!(soon(begin_frame(&mut stream)).await, Ok(None) | Err(_)));
    }
    let mut stream = stage.stream().await;
    say(&mut stream, &stage.greeting()).await;
    assert!(matches!(answer(&mut stream).await, (1, ToPayer::Terms(terms)) if terms.price_per_mib == PRICE));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_that_goes_on_greeting_with_sessions_that_do_not_exist_is_disconnected() {
    let stage = Stage::new().await;
    let nothing = hashcard_protocol::payment::Hello {
        payer: hashcard_protocol::payment::SessionRef { pool: 8, session: 8 },
        ..hello(&stage.seeder.peer_id())
    };
    let greeting = ToPayee::Hello {
        hello: nothing,
        signature: [4; 64],
    };
    // A stream for its connection: as long as that is there, this is.
    let mut open = stage.stream().await;
    say(&mut open, &stage.greeting()).await;
    assert!(matches!(answer(&mut open).await, (1, ToPayer::Terms(_))));
    let mut refused = 0;
    loop {
        let mut stream = stage.stream().await;
        say(&mut stream, &greeting.frame(1).unwrap()).await;
        match soon(begin_frame(&mut stream)).await {
            Ok(Some(first)) => {
                let body = finish_frame(&mut stream, first, MAX_PAYMENT_BODY, PATIENCE).await;
                let answer = ToPayer::decode(&body.unwrap()).unwrap();
                assert_eq!(answer, (1, ToPayer::Refused(Decline::UNKNOWN_SESSION)));
                refused += 1;
            }
            _ => break,
        }
        if refused > crate::limits::MAX_REFUSED_GREETINGS {
            break;
        }
    }
    assert!(matches!(soon(begin_frame(&mut open)).await, Ok(None) | Err(_)));
    stage.still_serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_voucher_is_answered_and_the_best_is_what_counts() {
    let stage = Stage::new().await;
    let mut stream = stage.stream().await;
    say(&mut stream, &stage.greeting()).await;
    answer(&mut stream).await;
    let many: Vec<u8> = (2..30).flat_map(|id| voucher(id, u64::from(id) * 100)).collect();
    say(&mut stream, &many).await;
    for id in 2..30 {
        let (of, answer) = answer(&mut stream).await;
        let ToPayer::Accepted { best } = answer else {
            panic!("{answer:?}");
        };
        assert!(of == id && best[0].cumulative >= u128::from(id) * 100);
    }
    say(&mut stream, &voucher(30, 1)).await;
    let (_, ToPayer::Accepted { best }) = answer(&mut stream).await else {
        panic!("a lower voucher is nothing new, and no offence");
    };
    assert_eq!((best[0].cumulative, stage.books.amounts().1), (2900, 2900));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voucher_whose_sender_hangs_up_is_stored_all_the_same() {
    let mut stage = Stage::new().await;
    let mut stream = stage.stream().await;
    say(&mut stream, &[stage.greeting(), voucher(2, 77)].concat()).await;
    soon(stream.close()).await.unwrap();
    soon(stage.left.recv()).await.unwrap();
    assert_eq!(stage.books.amounts().1, 77);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_a_later_version_is_refused_by_its_number_and_the_stream_goes_on() {
    let stage = Stage::new().await;
    let mut stream = stage.stream().await;
    say(&mut stream, &stage.greeting()).await;
    answer(&mut stream).await;
    say(&mut stream, &[7, 0, 0, 0, 1, 0x1f, 9, 0, 0, 0, 0]).await;
    assert_eq!(
        answer(&mut stream).await,
        (9, ToPayer::Refused(Decline::UNKNOWN_KIND))
    );
    say(&mut stream, &voucher(10, 5)).await;
    assert!(matches!(
        answer(&mut stream).await,
        (10, ToPayer::Accepted { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_a_till_does_not_speak_of_payments() {
    let seeder = node(honest(BLOB_LEN)).await;
    let stranger = node(Arc::new(Nothing)).await;
    let peer = crate::address::parse_peer(&seeder.peer_id()).unwrap();
    let addresses = seeder.addresses();
    let at = addresses
        .iter()
        .map(|at| crate::address::parse_address(at).unwrap());
    let opened = soon(stranger.open_for(peer, at.collect(), Spoken::Payments)).await;
    // The stream is handed out before the answer to its negotiation has come; then its first use fails.
    let refused = match opened.unwrap() {
        Err(_) => true,
        Ok(mut stream) => !matches!(soon(begin_frame(&mut stream)).await, Ok(Some(_))),
    };
    assert!(refused);
}
