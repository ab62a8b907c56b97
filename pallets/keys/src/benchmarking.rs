//! A benchmark for each call, or for each path of it that may be its worst, with real proofs. A proof that is refused
//! costs no more than one that holds, so success is the worst case of all of them.

mod scene;

use super::*;
use crate::fixtures::{content, next_key, report, Handover};
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::{Inspect, Mutate};
use frame_system::RawOrigin;
use hashcard_primitives::{
    card::WHOLE_SHARE,
    key::{ClerkSource, MAX_CLERKS, MAX_COMMISSION},
    roles::{BurntFees, CardLookup},
};
use scene::*;

#[benchmarks]
mod benchmarks {
    use super::*;

    /// There is one path.
    #[benchmark]
    fn register_key() -> Result<(), BenchmarkError> {
        let caller = funded::<T>("caller");
        let (key, proof) = next_key::<T>(&caller);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), key, proof);

        assert_eq!(EncryptionKeys::<T>::get(caller, 0).map(|row| row.key), Some(key));
        Ok(())
    }

    /// The first key of a creator: the item role makes his collection as well.
    #[benchmark]
    fn mint() -> Result<(), BenchmarkError> {
        let (creator, to) = (funded::<T>("creator"), funded::<T>("receiver"));
        let card = published::<T>(&creator, 0);
        let index = registered::<T>(&to)?;
        let (capsule, proof) = Handover::gift::<T>(card, &to, index).prove(&content(CONTENT));

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), card, to, index, capsule, proof);

        assert!(Keys::<T>::contains_key(card, 1));
        Ok(())
    }

    /// A limited card at a price, with a commission, so that everything is looked up and both holds are made. The key
    /// is registered already: the weight of the other choice adds `register_key`.
    #[benchmark]
    fn buy() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let price = T::Currency::minimum_balance();
        let card = published::<T>(&creator, price);
        Pallet::<T>::do_set_clerk_terms(creator, card, MAX_COMMISSION, true)?;
        let key = KeyChoice::Registered(registered::<T>(&buyer)?);

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer.clone()), card, price, 0, key);

        assert!(OpenOrderOf::<T>::contains_key(buyer, card));
        Ok(())
    }

    /// A free order, the first of its creator, who locked it: it ends in the same dispatch, so five rows go besides
    /// those that come, and the item role makes the collection.
    #[benchmark]
    fn fulfil_primary() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let order = ordered::<T>(&creator, &buyer, 0)?;
        lock_by_seller::<T>(order, &creator)?;
        let (capsule, proof) = delivery::<T>(order);

        #[extrinsic_call]
        fulfil(RawOrigin::Signed(creator), order, capsule, proof);

        assert!(!Orders::<T>::contains_key(order));
        Ok(())
    }

    /// The seller locked it, and the creator paid the key's deposit: two stakes and two deposits go back.
    #[benchmark]
    fn fulfil_resale() -> Result<(), BenchmarkError> {
        let (creator, seller, buyer) = (
            funded::<T>("creator"),
            funded::<T>("seller"),
            funded::<T>("buyer"),
        );
        let order = locked_resale::<T>(&creator, &seller, &buyer)?;
        let (capsule, proof) = delivery::<T>(order);

        #[extrinsic_call]
        fulfil(RawOrigin::Signed(seller), order, capsule, proof);

        assert_eq!(
            Pallet::<T>::key(card_of::<T>(order)?, 1).map(|key| key.holder),
            Some(buyer)
        );
        Ok(())
    }

    /// Both stakes go to the buyer.
    #[benchmark]
    fn expire_resale() -> Result<(), BenchmarkError> {
        let (creator, seller, buyer) = (
            funded::<T>("creator"),
            funded::<T>("seller"),
            funded::<T>("buyer"),
        );
        let order = locked_resale::<T>(&creator, &seller, &buyer)?;
        later::<T>(Pallet::<T>::order_deadline().saturating_add(Pallet::<T>::lock_window()));

        #[extrinsic_call]
        expire(RawOrigin::Signed(creator), order);

        assert!(!Orders::<T>::contains_key(order));
        Ok(())
    }

    /// A clerk locked it, and the claim goes back to the old key.
    #[benchmark]
    fn expire_claim() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let order = claimed::<T>(&creator, &buyer)?;
        let clerk = appoint::<T>(&creator, card_of::<T>(order)?, 1)?;
        Pallet::<T>::do_lock(clerk, order, [7; 32], Some(ClerkSource::Appointed))?;
        later::<T>(Pallet::<T>::order_deadline().saturating_add(Pallet::<T>::lock_window()));

        #[extrinsic_call]
        expire(RawOrigin::Signed(creator), order);

        assert!(!Orders::<T>::contains_key(order));
        Ok(())
    }

    /// The card is frozen and the key delivered: item, record and counts go, two holds are released, and the claim
    /// goes back to the old key.
    #[benchmark]
    fn expire_delivered() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let order = delivered_claim::<T>(&creator, &buyer)?;
        let card = card_of::<T>(order)?;
        Frozen::<T>::insert(card, ());

        #[extrinsic_call]
        expire(RawOrigin::Signed(creator), order);

        assert!(!Keys::<T>::contains_key(card, 1));
        Ok(())
    }

    /// Neither the clerk nor any collaborator has an account, and their shares are too small to open one, so each
    /// payment is tried and then set aside. The history of the card is full.
    #[benchmark]
    fn settle() -> Result<(), BenchmarkError> {
        let (clerk, order) = payment_nobody_takes::<T>()?;
        let caller = funded::<T>("caller");
        T::Fees::benchmark_crediting(None);

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), order);

        assert!(Unclaimed::<T>::contains_key(clerk));
        Ok(())
    }

    /// The reporter's own order is a delivered and unsettled claim: besides the proof, all that `expire` does.
    #[benchmark]
    fn report_false_key() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let order = delivered_claim::<T>(&creator, &buyer)?;
        let card = card_of::<T>(order)?;
        let (opened, proof) = report::<T>(card, 1, &buyer);

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer), card, 1, opened, proof);

        assert!(Frozen::<T>::contains_key(card));
        Ok(())
    }

    /// One transfer out of the keeper's account.
    #[benchmark]
    fn claim_unclaimed() -> Result<(), BenchmarkError> {
        let (clerk, order) = payment_nobody_takes::<T>()?;
        Pallet::<T>::do_settle(order)?;
        T::Currency::set_balance(&clerk, T::Currency::minimum_balance());

        #[extrinsic_call]
        _(RawOrigin::Signed(clerk.clone()));

        assert!(!Unclaimed::<T>::contains_key(clerk));
        Ok(())
    }

    /// The deposit goes to another account than the caller's, his listing ends, and it is the last key of its card.
    #[benchmark]
    fn discard_key() -> Result<(), BenchmarkError> {
        let (creator, holder) = (funded::<T>("creator"), funded::<T>("holder"));
        let card = published::<T>(&creator, 0);
        let edition = held_key::<T>(&creator, card, &holder)?;
        Pallet::<T>::do_list(holder.clone(), card, edition, T::Currency::minimum_balance())?;
        Frozen::<T>::insert(card, ());

        #[extrinsic_call]
        _(RawOrigin::Signed(holder), card, edition);

        assert!(!Keys::<T>::contains_key(card, edition));
        Ok(())
    }

    #[benchmark]
    fn remove_key() -> Result<(), BenchmarkError> {
        let caller = funded::<T>("caller");
        let index = registered::<T>(&caller)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(caller.clone()), index);

        assert!(!EncryptionKeys::<T>::contains_key(caller, index));
        Ok(())
    }

    #[benchmark]
    fn list() -> Result<(), BenchmarkError> {
        let (creator, holder) = (funded::<T>("creator"), funded::<T>("holder"));
        let card = published::<T>(&creator, 0);
        let edition = held_key::<T>(&creator, card, &holder)?;

        #[extrinsic_call]
        _(
            RawOrigin::Signed(holder),
            card,
            edition,
            T::Currency::minimum_balance(),
        );

        assert!(Listings::<T>::contains_key(card, edition));
        Ok(())
    }

    #[benchmark]
    fn unlist() -> Result<(), BenchmarkError> {
        let (creator, holder) = (funded::<T>("creator"), funded::<T>("holder"));
        let card = published::<T>(&creator, 0);
        let edition = held_key::<T>(&creator, card, &holder)?;
        Pallet::<T>::do_list(holder.clone(), card, edition, T::Currency::minimum_balance())?;

        #[extrinsic_call]
        _(RawOrigin::Signed(holder), card, edition);

        assert!(!Listings::<T>::contains_key(card, edition));
        Ok(())
    }

    /// The encryption key is registered already: the weight of the other choice adds `register_key`.
    #[benchmark]
    fn buy_listed() -> Result<(), BenchmarkError> {
        let (creator, holder, buyer) = (
            funded::<T>("creator"),
            funded::<T>("holder"),
            funded::<T>("buyer"),
        );
        let price = T::Currency::minimum_balance();
        let card = published::<T>(&creator, price);
        let edition = held_key::<T>(&creator, card, &holder)?;
        Pallet::<T>::do_list(holder, card, edition, price)?;
        let key = KeyChoice::Registered(registered::<T>(&buyer)?);

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer.clone()), card, edition, price, 0, key);

        assert!(OpenOrderOf::<T>::contains_key(buyer, card));
        Ok(())
    }

    /// For one key, which is looked at. The encryption key is registered already.
    #[benchmark]
    fn offer() -> Result<(), BenchmarkError> {
        let (creator, holder, buyer) = (
            funded::<T>("creator"),
            funded::<T>("holder"),
            funded::<T>("buyer"),
        );
        let card = published::<T>(&creator, 0);
        let edition = held_key::<T>(&creator, card, &holder)?;
        let key = KeyChoice::Registered(registered::<T>(&buyer)?);
        // The call may be made a block later than this.
        let (price, until) = (
            T::Currency::minimum_balance(),
            Pallet::<T>::now().saturating_add(1),
        );

        #[extrinsic_call]
        _(
            RawOrigin::Signed(buyer.clone()),
            card,
            Some(edition),
            price,
            until,
            key,
        );

        assert!(OpenOrderOf::<T>::contains_key(buyer, card));
        Ok(())
    }

    /// By somebody else, after its last block.
    #[benchmark]
    fn withdraw_offer() -> Result<(), BenchmarkError> {
        let (creator, holder, buyer) = (
            funded::<T>("creator"),
            funded::<T>("holder"),
            funded::<T>("buyer"),
        );
        let card = published::<T>(&creator, 0);
        held_key::<T>(&creator, card, &holder)?;
        let key = KeyChoice::Registered(registered::<T>(&buyer)?);
        let (id, now) = (NextOrderId::<T>::get(), Pallet::<T>::now());
        Pallet::<T>::do_offer(buyer, card, None, T::Currency::minimum_balance(), now, key)?;
        later::<T>(1);

        #[extrinsic_call]
        _(RawOrigin::Signed(holder), id);

        assert!(!Offers::<T>::contains_key(id));
        Ok(())
    }

    /// The key is listed, so a bond goes back before the new one is held.
    #[benchmark]
    fn accept() -> Result<(), BenchmarkError> {
        let (creator, holder, buyer) = (
            funded::<T>("creator"),
            funded::<T>("holder"),
            funded::<T>("buyer"),
        );
        let price = T::Currency::minimum_balance();
        let card = published::<T>(&creator, 0);
        let edition = held_key::<T>(&creator, card, &holder)?;
        Pallet::<T>::do_list(holder.clone(), card, edition, price)?;
        let key = KeyChoice::Registered(registered::<T>(&buyer)?);
        // The call may be made a block later than this.
        let (id, until) = (NextOrderId::<T>::get(), Pallet::<T>::now().saturating_add(1));
        Pallet::<T>::do_offer(buyer, card, Some(edition), price, until, key)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(holder), id, edition);

        assert!(Orders::<T>::contains_key(id));
        Ok(())
    }

    /// By the clerk whose turn it is among as many as there can be.
    #[benchmark]
    fn lock() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let (order, clerk) = clerks_order::<T>(&creator, &buyer, T::Currency::minimum_balance())?;
        let source = Some(ClerkSource::Appointed);

        #[extrinsic_call]
        _(RawOrigin::Signed(clerk), order, [7; 32], source);

        assert!(Orders::<T>::get(order).is_some_and(|order| order.lock.is_some()));
        Ok(())
    }

    /// A free order, the first of its creator, who locked it, by the clerk whose turn it is among as many as there can
    /// be: it ends in the same dispatch, and the item role makes the collection.
    #[benchmark]
    fn fulfil_for() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let (order, clerk) = clerks_order::<T>(&creator, &buyer, 0)?;
        lock_by_seller::<T>(order, &creator)?;
        let (capsule, proof) = clerks_delivery::<T>(order, &clerk);

        #[extrinsic_call]
        _(
            RawOrigin::Signed(clerk),
            order,
            ClerkSource::Appointed,
            capsule,
            proof,
        );

        assert!(!Orders::<T>::contains_key(order));
        Ok(())
    }

    /// The last that there can be.
    #[benchmark]
    fn appoint_clerk() -> Result<(), BenchmarkError> {
        let creator = funded::<T>("creator");
        let card = published::<T>(&creator, 0);
        appoint::<T>(&creator, card, MAX_CLERKS - 1)?;
        let (clerk, index, capsule, proof) = appointment::<T>(card, MAX_CLERKS - 1)?;

        #[extrinsic_call]
        _(
            RawOrigin::Signed(creator),
            card,
            clerk.clone(),
            index,
            capsule,
            proof,
        );

        assert!(ClerkCapsules::<T>::contains_key(card, clerk));
        Ok(())
    }

    /// The last of as many as there can be.
    #[benchmark]
    fn dismiss_clerk() -> Result<(), BenchmarkError> {
        let creator = funded::<T>("creator");
        let card = published::<T>(&creator, 0);
        let clerk = appoint::<T>(&creator, card, MAX_CLERKS)?;

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), card, clerk.clone());

        assert!(!ClerkCapsules::<T>::contains_key(card, clerk));
        Ok(())
    }

    /// For the first time, so a deposit is held.
    #[benchmark]
    fn set_clerk_terms() -> Result<(), BenchmarkError> {
        let creator = funded::<T>("creator");
        let card = published::<T>(&creator, 0);

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), card, MAX_COMMISSION, true);

        assert!(TermsOfClerks::<T>::contains_key(card));
        Ok(())
    }

    /// The receiver has no key of this card yet, and the giver keeps none.
    #[benchmark]
    fn gift() -> Result<(), BenchmarkError> {
        let (creator, holder, to) = (
            funded::<T>("creator"),
            funded::<T>("holder"),
            funded::<T>("receiver"),
        );
        let card = published::<T>(&creator, 0);
        let edition = held_key::<T>(&creator, card, &holder)?;
        let index = registered::<T>(&to)?;
        let (capsule, proof) = Handover::given::<T>(card, edition, &to, index).prove(&content(CONTENT));

        #[extrinsic_call]
        _(
            RawOrigin::Signed(holder),
            card,
            edition,
            to.clone(),
            index,
            capsule,
            proof,
        );

        assert_eq!(Pallet::<T>::key(card, edition).map(|key| key.holder), Some(to));
        Ok(())
    }

    #[benchmark]
    fn rewrap() -> Result<(), BenchmarkError> {
        let (creator, holder) = (funded::<T>("creator"), funded::<T>("holder"));
        let card = published::<T>(&creator, 0);
        let edition = held_key::<T>(&creator, card, &holder)?;
        let index = registered::<T>(&holder)?;
        let (capsule, proof) = Handover::given::<T>(card, edition, &holder, index).prove(&content(CONTENT));

        #[extrinsic_call]
        _(RawOrigin::Signed(holder), card, edition, index, capsule, proof);

        assert_eq!(
            Pallet::<T>::key(card, edition).map(|key| key.key_index),
            Some(index)
        );
        Ok(())
    }

    /// For the first time, so a deposit is held.
    #[benchmark]
    fn set_upgrade() -> Result<(), BenchmarkError> {
        let creator = funded::<T>("creator");
        let (older, newer) = (published::<T>(&creator, 0), published::<T>(&creator, 0));
        T::Cards::benchmark_supersede(newer, older);

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), newer, WHOLE_SHARE);

        assert!(Upgrades::<T>::contains_key(newer));
        Ok(())
    }

    /// At half price, with a commission promised. The encryption key is registered already.
    #[benchmark]
    fn claim() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let price = T::Currency::minimum_balance().saturating_mul(2);
        let (newer, with) = superseding::<T>(&creator, &buyer, price)?;
        let key = KeyChoice::Registered(0);

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer.clone()), newer, with, price / 2, 0, key);

        assert!(OpenOrderOf::<T>::contains_key(buyer, newer));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
