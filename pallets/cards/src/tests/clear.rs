use super::*;
use crate::{CardOfRoot, Cards as CardRows, Error};
use frame_support::assert_noop;

#[test]
fn anybody_clears_a_retired_card_that_nothing_depends_on_any_more() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        Ordered::mutate(|ordered| ordered.insert(id));
        assert_ok!(Cards::retire(by(ALICE), id));
        let refunded = held(&ALICE);
        assert!(refunded > 0);
        assert_noop!(Cards::clear(by(BOB), id), Error::<Test>::StillNeeded);

        Ordered::mutate(|ordered| ordered.remove(&id));
        assert_ok!(Cards::clear(by(BOB), id));
        assert_eq!(last_event(), Event::Cleared { card: id, refunded });
        assert_eq!(held(&ALICE), 0);
        assert!(!CardRows::<Test>::contains_key(id));
        assert_eq!(CardOfRoot::<Test>::iter().count(), 0);
    });
}

#[test]
fn a_card_of_which_keys_were_made_stays() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        KeysMade::mutate(|made| made.insert(id, 1));
        assert_ok!(Cards::retire(by(ALICE), id));
        assert_noop!(Cards::clear(by(ALICE), id), Error::<Test>::StillNeeded);
    });
}

#[test]
fn a_card_that_is_not_retired_or_not_there_cannot_be_cleared() {
    chain(|| {
        let id = publish_inline(ALICE);
        assert_noop!(Cards::clear(by(ALICE), id), Error::<Test>::NotRetired);
        assert_noop!(Cards::clear(by(ALICE), id + 1), Error::<Test>::UnknownCard);
    });
}
