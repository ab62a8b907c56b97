use super::*;
use crate::capsule::tests::{actor, card, order_of, sold, GENESIS};
use hashcard_primitives::key::{ClerkCapsuleView, Sale};
use hashcard_proofs::{verify_mint, verify_transfer};

/// A creator, a holder of a key of the card, and somebody who wants one.
struct People {
    creator: Wallet,
    holder: Wallet,
    buyer: Wallet,
    card: CardView<Account>,
}

fn people() -> People {
    let creator = Wallet::generate().unwrap();
    let card = card(&creator, false);
    People {
        creator,
        holder: Wallet::generate().unwrap(),
        buyer: Wallet::generate().unwrap(),
        card,
    }
}

fn order(people: &People, seller: &Wallet) -> OrderView<Account> {
    let buyer = actor(&people.buyer).account;
    OrderView {
        buyer,
        seller: actor(seller).account,
        encryption_key: people.buyer.encryption_secret(&GENESIS, &buyer, 2).public().0,
        ..order_of(Sale::Primary)
    }
}

fn maker<'a>(wallet: &'a Wallet, actor: &'a Actor, card: &'a CardView<Account>) -> Maker<'a> {
    Maker {
        wallet,
        genesis: GENESIS,
        actor,
        card,
    }
}

fn halves(proven: &ProvenCapsule) -> (Capsule, LongProof) {
    let capsule = Capsule {
        r: EncodedPoint(proven.capsule.r),
        c: EncodedPoint(proven.capsule.c),
    };
    (capsule, LongProof(proven.proof))
}

/// The context as pallet-keys fills it, of a delivery by `from` to `to`.
fn context<'a>(
    card: &'a CardView<Account>,
    content_commitment: &'a EncodedPoint,
    (from, to): (&'a Account, &'a Account),
    (edition, order, price, sequence): (u64, u64, u128, u32),
    (from_key_index, to_key_index): (u32, u32),
) -> DeliveryContext<'a> {
    let commitments = card.card.blob.as_ref().unwrap().commitments.as_ref().unwrap();
    DeliveryContext {
        genesis: &GENESIS,
        card: 7,
        root: &[8; 32],
        blob_len: 200,
        key_commitment: &commitments.key,
        content_commitment,
        edition,
        order,
        price,
        sequence,
        from,
        to,
        submitter: from,
        from_key_index,
        to_key_index,
    }
}

fn commitment(card: &CardView<Account>) -> EncodedPoint {
    EncodedPoint(sealed_with(card).unwrap().1.content)
}

#[test]
fn a_first_sale_satisfies_the_chain_and_opens_for_the_buyer() {
    let people = people();
    let creator = actor(&people.creator);
    let order = order(&people, &people.creator);
    let maker = maker(&people.creator, &creator, &people.card);
    let (capsule, proof) = halves(&maker.first_sale(&order, &mut OsRng).unwrap());
    let commitment = commitment(&people.card);
    let context = context(
        &people.card,
        &commitment,
        (&creator.account, &order.buyer),
        (0, 12, 5, 0),
        (0, 2),
    );
    let x = people.buyer.encryption_secret(&GENESIS, &order.buyer, 2);
    assert_eq!(verify_mint(&context, &x.public(), &capsule, &proof), Ok(()));
    let secret = maker.content_secret().unwrap();
    assert_eq!(x.open(&capsule).unwrap().as_bytes(), secret.point().as_bytes());
}

#[test]
fn a_resale_satisfies_the_chain_and_opens_for_the_buyer() {
    let people = people();
    let holder = actor(&people.holder);
    let mut key = sold(&people.creator, &people.card, &people.holder);
    key.sequence = 3;
    let order = order(&people, &people.holder);
    let maker = maker(&people.holder, &holder, &people.card);
    let (capsule, proof) = halves(&maker.resale(&key, &order, &mut OsRng).unwrap());
    let commitment = commitment(&people.card);
    let context = context(
        &people.card,
        &commitment,
        (&holder.account, &order.buyer),
        (1, 12, 5, 3),
        (0, 2),
    );
    let from = EncodedPoint(key.encryption_key);
    let x = people.buyer.encryption_secret(&GENESIS, &order.buyer, 2);
    let old = crate::capsule::capsule_of(&key);
    let verify =
        |transfer_use| verify_transfer(transfer_use, &context, &from, &x.public(), &old, &capsule, &proof);
    assert_eq!(verify(TransferUse::Transfer), Ok(()));
    assert!(verify(TransferUse::Fulfil).is_err());
    assert!(x.open(&capsule).is_ok());
}

#[test]
fn a_clerk_delivers_with_what_the_creator_gave_him() {
    let people = people();
    let (creator, clerk) = (actor(&people.creator), actor(&people.holder));
    let x = people.holder.encryption_secret(&GENESIS, &clerk.account, 4);
    let receiver = Receiver {
        account: clerk.account,
        key_index: 4,
        encryption_key: x.public().0,
    };
    let given = maker(&people.creator, &creator, &people.card)
        .appointment(receiver)
        .unwrap();
    let (old, proof) = halves(&given);
    let commitment = commitment(&people.card);
    let parties = (&creator.account, &clerk.account);
    let appointed = context(&people.card, &commitment, parties, (0, 0, 0, 0), (0, 4));
    assert_eq!(verify_mint(&appointed, &x.public(), &old, &proof), Ok(()));

    let order = order(&people, &people.creator);
    let view = ClerkCapsuleView {
        capsule: given.capsule,
        key_index: 4,
        encryption_key: x.public().0,
    };
    let held = Held::clerkship(7, clerk.account, &view);
    let delivered = maker(&people.holder, &clerk, &people.card)
        .first_sale_as_clerk(&held, &order, &mut OsRng)
        .unwrap();
    let (new, proof) = halves(&delivered);
    let delivery = context(
        &people.card,
        &commitment,
        (&clerk.account, &order.buyer),
        (0, 12, 5, 0),
        (4, 2),
    );
    let to = EncodedPoint(order.encryption_key);
    assert_eq!(
        verify_transfer(
            TransferUse::Fulfil,
            &delivery,
            &x.public(),
            &to,
            &old,
            &new,
            &proof
        ),
        Ok(())
    );
}

#[test]
fn a_holder_who_delivers_names_his_own_key() {
    let people = people();
    let holder = actor(&people.holder);
    let key = sold(&people.creator, &people.card, &people.holder);
    let order = order(&people, &people.creator);
    let delivered = maker(&people.holder, &holder, &people.card)
        .first_sale_as_holder(&key, &order, &mut OsRng)
        .unwrap();
    let (new, proof) = halves(&delivered);
    let commitment = commitment(&people.card);
    let parties = (&holder.account, &order.buyer);
    let delivery = context(&people.card, &commitment, parties, (1, 12, 5, 0), (0, 2));
    let (from, to) = (
        EncodedPoint(key.encryption_key),
        EncodedPoint(order.encryption_key),
    );
    let old = crate::capsule::capsule_of(&key);
    let verify = |transfer_use| verify_transfer(transfer_use, &delivery, &from, &to, &old, &new, &proof);
    assert_eq!(verify(TransferUse::Fulfil), Ok(()));
    assert!(verify(TransferUse::Transfer).is_err());
}

#[test]
fn gifts_and_rewraps_have_proofs_of_their_own() {
    let people = people();
    let holder = actor(&people.holder);
    let key = sold(&people.creator, &people.card, &people.holder);
    let maker = maker(&people.holder, &holder, &people.card);
    let commitment = commitment(&people.card);
    let (from, old) = (EncodedPoint(key.encryption_key), crate::capsule::capsule_of(&key));

    let friend = actor(&people.buyer).account;
    let x = people.buyer.encryption_secret(&GENESIS, &friend, 0).public();
    let to_friend = Receiver {
        account: friend,
        key_index: 0,
        encryption_key: x.0,
    };
    let (new, proof) = halves(&maker.gift(&key, to_friend).unwrap());
    let gift = context(
        &people.card,
        &commitment,
        (&holder.account, &friend),
        (1, 0, 0, 0),
        (0, 0),
    );
    assert_eq!(
        verify_transfer(TransferUse::Transfer, &gift, &from, &x, &old, &new, &proof),
        Ok(())
    );

    let own = people
        .holder
        .encryption_secret(&GENESIS, &holder.account, 1)
        .public();
    let to_self = Receiver {
        account: holder.account,
        key_index: 1,
        encryption_key: own.0,
    };
    let (new, proof) = halves(&maker.rewrap(&key, to_self).unwrap());
    let own_parties = (&holder.account, &holder.account);
    let rewrap = context(&people.card, &commitment, own_parties, (1, 0, 0, 0), (0, 1));
    assert_eq!(
        verify_transfer(TransferUse::Rewrap, &rewrap, &from, &own, &old, &new, &proof),
        Ok(())
    );
}

#[test]
fn a_false_key_is_never_passed_on() {
    let (creator, holder, buyer) = (
        Wallet::generate().unwrap(),
        Wallet::generate().unwrap(),
        Wallet::generate().unwrap(),
    );
    let people = People {
        card: card(&creator, true),
        creator,
        holder,
        buyer,
    };
    let seller = actor(&people.holder);
    let key = sold(&people.creator, &people.card, &people.holder);
    let order = order(&people, &people.holder);
    let maker = maker(&people.holder, &seller, &people.card);
    let receiver = Receiver::of_order(&order);
    for refused in [
        maker.resale(&key, &order, &mut OsRng),
        maker.first_sale_as_holder(&key, &order, &mut OsRng),
        maker.first_sale_as_clerk(&Held::key(&key), &order, &mut OsRng),
        maker.gift(&key, receiver),
        maker.rewrap(&key, receiver),
    ] {
        assert_eq!(refused.unwrap_err().code, Code::FalseKey);
    }
}

#[test]
fn a_key_of_somebody_else_makes_nothing() {
    let people = people();
    let thief = actor(&people.buyer);
    let key = sold(&people.creator, &people.card, &people.holder);
    let order = order(&people, &people.holder);
    let refused = maker(&people.buyer, &thief, &people.card).resale(&key, &order, &mut OsRng);
    assert_eq!(refused.unwrap_err().code, Code::Wallet);
    // And who did not seal a card mints nothing of it.
    let refused = maker(&people.buyer, &thief, &people.card).first_sale(&order, &mut OsRng);
    assert_eq!(refused.unwrap_err().code, Code::Wallet);
}

#[test]
fn a_receiver_whose_key_is_no_point_gets_nothing() {
    let people = people();
    let creator = actor(&people.creator);
    let maker = maker(&people.creator, &creator, &people.card);
    for key in [[0; 32], [0xff; 32]] {
        let order = OrderView {
            encryption_key: key,
            ..order(&people, &people.creator)
        };
        assert!(maker.first_sale(&order, &mut OsRng).is_err());
    }
}

#[test]
fn a_locked_delivery_is_made_again_from_the_words_alone() {
    let people = people();
    let holder = actor(&people.holder);
    let key = sold(&people.creator, &people.card, &people.holder);
    let order = order(&people, &people.holder);
    let made = |wallet: &Wallet| {
        let maker = maker(wallet, &holder, &people.card);
        let mut rng = wallet.lock_entropy(&GENESIS, &holder.account, order.id);
        let proven = maker.resale(&key, &order, &mut rng).unwrap();
        (maker.commitment(order.id, &proven), proven)
    };
    let again = Wallet::from_words(people.holder.words()).unwrap();
    assert_eq!(made(&people.holder), made(&again));
    // Another order, or fresh chance, gives another capsule.
    let maker = maker(&people.holder, &holder, &people.card);
    let mut other = people.holder.lock_entropy(&GENESIS, &holder.account, 13);
    for proven in [
        maker.resale(&key, &order, &mut other).unwrap(),
        maker.resale(&key, &order, &mut OsRng).unwrap(),
    ] {
        assert_ne!(proven, made(&people.holder).1);
        assert_ne!(maker.commitment(order.id, &proven), made(&people.holder).0);
    }
}
