//! A long way between two peers that are on one machine: a TCP forwarder that holds back what it forwards.
//!
//! **It delays and does not throttle.** Each piece leaves a fixed time after it came, and pieces that come meanwhile are under way
//! at the same time. What is under way is bounded, far above what any connection here can fill. Losses and the slow start of a
//! real path are not shown: on both sides the kernel sees loopback.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use crate::failure::Told;

/// Most bytes under way in one direction of one connection: 50 ms at a gigabyte a second.
const UNDER_WAY: usize = 64 << 20;
/// Most bytes that are read at once.
const PIECE: usize = 64 << 10;

/// How long the way is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delay {
    /// For each direction, at least.
    pub each_way: Duration,
    /// How much longer it is at most; what is longer for one piece is so for all behind it.
    pub jitter: Duration,
    /// What chooses how much longer.
    pub seed: u64,
}

/// A forwarder. It ends with this value, and its connections with it.
pub struct Forwarder {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Forwarder {
    /// Listens on a free port of loopback, and connects whoever comes to `to`, which need not listen yet.
    pub async fn start(to: SocketAddr, delay: Delay) -> Told<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(accept(listener, to, delay));
        Ok(Self { address, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, delay: Delay) {
    let mut connections = JoinSet::new();
    for number in 0u64.. {
        // Out of descriptors: whoever comes from now on sees that nobody listens.
        let Ok((from, _)) = listener.accept().await else {
            return;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connect(from, to, delay, number));
    }
}

/// Carries both directions until both are closed. That it cannot connect the caller sees by a connection that is closed.
async fn connect(from: TcpStream, to: SocketAddr, delay: Delay, number: u64) {
    let Ok(to) = TcpStream::connect(to).await else {
        return;
    };
    if from.set_nodelay(true).is_err() || to.set_nodelay(true).is_err() {
        return;
    }
    let (from_reader, from_writer) = from.into_split();
    let (to_reader, to_writer) = to.into_split();
    let there = Times::new(delay, 2 * number);
    let back = Times::new(delay, 2 * number + 1);
    tokio::join!(
        carry(from_reader, to_writer, there),
        carry(to_reader, from_writer, back)
    );
}

/// When pieces leave again.
struct Times {
    delay: Delay,
    chance: StdRng,
    last: Option<Instant>,
}

impl Times {
    fn new(delay: Delay, stream: u64) -> Self {
        Self {
            delay,
            chance: StdRng::seed_from_u64(delay.seed ^ stream.rotate_left(32)),
            last: None,
        }
    }

    /// When what comes now leaves: never before what came earlier.
    fn leaves(&mut self, now: Instant) -> Instant {
        let longer = self.chance.gen_range(0.0..=1.0);
        let due = now + self.delay.each_way + self.delay.jitter.mul_f64(longer);
        let due = self.last.map_or(due, |last| last.max(due));
        self.last = Some(due);
        due
    }
}

/// Bytes that leave at a time.
struct Piece {
    due: Instant,
    bytes: Vec<u8>,
    /// Their place among those under way.
    _place: OwnedSemaphorePermit,
}

/// Carries one direction to its end, and passes the end on.
async fn carry(reader: impl AsyncRead + Unpin, writer: impl AsyncWrite + Unpin, times: Times) {
    // Pieces are bounded by their bytes.
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::join!(take(reader, sender, times), deliver(writer, receiver));
}

async fn take(
    mut reader: impl AsyncRead + Unpin,
    pieces: mpsc::UnboundedSender<Piece>,
    mut times: Times,
) -> Option<()> {
    let room = Arc::new(Semaphore::new(UNDER_WAY));
    let mut buffer = vec![0; PIECE];
    loop {
        let read = reader.read(&mut buffer).await.unwrap_or(0);
        let due = times.leaves(Instant::now());
        let place = room.clone().acquire_many_owned(read as u32).await.ok()?;
        let piece = Piece {
            due,
            bytes: buffer[..read].to_vec(),
            _place: place,
        };
        pieces.send(piece).ok()?;
        if read == 0 {
            return Some(());
        }
    }
}

async fn deliver(mut writer: impl AsyncWrite + Unpin, mut pieces: mpsc::UnboundedReceiver<Piece>) {
    while let Some(piece) = pieces.recv().await {
        tokio::time::sleep_until(piece.due).await;
        let delivered = match piece.bytes.is_empty() {
            true => writer.shutdown().await,
            false => writer.write_all(&piece.bytes).await,
        };
        if delivered.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::noise;

    const DELAY: Delay = Delay {
        each_way: Duration::from_millis(50),
        jitter: Duration::from_millis(10),
        seed: 1,
    };

    /// Both ends of a connection through a forwarder.
    async fn connected(delay: Delay) -> (Forwarder, TcpStream, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let forwarder = Forwarder::start(listener.local_addr().unwrap(), delay)
            .await
            .unwrap();
        let here = TcpStream::connect(forwarder.address()).await.unwrap();
        let (there, _) = listener.accept().await.unwrap();
        (forwarder, here, there)
    }

    #[tokio::test]
    async fn a_byte_there_and_back_takes_the_delay_of_both_ways() {
        let (_forwarder, mut here, mut there) = connected(DELAY).await;
        let began = Instant::now();
        here.write_all(&[7]).await.unwrap();
        assert_eq!(there.read_u8().await.unwrap(), 7);
        assert!(began.elapsed() >= DELAY.each_way);
        there.write_all(&[8]).await.unwrap();
        assert_eq!(here.read_u8().await.unwrap(), 8);
        assert!(began.elapsed() >= 2 * DELAY.each_way);
    }

    #[tokio::test]
    async fn all_arrives_in_order_and_an_end_in_one_direction_leaves_the_other_open() {
        let (_forwarder, mut here, mut there) = connected(DELAY).await;
        let sent = noise(3_000_000, 1);
        let sending = async {
            here.write_all(&sent).await.unwrap();
            here.shutdown().await.unwrap();
        };
        let mut received = Vec::new();
        let (_, read) = tokio::join!(sending, there.read_to_end(&mut received));
        read.unwrap();
        assert!(received == sent, "other bytes arrived than were sent");
        there.write_all(b"thanks").await.unwrap();
        there.shutdown().await.unwrap();
        let mut answer = Vec::new();
        here.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"thanks");
    }

    #[tokio::test]
    async fn pieces_are_under_way_together() {
        let delay = Delay {
            each_way: Duration::from_millis(500),
            ..DELAY
        };
        let (_forwarder, mut here, mut there) = connected(delay).await;
        let began = Instant::now();
        let sent = noise(40 * PIECE, 1);
        let mut received = vec![0; sent.len()];
        let (wrote, read) = tokio::join!(here.write_all(&sent), there.read_exact(&mut received));
        wrote.unwrap();
        read.unwrap();
        assert!(
            began.elapsed() < 20 * delay.each_way,
            "one piece waited for another"
        );
    }

    #[tokio::test]
    async fn an_address_where_nobody_listens_closes_the_connection() {
        let nobody = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = nobody.local_addr().unwrap();
        drop(nobody);
        let forwarder = Forwarder::start(address, DELAY).await.unwrap();
        let mut here = TcpStream::connect(forwarder.address()).await.unwrap();
        assert!(here.read_u8().await.is_err());
    }

    #[tokio::test]
    async fn the_seed_chooses_the_times_and_none_is_before_an_earlier_one() {
        let now = Instant::now();
        let times = |stream| -> Vec<Instant> {
            let mut times = Times::new(DELAY, stream);
            (0..100)
                .map(|micros| times.leaves(now + Duration::from_micros(micros)))
                .collect()
        };
        assert_eq!(times(0), times(0));
        assert_ne!(times(0), times(1));
        assert!(times(0).is_sorted());
        assert!(times(0)
            .iter()
            .all(|time| (50..=61).contains(&(*time - now).as_millis())));
    }
}
