use super::framing::{check, CHECK};
use super::*;
use hashcard_primitives::channel::{Voucher, VoucherLine, VoucherLines};

const GENESIS: [u8; 32] = [1; 32];
const PAYEE: Account = [2; 32];
const PAYER: SessionRef = SessionRef { pool: 5, session: 1 };

fn voucher(session: SessionId, lines: &[(CardId, Balance)]) -> Kept {
    let lines: Vec<VoucherLine> = lines
        .iter()
        .map(|&(card, cumulative)| VoucherLine { card, cumulative })
        .collect();
    Kept {
        at: 100,
        block: 9,
        bytes: vec![7; lines.len()],
        voucher: SignedVoucher {
            voucher: Voucher {
                pool: 5,
                session,
                payee: PAYEE,
                lines: VoucherLines::try_from(lines).unwrap(),
            },
            signature: [3; 64],
        },
    }
}

fn keep(vouchers: &mut Vouchers, kept: Kept) {
    vouchers.keep_all(&[kept]).unwrap();
}

fn read(path: &Path) -> Vouchers {
    Vouchers::read(path, GENESIS, PAYEE).unwrap()
}

fn all(vouchers: &Vouchers) -> Vec<Kept> {
    vouchers.all().cloned().collect()
}

fn new() -> (tempfile::TempDir, PathBuf, Vouchers) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vouchers");
    let vouchers = read(&path);
    (folder, path, vouchers)
}

#[test]
fn a_voucher_is_on_disk_when_it_is_kept() {
    let (_folder, path, mut vouchers) = new();
    keep(&mut vouchers, voucher(1, &[(7, 5)]));
    keep(&mut vouchers, voucher(2, &[(7, 6)]));
    assert_eq!(all(&read(&path)), [voucher(1, &[(7, 5)]), voucher(2, &[(7, 6)])]);
    assert_eq!(read(&path).seen_at(PAYER), Some(9));
}

#[test]
fn reading_changes_nothing() {
    let (folder, path, _) = new();
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    let mut vouchers = read(&path);
    keep(&mut vouchers, voucher(1, &[(7, 5)]));
    let before = std::fs::read(&path).unwrap();
    read(&path);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

/// A crash leaves any part of the last append, and nothing that was kept before is lost.
#[test]
fn a_cut_at_every_byte_loses_nothing_that_was_kept_before() {
    let (_folder, path, mut vouchers) = new();
    let mut whole = Vec::new();
    let mut ends = Vec::new();
    for amount in 1..=4 {
        keep(&mut vouchers, voucher(1, &[(7, amount)]));
        whole = std::fs::read(&path).unwrap();
        ends.push(whole.len());
    }
    let first = ends[0] - framed(&[0; 32], &Record::Vouchers(vec![voucher(1, &[(7, 1)])])).len();
    for cut in first..=whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let kept = ends.iter().filter(|end| **end <= cut).count() as Balance;
        let mut vouchers = read(&path);
        let expected: Vec<Kept> = (kept > 0).then(|| voucher(1, &[(7, kept)])).into_iter().collect();
        assert_eq!(all(&vouchers), expected, "cut at {cut}");
        // And it goes on from there.
        keep(&mut vouchers, voucher(1, &[(7, 9)]));
        assert_eq!(all(&read(&path)), [voucher(1, &[(7, 9)])], "cut at {cut}");
    }
}

/// Some file systems make a file longer before they write into it.
#[test]
fn a_torn_record_of_zeros_or_of_noise_is_left_out() {
    let (_folder, path, mut vouchers) = new();
    keep(&mut vouchers, voucher(1, &[(7, 5)]));
    let whole = std::fs::read(&path).unwrap();
    for tail in [vec![0; 200], vec![0xa5; 200], vec![0; 3]] {
        std::fs::write(&path, [&whole[..], &tail].concat()).unwrap();
        assert_eq!(all(&read(&path)), [voucher(1, &[(7, 5)])]);
    }
}

#[test]
fn damage_before_the_end_is_refused_and_left_alone() {
    let (_folder, path, mut vouchers) = new();
    for amount in 1..=3 {
        keep(&mut vouchers, voucher(1, &[(7, amount)]));
    }
    let whole = std::fs::read(&path).unwrap();
    let last = framed(&[0; 32], &Record::Vouchers(vec![voucher(1, &[(7, 3)])])).len();
    for at in 0..whole.len() - last {
        let mut spoilt = whole.clone();
        spoilt[at] ^= 0x10;
        std::fs::write(&path, &spoilt).unwrap();
        let read = Vouchers::read(&path, GENESIS, PAYEE);
        assert_eq!(
            read.err().map(|error| error.code),
            Some(Code::Damaged),
            "byte {at}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), spoilt);
    }
}

#[test]
fn another_account_s_or_chain_s_vouchers_are_not_read() {
    let (_folder, path, mut vouchers) = new();
    keep(&mut vouchers, voucher(1, &[(7, 5)]));
    for (genesis, payee) in [([9; 32], PAYEE), (GENESIS, [9; 32])] {
        let read = Vouchers::read(&path, genesis, payee);
        assert_eq!(read.err().map(|error| error.code), Some(Code::Damaged));
    }
}

#[test]
fn what_a_better_voucher_replaces_is_left_out_and_what_it_does_not_stays() {
    let (_folder, path, mut vouchers) = new();
    keep(&mut vouchers, voucher(1, &[(7, 5), (8, 5)]));
    keep(&mut vouchers, voucher(1, &[(7, 6)]));
    keep(&mut vouchers, voucher(1, &[(7, 7)]));
    vouchers.begin_serving().unwrap();
    let expected = [voucher(1, &[(7, 5), (8, 5)]), voucher(1, &[(7, 7)])];
    assert_eq!(all(&read(&path)), expected);
    keep(&mut vouchers, voucher(1, &[(7, 7), (8, 9)]));
    vouchers.begin_serving().unwrap();
    assert_eq!(all(&read(&path)), [voucher(1, &[(7, 7), (8, 9)])]);
}

#[test]
fn what_was_earned_is_known_after_an_orderly_end_and_not_after_a_crash() {
    let line = EarnedLine {
        payer: PAYER,
        card: 7,
        earned: 4,
        bytes: 40,
    };
    let (_folder, path, mut vouchers) = new();
    vouchers.begin_serving().unwrap();
    keep(&mut vouchers, voucher(1, &[(7, 5)]));
    assert_eq!(read(&path).earned(), []);
    vouchers.end_serving(vec![line]).unwrap();
    assert_eq!(read(&path).earned(), [line]);
    read(&path).begin_serving().unwrap();
    assert_eq!(read(&path).earned(), []);
}

#[test]
fn an_ended_session_leaves_its_sums() {
    let (_folder, path, mut vouchers) = new();
    keep(&mut vouchers, voucher(1, &[(7, 5)]));
    keep(&mut vouchers, voucher(2, &[(7, 6)]));
    let past = Past {
        bytes: 10,
        redeemed: 5,
    };
    for session in [1, 2] {
        vouchers
            .end(SessionRef { pool: 5, session }, vec![(7, past)])
            .unwrap();
    }
    vouchers.add_redeemed(8, 1).unwrap();
    vouchers.add_redeemed(1, 1).unwrap();
    let twice = Past {
        bytes: 20,
        redeemed: 10,
    };
    for _ in 0..2 {
        let mut found = read(&path);
        assert_eq!((all(&found).len(), found.past()[&7]), (0, twice));
        assert_eq!(found.redeemed(), Redeemed { received: 9, fees: 2 });
        // The same once the file is written anew.
        found.begin_serving().unwrap();
    }
}

#[test]
fn a_file_that_grows_is_written_anew_and_keeps_the_best() {
    let (_folder, path, mut vouchers) = new();
    let record = framed(&[0; 32], &Record::Vouchers(vec![voucher(1, &[(7, 1)])])).len() as u64;
    keep(&mut vouchers, voucher(1, &[(7, 1)]));
    vouchers.len = SLACK + 2 * vouchers.compact_len + 1;
    keep(&mut vouchers, voucher(1, &[(7, 2)]));
    assert!(path.metadata().unwrap().len() < 4 * record);
    assert_eq!(all(&read(&path)), [voucher(1, &[(7, 2)])]);
}

#[test]
fn vouchers_that_are_kept_together_are_there_together_or_not_at_all() {
    let (_folder, path, mut vouchers) = new();
    keep(&mut vouchers, voucher(1, &[(7, 5)]));
    let before = std::fs::read(&path).unwrap().len();
    let many: Vec<Kept> = (2..5).map(|session| voucher(session, &[(7, 6)])).collect();
    vouchers.keep_all(&many).unwrap();
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(all(&read(&path)).len(), 4);
    for cut in before..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(all(&read(&path)), [voucher(1, &[(7, 5)])], "cut at {cut}");
    }
}

#[test]
fn more_vouchers_than_fit_a_record_are_several_records() {
    let (_folder, path, mut vouchers) = new();
    let lines: Vec<(CardId, Balance)> = (0..16).map(|card| (card, Balance::MAX)).collect();
    let many: Vec<Kept> = (0..100).map(|session| voucher(session, &lines)).collect();
    vouchers.keep_all(&many).unwrap();
    assert_eq!(all(&read(&path)), many);
    read(&path).begin_serving().unwrap();
    assert_eq!(all(&read(&path)), many);
    let longest = Record::Vouchers(many[..APPENDED_AT_ONCE].to_vec());
    assert!(longest.encoded_size() <= MAX_BODY / 2);
}

/// Whoever chooses the amounts of a voucher chooses bytes of the file, and a crash may lose those before them.
#[test]
fn a_record_inside_of_a_torn_voucher_is_not_taken_for_damage() {
    let (_folder, path, mut vouchers) = new();
    keep(&mut vouchers, voucher(1, &[(7, 5)]));
    let end = std::fs::read(&path).unwrap().len();
    // A record of one byte without a salt, within one amount.
    let body = [9u8];
    let inside = [
        &1u32.to_le_bytes()[..],
        &body,
        &blake3::hash(&body).as_bytes()[..CHECK],
    ]
    .concat();
    let mut amount = [0; 16];
    amount[..inside.len()].copy_from_slice(&inside);
    keep(&mut vouchers, voucher(2, &[(7, Balance::from_le_bytes(amount))]));
    let mut torn = std::fs::read(&path).unwrap();
    let at = (0..torn.len())
        .find(|at| torn[*at..].starts_with(&inside))
        .unwrap();
    assert!(at > end);
    torn[end..end + 4].fill(0);
    std::fs::write(&path, &torn).unwrap();
    assert_eq!(all(&read(&path)), [voucher(1, &[(7, 5)])]);
    // With this file's salt it would be.
    let salt = read(&path).salt;
    let record = [&1u32.to_le_bytes()[..], &body, &check(&salt, &body)].concat();
    torn[at..at + record.len()].copy_from_slice(&record);
    std::fs::write(&path, &torn).unwrap();
    assert!(Vouchers::read(&path, GENESIS, PAYEE).is_err());
}

#[test]
fn each_time_a_file_is_written_anew_its_salt_is_another() {
    let (_folder, path, mut vouchers) = new();
    let salts: BTreeSet<Salt> = (0..3)
        .map(|_| {
            vouchers.begin_serving().unwrap();
            read(&path).salt
        })
        .collect();
    assert_eq!((salts.len(), salts.contains(&[0; 32])), (3, false));
}

/// A file that is too long would stop the next start.
#[test]
fn a_full_file_takes_no_more_vouchers_and_can_still_be_read_and_emptied() {
    let (_folder, path, mut vouchers) = new();
    vouchers.max_len = 64 * 1024;
    let mut kept = 0;
    let refused = loop {
        match vouchers.keep_all(&[voucher(kept, &[(7, 5)])]) {
            Ok(()) => kept += 1,
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, NotKept::Full));
    let len = path.metadata().unwrap().len();
    assert!(len <= 32 * 1024 && len > 31 * 1024, "{len}");
    assert_eq!(all(&read(&path)).len(), kept as usize);
    // Refusing costs no writing.
    let before = std::fs::read(&path).unwrap();
    assert!(vouchers.keep_all(&[voucher(kept, &[(7, 5)])]).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    // What ends makes place.
    for session in 0..kept {
        vouchers.end(SessionRef { pool: 5, session }, vec![]).unwrap();
        assert!(path.metadata().unwrap().len() < 64 * 1024);
    }
    keep(&mut vouchers, voucher(kept, &[(7, 5)]));
    assert_eq!(all(&read(&path)), [voucher(kept, &[(7, 5)])]);
}

/// What a payer renews takes no place for good.
#[test]
fn a_file_is_written_anew_before_it_is_full() {
    let (_folder, path, mut vouchers) = new();
    vouchers.max_len = 64 * 1024;
    for amount in 1..400 {
        keep(&mut vouchers, voucher(1, &[(7, amount)]));
        assert!(path.metadata().unwrap().len() <= 32 * 1024);
    }
    assert_eq!(all(&read(&path)), [voucher(1, &[(7, 399)])]);
}

/// Frozen: files of this version are read for ever.
#[test]
fn the_layout_of_a_record_never_changes() {
    let salt = [4; 32];
    let bytes = framed(&salt, &Record::Vouchers(vec![voucher(1, &[(7, 5)])]));
    assert_eq!(
        bytes.len(),
        4 + 1 + 1 + (8 + 4 + 32 + 1 + 24 + 64) + 8 + 4 + (1 + 8) + 8
    );
    assert_eq!(bytes[..6], [156, 0, 0, 0, 1, 4]);
    assert_eq!(bytes[6..14], 5u64.to_le_bytes());
    let (body, check) = (&bytes[4..160], &bytes[160..]);
    assert_eq!(check, &blake3::keyed_hash(&salt, body).as_bytes()[..8]);
    let head = head(&salt);
    assert_eq!(
        (&head[..32], &head[32..]),
        (&salt[..], &blake3::hash(&salt).as_bytes()[..8])
    );
}
