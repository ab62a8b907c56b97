//! The market on the real runtime, one refusal after the other: each with its error, and no byte of state changed.

use frame_support::{assert_ok, traits::fungible::Inspect};
use hashcard_primitives::{
    card::Collaborator,
    key::{ClerkSource, PastSale, CLERK_TURN},
};
use hashcard_runtime::{
    constants::money::{CARD, DELIVERY_BOND},
    AccountId, Balance, Balances, Cards, Keys, Runtime, RuntimeCall, System,
};
use hashcard_runtime_tests::{
    account,
    content::listing,
    go_to,
    handover::Handover,
    on_dev,
    scene::{
        assert_refused, deadline, key_choice, last_order_of, register, registered, settle, Scene, PRICE,
    },
    sign,
};
use pallet_keys::{Call, Error};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie};

fn wealth(who: &AccountId) -> Balance {
    <Balances as Inspect<AccountId>>::total_balance(who)
}

#[test]
fn a_resale_moves_the_key_and_divides_the_price_to_the_unit() {
    on_dev(|| {
        let (seller, buyer) = (account(Bob), account(Charlie));
        let collaborators = [(Dave, 250_000), (Eve, 1)].map(|(who, share)| Collaborator {
            account: account(who).into(),
            share,
        });
        let said = hashcard_primitives::card::Listing {
            collaborators: collaborators.to_vec().try_into().expect("two"),
            ..listing(PRICE, None)
        };
        let scene = Scene::published_as(1, said);
        scene.sell_to(&seller);
        let people = [Alice, Bob, Charlie, Dave, Eve].map(account);
        let before = people.clone().map(|who| wealth(&who));
        let issued = <Balances as Inspect<AccountId>>::total_issuance();

        let price = 7 * CARD + 1;
        let order = scene.order_listed(1, price, &buyer);
        assert_eq!(scene.deliver(order), 1);
        assert_eq!(scene.holder(1), buyer);
        assert_eq!(
            people.clone().map(|who| wealth(&who)),
            before,
            "money waits for the window"
        );
        settle(order);

        let (fee, royalty) = (price / 100, price / 20);
        let (first, second) = (royalty / 4, royalty / 1_000_000);
        let paid = [royalty - first - second, price - fee - royalty, 0, first, second];
        for ((who, before), paid) in people.iter().zip(before).zip(paid) {
            let spent = if *who == buyer { price } else { 0 };
            assert_eq!(wealth(who) + spent, before + paid, "{who}");
        }
        assert_eq!(<Balances as Inspect<AccountId>>::total_issuance(), issued - fee);
        let history = Keys::price_history(scene.card).expect("two sales");
        assert_eq!((history.sold, history.volume), (2, PRICE + price));
        let last = PastSale {
            block: System::block_number(),
            price,
            edition: 1,
            resale: true,
        };
        assert_eq!(history.last.last(), Some(&last));
    });
}

#[test]
fn a_retired_card_sells_no_new_key_and_its_keys_are_resold() {
    on_dev(|| {
        let scene = Scene::sold();
        let (card, charlie) = (scene.card, account(Charlie));
        assert_ok!(sign(&account(Alice), pallet_cards::Call::retire { card }));
        let buy = Call::buy {
            card,
            price: PRICE,
            terms_version: 0,
            key: key_choice(&charlie),
        };
        assert_refused(
            &charlie,
            buy,
            Error::<Runtime>::Retired,
            "a retired card is not for sale",
        );
        let order = scene.order_listed(1, PRICE, &charlie);
        scene.deliver(order);
        settle(order);
        assert_eq!(scene.holder(1), charlie);
    });
}

#[test]
fn a_buyer_who_saw_other_terms_buys_nothing() {
    on_dev(|| {
        let scene = Scene::published();
        let (card, bob) = (scene.card, account(Bob));
        let buy = |price, terms_version| Call::buy {
            card,
            price,
            terms_version,
            key: key_choice(&bob),
        };
        let revise = |price| pallet_cards::Call::revise_terms {
            card,
            price,
            editions: Some(9),
            listed: true,
        };
        assert_ok!(sign(&account(Alice), revise(PRICE)));
        assert_refused(
            &bob,
            buy(PRICE, 0),
            Error::<Runtime>::TermsChanged,
            "only editions changed",
        );
        assert_ok!(sign(&account(Alice), revise(2 * PRICE)));
        assert_refused(
            &bob,
            buy(PRICE, 1),
            Error::<Runtime>::PriceChanged,
            "the price changed",
        );
        assert_ok!(sign(&bob, buy(2 * PRICE, 2)));
    });
}

#[test]
fn a_buyer_of_a_listed_key_who_saw_another_price_or_another_key_buys_nothing() {
    on_dev(|| {
        let scene = Scene::sold();
        let (card, bob, charlie) = (scene.card, account(Bob), account(Charlie));
        scene.list(1, PRICE);
        let as_seen = scene.buy_listed(1, &charlie);
        let unlist = Call::unlist { card, edition: 1 };
        assert_ok!(sign(&bob, unlist.clone()));
        assert_refused(
            &charlie,
            as_seen.clone(),
            Error::<Runtime>::NotListed,
            "off the market",
        );
        scene.list(1, PRICE + 1);
        assert_refused(
            &charlie,
            as_seen.clone(),
            Error::<Runtime>::PriceChanged,
            "relisted dearer",
        );

        assert_ok!(sign(&bob, unlist));
        let second = register(&bob);
        let (capsule, proof) = scene.prove(&Handover::rewrap(card, 1, second));
        let rewrap = Call::rewrap {
            card,
            edition: 1,
            key_index: second,
            capsule,
            proof,
        };
        assert_ok!(sign(&bob, rewrap));
        scene.list(1, PRICE);
        assert_refused(&charlie, as_seen, Error::<Runtime>::KeyChanged, "another capsule");
        assert_ok!(sign(&charlie, scene.buy_listed(1, &charlie)));
    });
}

#[test]
fn of_two_deliveries_the_second_is_refused_whoever_sends_it() {
    on_dev(|| {
        let scene = Scene::published();
        let clerk = account(Dave);
        scene.appoint(&clerk);
        let order = scene.order(&account(Bob));
        let by_creator = scene.fulfil_call(&Handover::of_order(order), order);
        let handover = Handover::of_clerk(order, &clerk, ClerkSource::Appointed).expect("appointed");
        let by_clerk = scene.fulfil_for_call(order, ClerkSource::Appointed, &handover);
        assert_ok!(sign(&clerk, by_clerk.clone()));
        assert_refused(
            &account(Alice),
            by_creator,
            Error::<Runtime>::AlreadyDelivered,
            "the clerk was first",
        );
        assert_refused(
            &clerk,
            by_clerk,
            Error::<Runtime>::AlreadyDelivered,
            "he delivered already",
        );
        assert_eq!(Cards::card_view(scene.card).expect("published").keys_made, 1);
    });
}

#[test]
fn the_deadlines_last_block_is_the_sellers_and_the_next_one_is_not() {
    for late in [0, 1] {
        on_dev(|| {
            let scene = Scene::sold();
            scene.appoint(&account(Dave));
            let sale = scene.order(&account(Eve));
            let by_clerk = scene.order(&account(Charlie));
            let resale = scene.order_listed(1, PRICE, &account(Dave));
            assert_eq!(deadline(sale), deadline(resale));
            go_to(deadline(sale) + late);
            let clerks =
                Handover::of_clerk(by_clerk, &account(Dave), ClerkSource::Appointed).expect("appointed");
            let calls = [
                (Alice, scene.fulfil_call(&Handover::of_order(sale), sale)),
                (Bob, scene.fulfil_call(&Handover::of_order(resale), resale)),
                (
                    Dave,
                    scene.fulfil_for_call(by_clerk, ClerkSource::Appointed, &clerks),
                ),
            ];
            for (who, call) in calls {
                if late == 0 {
                    assert_ok!(sign(&account(who), call));
                } else {
                    assert_refused(
                        &account(who),
                        call,
                        Error::<Runtime>::DeadlinePassed,
                        "one block late",
                    );
                }
            }
        });
    }
}

#[test]
fn a_key_that_is_being_sold_can_do_nothing_else_until_it_is_settled() {
    on_dev(|| {
        let scene = Scene::sold();
        let (card, charlie, dave) = (scene.card, account(Charlie), account(Dave));
        let key_index = registered(&dave);
        let second = [register(&account(Bob)), register(&charlie), register(&charlie)][2];
        let offer = scene.offer(None, PRICE, &account(Eve));
        scene.list(1, PRICE);
        let bought = scene.buy_listed(1, &charlie);
        assert_ok!(sign(&charlie, bought.clone()));
        let order = last_order_of(&charlie);
        assert_refused(&dave, bought, Error::<Runtime>::NotListed, "it is sold already");

        for delivered in [false, true] {
            if delivered {
                scene.deliver(order);
            }
            let holder = scene.holder(1);
            let rewrap_to = if delivered { second } else { 1 };
            let (capsule, proof) = scene.prove(&Handover::gift(card, 1, &dave, key_index));
            let gift = Call::gift {
                card,
                edition: 1,
                to: dave.clone(),
                key_index,
                capsule,
                proof,
            };
            let (capsule, proof) = scene.prove(&Handover::rewrap(card, 1, rewrap_to));
            let rewrap = Call::rewrap {
                card,
                edition: 1,
                key_index: rewrap_to,
                capsule,
                proof,
            };
            let list = Call::list {
                card,
                edition: 1,
                price: PRICE,
            };
            let accept = Call::accept { offer, edition: 1 };
            for (what, call) in [
                ("gift", gift),
                ("rewrap", rewrap),
                ("list", list),
                ("accept", accept),
            ] {
                assert_refused(&holder, call, Error::<Runtime>::KeyEngaged, what);
            }
        }
        settle(order);
        scene.list(1, PRICE);
    });
}

#[test]
fn who_is_no_clerk_delivers_nothing() {
    on_dev(|| {
        let scene = Scene::sold();
        let (holder, dismissed, stranger) = (account(Bob), account(Dave), account(Eve));
        scene.appoint(&dismissed);
        let order = scene.order(&account(Charlie));
        let clerks = Handover::of_clerk(order, &dismissed, ClerkSource::Appointed).expect("appointed");
        let by_clerk = scene.fulfil_for_call(order, ClerkSource::Appointed, &clerks);
        let dismiss = Call::dismiss_clerk {
            card: scene.card,
            account: dismissed.clone(),
        };
        assert_ok!(sign(&account(Alice), dismiss));
        let holders = Handover::of_clerk(order, &holder, ClerkSource::Holder(1)).expect("he holds one");
        let by_holder = scene.fulfil_for_call(order, ClerkSource::Holder(1), &holders);
        let no = Error::<Runtime>::NotEntitled;
        assert_refused(&dismissed, by_clerk.clone(), no, "he was dismissed");
        assert_refused(&stranger, by_clerk, Error::<Runtime>::NotEntitled, "he copied it");
        assert_refused(
            &holder,
            by_holder.clone(),
            Error::<Runtime>::NotEntitled,
            "holders may not",
        );
        scene.clerk_terms(1, false);
        assert_refused(
            &holder,
            by_holder.clone(),
            Error::<Runtime>::NotEntitled,
            "clerks may, and holders not",
        );
        scene.clerk_terms(0, true);
        assert_refused(
            &stranger,
            by_holder.clone(),
            Error::<Runtime>::NotHolder,
            "he copied it",
        );
        assert_ok!(sign(&holder, by_holder));
    });
}

#[test]
fn a_buyer_is_no_clerk_of_his_own_order_and_nobody_is_one_of_a_resale() {
    on_dev(|| {
        let scene = Scene::sold();
        scene.clerk_terms(100_000, true);
        scene.sell_to(&account(Dave));
        let again = scene.order(&account(Bob));
        let source = ClerkSource::Holder(1);
        let own = Handover::of_clerk(again, &account(Bob), source).expect("he holds one");
        let call = scene.fulfil_for_call(again, source, &own);
        assert_refused(
            &account(Bob),
            call,
            Error::<Runtime>::NotEntitled,
            "he would pay himself",
        );

        let resale = scene.order_listed(1, PRICE, &account(Charlie));
        let source = ClerkSource::Holder(2);
        let clerk = Handover::of_clerk(resale, &account(Dave), source).expect("he holds one");
        let call = scene.fulfil_for_call(resale, source, &clerk);
        assert_refused(
            &account(Dave),
            call,
            Error::<Runtime>::NotEntitled,
            "a key of another's",
        );
    });
}

#[test]
fn a_clerk_waits_for_his_turn_and_the_creator_does_not() {
    on_dev(|| {
        let scene = Scene::published();
        let clerks = [account(Bob), account(Charlie), account(Dave)];
        for clerk in &clerks {
            scene.appoint(clerk);
        }
        let order = scene.order(&account(Eve));
        let turn = Keys::turn(order).expect("there are clerks");
        assert_eq!(turn.until, System::block_number() + CLERK_TURN);
        let other = clerks
            .iter()
            .find(|clerk| **clerk != turn.clerk)
            .expect("three clerks");
        let source = ClerkSource::Appointed;
        let handover = Handover::of_clerk(order, other, source).expect("appointed");
        let call = scene.fulfil_for_call(order, source, &handover);
        assert_refused(other, call.clone(), Error::<Runtime>::NotYourTurn, "first block");
        go_to(turn.until);
        assert_refused(
            other,
            call.clone(),
            Error::<Runtime>::NotYourTurn,
            "last block of the turn",
        );
        go_to(turn.until + 1);
        assert_eq!(Keys::turn(order), None);
        assert_ok!(sign(other, call));

        let second = scene.order(&account(Ferdie));
        scene.deliver(second);
    });
}

#[test]
fn a_frozen_card_moves_nothing_and_everything_that_was_promised_ends_without_loss() {
    on_dev(|| {
        let scene = Scene::lying();
        let (card, alice) = (scene.card, account(Alice));
        let [bob, charlie, dave, eve] = [Bob, Charlie, Dave, Eve].map(account);
        let people = [
            alice.clone(),
            bob.clone(),
            charlie.clone(),
            dave.clone(),
            eve.clone(),
        ];
        for holder in [&bob, &charlie, &dave] {
            scene.sell_to(holder);
        }
        let before = people.clone().map(|who| wealth(&who));
        scene.appoint(&eve);
        scene.list(1, PRICE);
        let resale = scene.order_listed(2, PRICE, &eve);
        let sale = scene.order(&dave);
        let offer = scene.offer(None, PRICE, &bob);
        let (r, s) = (Handover::of_order(resale), Handover::of_order(sale));
        let lock = |who: &AccountId, order| {
            sign(
                who,
                Call::lock {
                    order,
                    commitment: [1; 32],
                    source: None,
                },
            )
        };
        assert_ok!(lock(&charlie, resale));
        scene.report_false_key(3);

        let key_index = registered(&eve);
        let second = register(&dave);
        let (capsule, proof) = scene.prove(&Handover::gift(card, 3, &eve, key_index));
        let gift = Call::gift {
            card,
            edition: 3,
            to: eve.clone(),
            key_index,
            capsule,
            proof,
        };
        let (capsule, proof) = scene.prove(&Handover::rewrap(card, 3, second));
        let rewrap = Call::rewrap {
            card,
            edition: 3,
            key_index: second,
            capsule,
            proof,
        };
        let lock_sale = Call::lock {
            order: sale,
            commitment: [1; 32],
            source: None,
        };
        let refused: Vec<(&AccountId, &str, RuntimeCall)> = vec![
            (&charlie, "fulfil a resale", scene.fulfil_call(&r, resale)),
            (&alice, "fulfil a sale", scene.fulfil_call(&s, sale)),
            (&alice, "lock", lock_sale.into()),
            (&dave, "buy_listed", scene.buy_listed(1, &dave)),
            (&dave, "gift", gift.into()),
            (&dave, "rewrap", rewrap.into()),
            (&dave, "accept", Call::accept { offer, edition: 3 }.into()),
            (
                &dave,
                "list",
                Call::list {
                    card,
                    edition: 3,
                    price: 1,
                }
                .into(),
            ),
            (
                &charlie,
                "offer",
                Call::offer {
                    card,
                    edition: None,
                    price: 1,
                    until: System::block_number(),
                    key: key_choice(&charlie),
                }
                .into(),
            ),
            (
                &charlie,
                "buy",
                Call::buy {
                    card,
                    price: PRICE,
                    terms_version: 0,
                    key: key_choice(&charlie),
                }
                .into(),
            ),
        ];
        for (who, what, call) in refused {
            // The reporter's own order was refunded at once.
            let error = match (what, Keys::order(sale)) {
                ("fulfil a sale" | "lock", None) => Error::<Runtime>::UnknownOrder,
                _ => Error::<Runtime>::CardFrozen,
            };
            assert_refused(who, call, error, what);
        }

        assert_ok!(sign(&bob, Call::unlist { card, edition: 1 }));
        assert_ok!(sign(&charlie, Call::withdraw_offer { offer }));
        assert_ok!(sign(&bob, Call::expire { order: resale }));
        assert_ok!(sign(
            &eve,
            Call::dismiss_clerk {
                card,
                account: eve.clone()
            }
        ));
        assert_eq!(
            people.map(|who| wealth(&who)),
            before,
            "nobody pays for somebody else's lie"
        );
    });
}

#[test]
fn a_stake_is_a_twentieth_of_the_price_rounded_up() {
    on_dev(|| {
        let scene = Scene::sold();
        for (price, stake) in [(1, 1), (20, 1), (21, 2), (PRICE, PRICE / 20)] {
            scene.list(1, price);
            let listing = Keys::listing(scene.card, 1).expect("listed");
            assert_eq!(listing.penalty, stake);
            assert_eq!(DELIVERY_BOND.mul_ceil(price), stake);
            let unlist = Call::unlist {
                card: scene.card,
                edition: 1,
            };
            assert_ok!(sign(&account(Bob), unlist));
        }
    });
}
