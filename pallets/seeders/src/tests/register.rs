use super::*;
use crate::{Contacts, Error, Seeders as SeederRows};
use frame_support::assert_noop;
use sp_runtime::{DispatchError, TokenError};

#[test]
fn a_seeder_registers_and_pays_for_the_bytes() {
    chain(|| {
        let (account, addresses) = (seeder(1), addresses(&[8, 100]));
        assert_ok!(Seeders::register(by(account.clone()), peer(7), addresses.clone()));
        let deposit = deposited(&account);
        assert!(deposit > 2 * DEPOSIT_BASE + DEPOSIT_PER_BYTE * (38 + 108));
        assert_eq!(
            last_event(),
            Event::Registered {
                seeder: account.clone(),
                peer: peer(7),
                deposit
            }
        );
        let contact = Contacts::<Test>::get(&account).unwrap();
        assert_eq!((contact.peer, contact.addresses), (peer(7), addresses));
        let row = SeederRows::<Test>::get(&account).unwrap();
        assert_eq!((row.last_heartbeat, row.seats), (1, 0));
    });
}

#[test]
fn registering_again_replaces_and_settles_the_difference() {
    chain(|| {
        let account = seeder(1);
        for lengths in [&[8][..], &[8, 128, 128], &[]] {
            assert_ok!(Seeders::register(
                by(account.clone()),
                peer(7),
                addresses(lengths)
            ));
            assert_eq!(
                Contacts::<Test>::get(&account).unwrap().addresses,
                addresses(lengths)
            );
            assert_eq!(
                Contacts::<Test>::get(&account).unwrap().deposit,
                deposited(&account)
            );
        }
        let none = deposited(&account);
        assert_ok!(Seeders::register(by(account.clone()), peer(7), addresses(&[128])));
        assert_eq!(
            deposited(&account),
            none + DEPOSIT_PER_BYTE * 130,
            "128 bytes and their length"
        );
    });
}

#[test]
fn registering_again_keeps_the_seats() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        assert_ok!(Seeders::register(by(account.clone()), peer(9), addresses(&[])));
        assert_eq!(SeederRows::<Test>::get(&account).unwrap().seats, 1);
        assert_eq!(Seeders::seats(0, 0).seats[0].peer, peer(9));
    });
}

#[test]
fn a_peer_id_of_a_long_key_is_accepted() {
    chain(|| {
        let mut sha = vec![0x12, 32];
        sha.resize(34, 1);
        let sha = sha.try_into().unwrap();
        assert_ok!(Seeders::register(by(seeder(1)), sha, addresses(&[])));
    });
}

#[test]
fn what_is_not_a_peer_id_is_refused() {
    chain(|| {
        let valid = peer(1).into_inner();
        let mut wrong_length = valid.clone();
        wrong_length[1] = 35;
        let mut short_sha = vec![0x12, 31];
        short_sha.resize(33, 1);
        let mut unknown_hash = valid.clone();
        unknown_hash[0] = 0x13;
        for bad in [
            vec![],
            vec![0x00],
            vec![0x00, 0],
            valid[..37].to_vec(),
            wrong_length,
            short_sha,
            unknown_hash,
        ] {
            let bad = bad.try_into().unwrap();
            assert_noop!(
                Seeders::register(by(seeder(1)), bad, addresses(&[])),
                Error::<Test>::BadPeerId
            );
        }
    });
}

#[test]
fn an_empty_address_is_refused() {
    chain(|| {
        assert_noop!(
            Seeders::register(by(seeder(1)), peer(1), addresses(&[8, 0])),
            Error::<Test>::EmptyAddress
        );
    });
}

#[test]
fn who_cannot_pay_the_deposit_is_not_registered() {
    chain(|| {
        assert_noop!(
            Seeders::register(by(seeder(PAUPER)), peer(1), addresses(&[])),
            DispatchError::Token(TokenError::FundsUnavailable)
        );
    });
}

#[test]
fn a_seeder_without_seats_withdraws_with_his_deposit() {
    chain(|| {
        let account = registered(1);
        let refunded = deposited(&account);
        assert_ok!(Seeders::deregister(by(account.clone())));
        assert_eq!(
            last_event(),
            Event::Deregistered {
                seeder: account.clone(),
                refunded
            }
        );
        assert_eq!(deposited(&account), 0);
        assert!(!Contacts::<Test>::contains_key(&account));
        assert!(!SeederRows::<Test>::contains_key(&account));
        assert_noop!(Seeders::deregister(by(account)), Error::<Test>::NotRegistered);
    });
}

#[test]
fn a_seeder_with_seats_does_not_withdraw() {
    chain(|| {
        know(0, Some(BLOB_LEN));
        let account = registered(1);
        apply(&account, &[join(0, MIN_BOND)]);
        assert_noop!(
            Seeders::deregister(by(account.clone())),
            Error::<Test>::StillSeated
        );
        grow_old();
        apply(&account, &[Delta::Leave { card: 0 }]);
        assert_ok!(Seeders::deregister(by(account)));
    });
}
