use super::*;
use hashcard_primitives::roles::CardLookup;

#[test]
fn a_card_is_looked_up_while_its_row_is_there_and_its_terms_until_it_is_retired() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        assert_eq!(<Cards as CardLookup>::card(id).unwrap().creator, ALICE);
        assert_eq!(<Cards as CardLookup>::terms(id).unwrap().price, 500);
        KeysMade::mutate(|made| made.insert(id, 1));
        assert_ok!(Cards::retire(by(ALICE), id));
        assert!(<Cards as CardLookup>::card(id).is_some());
        assert_eq!(<Cards as CardLookup>::terms(id), None);
        assert_eq!(<Cards as CardLookup>::card(id + 1), None);
    });
}

#[test]
fn a_card_was_published_even_when_nothing_of_it_is_left() {
    chain(|| {
        let id = publish_keyed(ALICE, 1);
        assert!(<Cards as CardLookup>::was_published(id));
        assert_ok!(Cards::retire(by(ALICE), id));
        assert_eq!(<Cards as CardLookup>::card(id), None);
        assert!(<Cards as CardLookup>::was_published(id));
        assert!(!<Cards as CardLookup>::was_published(id + 1));
    });
}
