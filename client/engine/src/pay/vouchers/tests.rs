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
    vouchers.keep(voucher(1, &[(7, 5)])).unwrap();
    vouchers.keep(voucher(2, &[(7, 6)])).unwrap();
    assert_eq!(all(&read(&path)), [voucher(1, &[(7, 5)]), voucher(2, &[(7, 6)])]);
    assert_eq!(read(&path).seen_at(PAYER), Some(9));
}

#[test]
fn reading_changes_nothing() {
    let (folder, path, _) = new();
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    let mut vouchers = read(&path);
    vouchers.keep(voucher(1, &[(7, 5)])).unwrap();
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
        vouchers.keep(voucher(1, &[(7, amount)])).unwrap();
        whole = std::fs::read(&path).unwrap();
        ends.push(whole.len());
    }
    let first = ends[0] - framed(&Record::Voucher(voucher(1, &[(7, 1)]))).len();
    for cut in first..=whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let kept = ends.iter().filter(|end| **end <= cut).count() as Balance;
        let mut vouchers = read(&path);
        let expected: Vec<Kept> = (kept > 0).then(|| voucher(1, &[(7, kept)])).into_iter().collect();
        assert_eq!(all(&vouchers), expected, "cut at {cut}");
        // And it goes on from there.
        vouchers.keep(voucher(1, &[(7, 9)])).unwrap();
        assert_eq!(all(&read(&path)), [voucher(1, &[(7, 9)])], "cut at {cut}");
    }
}

/// Some file systems make a file longer before they write into it.
#[test]
fn a_torn_record_of_zeros_or_of_noise_is_left_out() {
    let (_folder, path, mut vouchers) = new();
    vouchers.keep(voucher(1, &[(7, 5)])).unwrap();
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
        vouchers.keep(voucher(1, &[(7, amount)])).unwrap();
    }
    let whole = std::fs::read(&path).unwrap();
    let last = framed(&Record::Voucher(voucher(1, &[(7, 3)]))).len();
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
    vouchers.keep(voucher(1, &[(7, 5)])).unwrap();
    for (genesis, payee) in [([9; 32], PAYEE), (GENESIS, [9; 32])] {
        let read = Vouchers::read(&path, genesis, payee);
        assert_eq!(read.err().map(|error| error.code), Some(Code::Damaged));
    }
}

#[test]
fn what_a_better_voucher_replaces_is_left_out_and_what_it_does_not_stays() {
    let (_folder, path, mut vouchers) = new();
    vouchers.keep(voucher(1, &[(7, 5), (8, 5)])).unwrap();
    vouchers.keep(voucher(1, &[(7, 6)])).unwrap();
    vouchers.keep(voucher(1, &[(7, 7)])).unwrap();
    vouchers.begin_serving().unwrap();
    let expected = [voucher(1, &[(7, 5), (8, 5)]), voucher(1, &[(7, 7)])];
    assert_eq!(all(&read(&path)), expected);
    vouchers.keep(voucher(1, &[(7, 7), (8, 9)])).unwrap();
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
    vouchers.keep(voucher(1, &[(7, 5)])).unwrap();
    assert_eq!(read(&path).earned(), []);
    vouchers.end_serving(vec![line]).unwrap();
    assert_eq!(read(&path).earned(), [line]);
    read(&path).begin_serving().unwrap();
    assert_eq!(read(&path).earned(), []);
}

#[test]
fn an_ended_session_leaves_its_sums() {
    let (_folder, path, mut vouchers) = new();
    vouchers.keep(voucher(1, &[(7, 5)])).unwrap();
    vouchers.keep(voucher(2, &[(7, 6)])).unwrap();
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
    let record = framed(&Record::Voucher(voucher(1, &[(7, 1)]))).len() as u64;
    vouchers.keep(voucher(1, &[(7, 1)])).unwrap();
    vouchers.len = SLACK + 2 * vouchers.compact_len + 1;
    vouchers.keep(voucher(1, &[(7, 2)])).unwrap();
    assert!(path.metadata().unwrap().len() < 4 * record);
    assert_eq!(all(&read(&path)), [voucher(1, &[(7, 2)])]);
}

/// Frozen: files of this version are read for ever.
#[test]
fn the_layout_of_a_record_never_changes() {
    let bytes = framed(&Record::Voucher(voucher(1, &[(7, 5)])));
    assert_eq!(
        bytes.len(),
        4 + 1 + (8 + 4 + 32 + 1 + 24 + 64) + 8 + 4 + (1 + 8) + 8
    );
    assert_eq!(bytes[..5], [155, 0, 0, 0, 1]);
    assert_eq!(bytes[5..13], 5u64.to_le_bytes());
}
