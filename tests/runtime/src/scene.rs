//! Where most tests of the market begin: a card that keys were sold of, and those who hold them.

use crate::{
    account,
    content::{buy, encryption_secret, listing, Sealed},
    go_to,
    handover::{capsule, Handover},
    sign, GENESIS,
};
use frame_support::assert_ok;
use hashcard_primitives::{
    card::{CardId, Listing},
    key::{ClerkSource, Edition, KeyIndex, OrderId, OrderState},
    Balance, BlockNumber,
};
use hashcard_proofs::{
    prove_false_key, prove_possession, Capsule, EncodedPoint, FalseKeyContext, LongProof, PossessionContext,
};
use hashcard_runtime::{
    constants::money::CARD, AccountId, Cards, Keys, Runtime, RuntimeCall, RuntimeOrigin, System,
};
use pallet_keys::KeyChoice;
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use sp_runtime::{traits::Dispatchable, DispatchError};

/// What a first sale costs here.
pub const PRICE: Balance = 10 * CARD;

/// A card of Alice's.
pub struct Scene {
    /// Its number.
    pub card: CardId,
    /// Its content.
    pub content: Sealed,
}

impl Scene {
    /// A card for sale, of which there is no key.
    pub fn published() -> Self {
        Self::published_as(1, listing(PRICE, None))
    }

    /// The same under this listing. Another seed is another content.
    pub fn published_as(seed: u64, said: Listing) -> Self {
        let content = Sealed::new(&account(Alice), seed, false);
        let card = content.publish_as(said).expect("it can be published");
        Self { card, content }
    }

    /// A card whose creator lied about its key.
    pub fn lying() -> Self {
        let content = Sealed::new(&account(Alice), 99, true);
        let card = content.publish(PRICE, None).expect("the chain cannot know yet");
        Self { card, content }
    }

    /// The card with its first key, which Bob bought and paid.
    pub fn sold() -> Self {
        let scene = Self::published();
        scene.sell_to(&account(Bob));
        scene
    }

    /// Sells a new key and settles the sale.
    pub fn sell_to(&self, buyer: &AccountId) -> Edition {
        let order = self.order(buyer);
        let edition = self.deliver(order);
        settle(order);
        edition
    }

    /// Orders a new key at the card's price.
    pub fn order(&self, buyer: &AccountId) -> OrderId {
        let price = Cards::card_view(self.card).expect("it is published").terms.price;
        buy(buyer, self.card, price).expect("it is for sale")
    }

    /// Lists a key of its holder's and lets somebody buy it.
    pub fn order_listed(&self, edition: Edition, price: Balance, buyer: &AccountId) -> OrderId {
        self.list(edition, price);
        assert_ok!(sign(buyer, self.buy_listed(edition, buyer)));
        last_order_of(buyer)
    }

    /// Its holder lists a key.
    pub fn list(&self, edition: Edition, price: Balance) {
        let holder = self.holder(edition);
        let card = self.card;
        assert_ok!(sign(&holder, pallet_keys::Call::list { card, edition, price }));
    }

    /// The purchase of a listed key as it is.
    pub fn buy_listed(&self, edition: Edition, buyer: &AccountId) -> RuntimeCall {
        let listing = Keys::listing(self.card, edition).expect("it is listed");
        RuntimeCall::Keys(pallet_keys::Call::buy_listed {
            card: self.card,
            edition,
            price: listing.price,
            sequence: listing.sequence,
            key: key_choice(buyer),
        })
    }

    /// Offers a price for a key.
    pub fn offer(&self, edition: Option<Edition>, price: Balance, buyer: &AccountId) -> OrderId {
        let call = pallet_keys::Call::offer {
            card: self.card,
            edition,
            price,
            until: System::block_number() + 10,
            key: key_choice(buyer),
        };
        assert_ok!(sign(buyer, call));
        pallet_keys::OpenOrderOf::<Runtime>::get(buyer, self.card).expect("it was just made")
    }

    /// Who holds a key.
    pub fn holder(&self, edition: Edition) -> AccountId {
        Keys::key(self.card, edition).expect("the key exists").holder
    }

    /// What a handover gives.
    pub fn prove(&self, handover: &Handover) -> (Capsule, LongProof) {
        handover.prove(&self.content.secret)
    }

    /// The delivery of an order by creator or seller.
    pub fn fulfil_call(&self, handover: &Handover, order: OrderId) -> RuntimeCall {
        let (capsule, proof) = self.prove(handover);
        RuntimeCall::Keys(pallet_keys::Call::fulfil {
            order,
            capsule,
            proof,
        })
    }

    /// The delivery of an order by a clerk.
    pub fn fulfil_for_call(&self, order: OrderId, source: ClerkSource, handover: &Handover) -> RuntimeCall {
        let (capsule, proof) = self.prove(handover);
        RuntimeCall::Keys(pallet_keys::Call::fulfil_for {
            order,
            source,
            capsule,
            proof,
        })
    }

    /// Delivers an order as its creator or seller does, and checks that the buyer can open what he got.
    pub fn deliver(&self, order: OrderId) -> Edition {
        let handover = Handover::of_order(order);
        let buyer = Keys::order(order).expect("it is open").buyer;
        assert_ok!(sign(&handover.from, self.fulfil_call(&handover, order)));
        let state = Keys::order(order).expect("it is not settled yet").state;
        let OrderState::Delivered { edition, .. } = state else {
            panic!("order {order} is delivered");
        };
        assert_eq!(self.holder(edition), buyer);
        self.assert_opens(edition);
        edition
    }

    /// Fails unless the holder's capsule opens to the content point.
    pub fn assert_opens(&self, edition: Edition) {
        let key = Keys::key(self.card, edition).expect("the key exists");
        let secret = encryption_secret(&key.holder, key.key_index);
        let opened = secret.open(&capsule(key.capsule)).expect("it is well formed");
        assert!(
            opened.as_bytes() == self.content.secret.point().as_bytes(),
            "edition {edition} opens to something else"
        );
    }

    /// The holder of a key shows that it opens to something else.
    pub fn report_false_key(&self, edition: Edition) {
        let key = Keys::key(self.card, edition).expect("the key exists");
        let head = self.content.footer.head();
        let context = FalseKeyContext {
            genesis: &GENESIS,
            card: self.card,
            root: &self.content.root.0,
            blob_len: self.content.footer.blob_len(),
            key_commitment: &head.key_commitment,
            content_commitment: &EncodedPoint(head.content_commitment),
            edition,
            account: key.holder.as_ref(),
            key_index: key.key_index,
        };
        let secret = encryption_secret(&key.holder, key.key_index);
        let chance = &mut ChaCha20Rng::seed_from_u64(5);
        let (opened, proof) =
            prove_false_key(&context, &secret, &capsule(key.capsule), chance).expect("his own capsule opens");
        let call = pallet_keys::Call::report_false_key {
            card: self.card,
            edition,
            opened,
            proof,
        };
        assert_ok!(sign(&key.holder, call));
    }

    /// Gives an account a capsule to deliver from.
    pub fn appoint(&self, clerk: &AccountId) {
        let key_index = registered(clerk);
        let (capsule, proof) = self.prove(&Handover::appointment(self.card, clerk, key_index));
        let call = pallet_keys::Call::appoint_clerk {
            card: self.card,
            account: clerk.clone(),
            key_index,
            capsule,
            proof,
        };
        assert_ok!(sign(self.content.creator(), call));
    }

    /// Says what those who deliver are promised.
    pub fn clerk_terms(&self, commission: u32, any_holder: bool) {
        let call = pallet_keys::Call::<Runtime>::set_clerk_terms {
            card: self.card,
            commission,
            any_holder,
        };
        assert_ok!(sign(self.content.creator(), call));
    }
}

/// The order that an account made last.
pub fn last_order_of(buyer: &AccountId) -> OrderId {
    let orders = Keys::orders_of_buyer(buyer.clone(), 0, 64).orders;
    orders.last().expect("an order was made").id
}

/// The last block in which an order can be delivered.
pub fn deadline(order: OrderId) -> BlockNumber {
    match Keys::order(order).expect("it is open").state {
        OrderState::Waiting { deadline } => deadline,
        OrderState::Delivered { .. } => panic!("order {order} waits"),
    }
}

/// Waits for the end of the settlement window and settles.
pub fn settle(order: OrderId) {
    if let Some(OrderState::Delivered { settles_at, .. }) = Keys::order(order).map(|order| order.state) {
        go_to(settles_at.max(System::block_number()));
        assert_ok!(sign(&account(Alice), pallet_keys::Call::settle { order }));
    }
}

/// The account's newest encryption key, registered now if it has none.
pub fn registered(who: &AccountId) -> KeyIndex {
    match Keys::encryption_keys(who.clone()).checked_sub(1) {
        Some(index) => index,
        None => register(who),
    }
}

/// Registers a further encryption key.
pub fn register(who: &AccountId) -> KeyIndex {
    let index = Keys::encryption_keys(who.clone());
    let KeyChoice::Register(key, proof) = new_key(who) else {
        panic!("a new key is to be registered");
    };
    assert_ok!(sign(who, pallet_keys::Call::register_key { key, proof }));
    index
}

/// An encryption key that the account does not have yet, with its proof of possession.
pub fn new_key(who: &AccountId) -> KeyChoice {
    let index = Keys::encryption_keys(who.clone());
    let secret = encryption_secret(who, index);
    let context = PossessionContext {
        genesis: &GENESIS,
        account: who.as_ref(),
        index,
    };
    let proof = prove_possession(&context, &secret, &mut ChaCha20Rng::seed_from_u64(2));
    KeyChoice::Register(secret.public(), proof)
}

/// The account's newest encryption key, or a new one if it has none.
pub fn key_choice(who: &AccountId) -> KeyChoice {
    match Keys::encryption_keys(who.clone()).checked_sub(1) {
        Some(index) => KeyChoice::Registered(index),
        None => new_key(who),
    }
}

/// Fails unless the call is refused with this error and leaves every byte of state as it was.
pub fn assert_refused(
    who: &AccountId,
    call: impl Into<RuntimeCall>,
    error: impl Into<DispatchError>,
    why: &str,
) {
    let root = || sp_io::storage::root(sp_runtime::StateVersion::V1);
    let (call, before) = (call.into(), root());
    let refused = call.dispatch(RuntimeOrigin::signed(who.clone()));
    let refusal = refused.expect_err(why).error;
    let (got, expected) = (crate::error_name(refusal), crate::error_name(error.into()));
    assert_eq!(got, expected, "{why}");
    assert!(root() == before, "a refused call changed state: {why}");
}
