use super::*;
use crate::{Error, Frozen, Upgrades};
use frame_support::assert_noop;

fn upgrade(card: CardId, discount: u32) -> Call<Test> {
    Call::set_upgrade { card, discount }
}

#[test]
fn a_creator_sets_and_closes_the_way_from_the_old_version() {
    on_chain(|| {
        let newer = publish_next_version(publish(&CREATOR, 10, None), 10);
        assert_ok!(send(&CREATOR, upgrade(newer, 250_000)));
        assert_event(Event::UpgradeSet {
            card: newer,
            discount: 250_000,
        });
        assert_eq!(held(HoldReason::Clerk, &CREATOR), TERMS_DEPOSIT);
        assert_eq!(Pallet::<Test>::upgrade(newer), Some(250_000));
        assert_ok!(send(&CREATOR, upgrade(newer, 1_000_000)));
        assert_eq!(held(HoldReason::Clerk, &CREATOR), TERMS_DEPOSIT);
        assert_ok!(send(&CREATOR, upgrade(newer, 0)));
        assert_eq!(held(HoldReason::Clerk, &CREATOR), 0);
        assert_eq!(Pallet::<Test>::upgrade(newer), None);
    });
}

#[test]
fn only_the_creator_and_only_on_a_card_that_supersedes_another() {
    on_chain(|| {
        let older = publish(&CREATOR, 10, None);
        let newer = publish_next_version(older, 10);
        assert_noop!(send(&OTHER, upgrade(newer, 1)), Error::<Test>::NotCreator);
        assert_noop!(
            send(&CREATOR, upgrade(older, 1)),
            Error::<Test>::SupersedesNothing
        );
        assert_noop!(
            send(&CREATOR, upgrade(newer, 1_000_001)),
            Error::<Test>::DiscountTooHigh
        );
        assert_noop!(send(&CREATOR, upgrade(77, 1)), Error::<Test>::UnknownCard);
    });
}

#[test]
fn a_frozen_or_retired_card_gets_none_and_can_be_closed() {
    on_chain(|| {
        let newer = publish_next_version(publish(&CREATOR, 10, None), 10);
        assert_ok!(send(&CREATOR, upgrade(newer, 1)));
        Frozen::<Test>::insert(newer, ());
        assert_noop!(send(&CREATOR, upgrade(newer, 2)), Error::<Test>::CardFrozen);
        Frozen::<Test>::remove(newer);
        FakeCards::retire(newer);
        assert_noop!(send(&CREATOR, upgrade(newer, 2)), Error::<Test>::Retired);
        Frozen::<Test>::insert(newer, ());
        assert_ok!(send(&CREATOR, upgrade(newer, 0)));
        assert!(!Upgrades::<Test>::contains_key(newer));
    });
}
