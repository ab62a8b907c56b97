//! What strangers can send to a node that serves. Each ends its own connection, and the node goes on serving.

use super::*;
use crate::frames::{begin_frame, finish_frame};
use futures::io::AsyncWriteExt;
use hashcard_protocol::limits::{MAX_ANSWER_BODY, MAX_REQUEST_BODY};
use hashcard_protocol::{Answer, Refusal, Request, UploadLimits};
use libp2p::swarm::Stream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const BLOB_LEN: u64 = 4 * CHUNK_LEN;

/// A seeder, and a stranger who can open raw streams to it.
struct Stage {
    seeder: Network,
    stranger: Network,
}

impl Stage {
    async fn new(limits: NetworkLimits) -> Self {
        Self {
            seeder: node_with(honest(BLOB_LEN), limits).await,
            stranger: node(Arc::new(Nothing)).await,
        }
    }

    async fn stream(&self) -> Stream {
        let peer = crate::address::parse_peer(&self.seeder.peer_id()).unwrap();
        let addresses = self.seeder.addresses();
        let at: Vec<_> = addresses
            .iter()
            .map(|at| crate::address::parse_address(at).unwrap())
            .collect();
        soon(async {
            loop {
                // A connection that is being closed still refuses streams for a moment.
                if let Ok(stream) = self.stranger.open(peer, at.clone()).await.unwrap() {
                    return stream;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }

    /// The seeder ends the connection over which it was sent this, not only the stream.
    async fn ends(&self, bytes: &[u8]) {
        let mut witness = self.stream().await;
        say(&mut witness, &chunk(1, 0)).await;
        assert!(matches!(answer(&mut witness).await, (1, Answer::Slice { .. })));
        let mut stream = self.stream().await;
        say(&mut stream, bytes).await;
        for stream in [&mut stream, &mut witness] {
            let ended = soon(begin_frame(stream)).await;
            assert!(matches!(ended, Ok(None) | Err(_)), "{ended:?}");
        }
        self.still_serves().await;
    }

    async fn still_serves(&self) {
        let leecher = node(Arc::new(Nothing)).await;
        fetch(&leecher, BLOB_LEN, vec![seat(&self.seeder)]).await;
    }
}

async fn answer(stream: &mut Stream) -> (u32, Answer) {
    let first = soon(begin_frame(stream)).await.unwrap().expect("an answer");
    Answer::decode(
        finish_frame(stream, first, MAX_ANSWER_BODY, PATIENCE)
            .await
            .unwrap(),
    )
    .unwrap()
}

async fn say(stream: &mut Stream, bytes: &[u8]) {
    stream.write_all(bytes).await.unwrap();
    stream.flush().await.unwrap();
}

fn chunk(id: u32, chunk: u64) -> Vec<u8> {
    Request::Chunk { root: ROOT, chunk }.frame(id).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_message_end_the_connection() {
    let stage = Stage::new(NetworkLimits::default()).await;
    stage.ends(&[3, 0, 0, 0, 1, 2, 3]).await;
    stage.ends(&[0, 0, 0, 0]).await;
    let mut spoilt = chunk(1, 0);
    spoilt.truncate(spoilt.len() - 1);
    spoilt[0] -= 1;
    stage.ends(&spoilt).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_beyond_the_bound_ends_the_connection_before_its_bytes_are_waited_for() {
    let stage = Stage::new(NetworkLimits::default()).await;
    stage.ends(&(MAX_REQUEST_BODY as u32 + 1).to_le_bytes()).await;
    stage.ends(&u32::MAX.to_le_bytes()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_never_ends_ends_the_connection() {
    let limits = NetworkLimits {
        message: Duration::from_millis(200),
        ..NetworkLimits::default()
    };
    let stage = Stage::new(limits).await;
    stage.ends(&[42, 0]).await;
    stage.ends(&chunk(1, 0)[..20]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_on_which_nothing_is_asked_is_closed() {
    let limits = NetworkLimits {
        idle_stream: Duration::from_millis(200),
        ..NetworkLimits::default()
    };
    let stage = Stage::new(limits).await;
    let mut stream = stage.stream().await;
    say(&mut stream, &chunk(1, 0)).await;
    assert!(matches!(answer(&mut stream).await, (1, Answer::Slice { .. })));
    assert!(matches!(soon(begin_frame(&mut stream)).await, Ok(None) | Err(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_a_later_version_is_refused_by_its_number_and_the_stream_goes_on() {
    let stage = Stage::new(NetworkLimits::default()).await;
    let mut stream = stage.stream().await;
    say(&mut stream, &[7, 0, 0, 0, 1, 0x10, 9, 0, 0, 0, 0]).await;
    assert_eq!(
        answer(&mut stream).await,
        (9, Answer::Refused(Refusal::UNKNOWN_KIND))
    );
    say(&mut stream, &[6, 0, 0, 0, 2, 1, 8, 0, 0, 0]).await;
    assert_eq!(
        answer(&mut stream).await,
        (8, Answer::Refused(Refusal::UNKNOWN_VERSION))
    );
    say(
        &mut stream,
        &Request::Have { root: ROOT, page: 0 }.frame(10).unwrap(),
    )
    .await;
    assert_eq!(
        answer(&mut stream).await,
        (
            10,
            Answer::Holding {
                blob_len: BLOB_LEN,
                page: 0,
                bits: vec![0b1111]
            }
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_answered_once_under_its_number() {
    let stage = Stage::new(NetworkLimits::default()).await;
    let mut stream = stage.stream().await;
    let elsewhere = ContentRoot([8; 32]);
    say(&mut stream, &chunk(1, 3)).await;
    say(
        &mut stream,
        &Request::Have {
            root: elsewhere,
            page: 0,
        }
        .frame(2)
        .unwrap(),
    )
    .await;
    say(
        &mut stream,
        &Request::Have { root: ROOT, page: 1 }.frame(3).unwrap(),
    )
    .await;
    let mut answers = [
        answer(&mut stream).await,
        answer(&mut stream).await,
        answer(&mut stream).await,
    ];
    answers.sort_by_key(|(id, _)| *id);
    let slice = Answer::Slice {
        bytes: genuine(BLOB_LEN, 3),
    };
    assert_eq!(answers, [(1, slice), (2, Answer::Unknown), (3, Answer::Unknown)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_more_than_may_wait_is_told_to_come_back() {
    let upload = UploadLimits {
        waiting_per_peer: 2,
        waiting: 8,
        served_per_peer: 1,
        served: 1,
    };
    let stage = Stage::new(NetworkLimits {
        upload,
        ..NetworkLimits::default()
    })
    .await;
    let mut stream = stage.stream().await;
    for id in 0..40 {
        say(&mut stream, &chunk(id, 0)).await;
    }
    let mut busy = 0;
    let mut served = 0;
    for _ in 0..40 {
        match answer(&mut stream).await.1 {
            Answer::Busy { .. } => busy += 1,
            Answer::Slice { .. } => served += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(busy > 0 && served > 0, "{busy} busy, {served} served");
    stage.still_serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_without_reading_is_disconnected() {
    let limits = NetworkLimits {
        send: Duration::from_millis(300),
        ..NetworkLimits::default()
    };
    let stage = Stage::new(limits).await;
    let mut stream = stage.stream().await;
    let broken = soon(async {
        loop {
            if let Err(error) = stream.write_all(&chunk(1, 0)).await {
                return error;
            }
            if let Err(error) = stream.flush().await {
                return error;
            }
            tokio::task::yield_now().await;
        }
    });
    broken.await;
    stage.still_serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_only_make_work_end_the_connection() {
    let stage = Stage::new(NetworkLimits::default()).await;
    let flood: Vec<u8> = (0..300)
        .flat_map(|id| Request::Cancel.frame(id).unwrap())
        .collect();
    stage.ends(&flood).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_gets_no_more_streams_than_it_may_have() {
    let stage = Stage::new(NetworkLimits {
        inbound_streams: 2,
        ..NetworkLimits::default()
    })
    .await;
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(stage.stream().await);
    }
    let mut served = 0;
    for stream in &mut streams {
        // A stream that was reset may refuse the request already.
        let _ = stream.write_all(&chunk(1, 0)).await;
        let _ = stream.flush().await;
        if let Ok(Some(_)) = soon(begin_frame(stream)).await {
            served += 1;
        }
    }
    assert_eq!(served, 2);
    drop(streams);
    stage.still_serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_handshake_and_no_bytes_at_all_end_the_connection() {
    let limits = NetworkLimits {
        handshake: Duration::from_millis(300),
        ..NetworkLimits::default()
    };
    let stage = Stage::new(limits).await;
    let text = address_text(&stage.seeder.addresses()[0]);
    let port: u16 = text.rsplit('/').next().unwrap().parse().unwrap();
    for bytes in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0xff; 5000],
        b"\x13/multistream/1.0.0\n",
        b"",
    ] {
        let mut socket = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        // The other side may close while we still write.
        let _ = socket.write_all(bytes).await;
        let mut rest = Vec::new();
        let _ = soon(socket.read_to_end(&mut rest)).await;
        assert!(rest.len() < 1000);
    }
    stage.still_serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_cancelled_while_it_waits_is_answered_as_such() {
    let (gate, (reading, mut read)) = (Gate::default(), mpsc::unbounded_channel());
    let held_back = gate.clone();
    let slow = Shelf {
        blob_len: BLOB_LEN,
        tamper: move |_, bytes| {
            reading.send(()).unwrap();
            held_back.meet(0, 2);
            Ok(bytes)
        },
    };
    let upload = UploadLimits {
        served_per_peer: 1,
        ..UploadLimits::default()
    };
    let limits = NetworkLimits {
        upload,
        ..NetworkLimits::default()
    };
    let seeder = node_with(Arc::new(slow), limits).await;
    let stage = Stage {
        seeder,
        stranger: node(Arc::new(Nothing)).await,
    };
    let mut stream = stage.stream().await;
    say(&mut stream, &chunk(1, 0)).await;
    soon(read.recv()).await.unwrap();
    for request in [
        chunk(2, 1),
        Request::Cancel.frame(2).unwrap(),
        Request::Cancel.frame(1).unwrap(),
    ] {
        say(&mut stream, &request).await;
    }
    assert_eq!(answer(&mut stream).await, (2, Answer::Cancelled));
    gate.open();
    assert_eq!(
        answer(&mut stream).await,
        (
            1,
            Answer::Slice {
                bytes: genuine(BLOB_LEN, 0)
            }
        )
    );
}
