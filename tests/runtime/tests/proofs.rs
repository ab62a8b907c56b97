//! A delivery is taken only if every field of its proof is right: each is made wrong in turn, and refused with its
//! error and no byte of state changed.

use frame_support::assert_ok;
use hashcard_primitives::key::ClerkSource;
use hashcard_proofs::{EncodedPoint, ShortProof, TransferUse};
use hashcard_runtime::{Runtime, RuntimeCall};
use hashcard_runtime_tests::{
    account,
    handover::{From, Handover},
    on_dev,
    scene::{assert_refused, register, registered, Scene, PRICE},
    sign,
};
use pallet_keys::{Call, Error};
use sp_keyring::Sr25519Keyring::{Bob, Charlie, Dave, Eve};

/// A handover and what is wrong with it.
type Spoiled = (&'static str, Handover);

/// Every way to get one bound field wrong.
fn spoiled(right: &Handover) -> Vec<Spoiled> {
    let stranger = account(Eve);
    let mut all = vec![
        (
            "submitter",
            Handover {
                submitter: stranger.clone(),
                ..right.clone()
            },
        ),
        (
            "giver",
            Handover {
                from_key_index: right.from_key_index + 1,
                ..right.clone()
            },
        ),
        (
            "receiver",
            Handover {
                to: stranger,
                ..right.clone()
            },
        ),
        (
            "receiver's key",
            Handover {
                to_key_index: right.to_key_index + 1,
                ..right.clone()
            },
        ),
        (
            "order",
            Handover {
                order: right.order + 1,
                ..right.clone()
            },
        ),
        (
            "price",
            Handover {
                price: right.price + 1,
                ..right.clone()
            },
        ),
        (
            "sequence",
            Handover {
                sequence: right.sequence + 1,
                ..right.clone()
            },
        ),
        (
            "edition",
            Handover {
                edition: right.edition + 1,
                ..right.clone()
            },
        ),
        (
            "genesis",
            Handover {
                genesis: [0x6f; 32],
                ..right.clone()
            },
        ),
        (
            "card",
            Handover {
                card: right.card + 1,
                ..right.clone()
            },
        ),
        (
            "length",
            Handover {
                blob_len: right.blob_len + 1,
                ..right.clone()
            },
        ),
    ];
    if let From::Capsule(used, old) = right.source {
        use TransferUse::{Fulfil, Rewrap, Transfer};
        for other in [Transfer, Fulfil, Rewrap]
            .into_iter()
            .filter(|other| *other != used)
        {
            let source = From::Capsule(other, old);
            all.push((
                "use",
                Handover {
                    source,
                    ..right.clone()
                },
            ));
        }
    }
    all
}

/// Sends every spoiled form, then the right one.
fn only_the_right_one_is_taken(right: &Handover, call: impl Fn(&Handover) -> RuntimeCall) {
    for (field, wrong) in spoiled(right) {
        assert_refused(&right.from, call(&wrong), Error::<Runtime>::InvalidProof, field);
    }
    assert_ok!(sign(&right.from, call(right)));
}

#[test]
fn a_resale_is_taken_only_if_every_field_of_its_proof_is_right() {
    on_dev(|| {
        let scene = Scene::sold();
        let order = scene.order_listed(1, PRICE, &account(Charlie));
        let right = Handover::of_order(order);
        only_the_right_one_is_taken(&right, |handover| scene.fulfil_call(handover, order));
    });
}

#[test]
fn a_sale_is_taken_only_if_every_field_of_its_proof_is_right() {
    on_dev(|| {
        let scene = Scene::published();
        let order = scene.order(&account(Bob));
        let right = Handover::of_order(order);
        only_the_right_one_is_taken(&right, |handover| scene.fulfil_call(handover, order));
    });
}

#[test]
fn a_clerks_delivery_is_taken_only_if_every_field_of_its_proof_is_right() {
    on_dev(|| {
        let scene = Scene::published();
        let clerk = account(Dave);
        scene.appoint(&clerk);
        let order = scene.order(&account(Bob));
        let source = ClerkSource::Appointed;
        let right = Handover::of_clerk(order, &clerk, source).expect("he has a capsule");
        only_the_right_one_is_taken(&right, |handover| scene.fulfil_for_call(order, source, handover));
        scene.assert_opens(1);
    });
}

#[test]
fn a_holders_delivery_is_taken_only_if_every_field_of_its_proof_is_right() {
    on_dev(|| {
        let scene = Scene::sold();
        scene.clerk_terms(0, true);
        let order = scene.order(&account(Charlie));
        let source = ClerkSource::Holder(1);
        let right = Handover::of_clerk(order, &account(Bob), source).expect("he holds a key");
        only_the_right_one_is_taken(&right, |handover| scene.fulfil_for_call(order, source, handover));
        scene.assert_opens(2);
        assert_eq!(scene.holder(1), account(Bob), "his own key stays");
    });
}

#[test]
fn a_gift_a_rewrap_and_an_appointment_are_taken_only_if_every_field_is_right() {
    on_dev(|| {
        let scene = Scene::sold();
        let (card, dave) = (scene.card, account(Dave));
        let key_index = registered(&dave);
        let appointment = Handover::appointment(card, &dave, key_index);
        only_the_right_one_is_taken(&appointment, |handover| {
            let (capsule, proof) = scene.prove(handover);
            RuntimeCall::Keys(Call::appoint_clerk {
                card,
                account: dave.clone(),
                key_index,
                capsule,
                proof,
            })
        });
        let second = register(&account(Bob));
        let rewrap = Handover::rewrap(card, 1, second);
        only_the_right_one_is_taken(&rewrap, |handover| {
            let (capsule, proof) = scene.prove(handover);
            RuntimeCall::Keys(Call::rewrap {
                card,
                edition: 1,
                key_index: second,
                capsule,
                proof,
            })
        });
        scene.assert_opens(1);
        let gift = Handover::gift(card, 1, &dave, key_index);
        only_the_right_one_is_taken(&gift, |handover| {
            let (capsule, proof) = scene.prove(handover);
            RuntimeCall::Keys(Call::gift {
                card,
                edition: 1,
                to: dave.clone(),
                key_index,
                capsule,
                proof,
            })
        });
        scene.assert_opens(1);
        assert_eq!(scene.holder(1), dave);
    });
}

#[test]
fn points_that_are_the_identity_or_no_points_are_refused_wherever_they_come_in() {
    on_dev(|| {
        let scene = Scene::sold();
        let bob = account(Bob);
        let order = scene.order_listed(1, PRICE, &account(Charlie));
        let right = Handover::of_order(order);
        let (good, proof) = scene.prove(&right);
        for bad in [EncodedPoint([0; 32]), EncodedPoint([0xff; 32])] {
            let register = Call::register_key {
                key: bad,
                proof: ShortProof([0; 64]),
            };
            assert_refused(&bob, register, Error::<Runtime>::InvalidPoint, "a key");
            for spoiled in [
                hashcard_proofs::Capsule { r: bad, ..good },
                hashcard_proofs::Capsule { c: bad, ..good },
            ] {
                let fulfil = Call::fulfil {
                    order,
                    capsule: spoiled,
                    proof,
                };
                assert_refused(&bob, fulfil, Error::<Runtime>::InvalidPoint, "half a capsule");
            }
        }
        let mut long = proof;
        long.0[95] |= 0x80;
        let fulfil = Call::fulfil {
            order,
            capsule: good,
            proof: long,
        };
        assert_refused(
            &bob,
            fulfil,
            Error::<Runtime>::InvalidProof,
            "a scalar above the order",
        );
        scene.deliver(order);
    });
}
