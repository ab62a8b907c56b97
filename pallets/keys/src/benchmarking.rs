//! One benchmark for each call, each at its worst case and with real proofs. A proof that is refused costs no
//! more than one that holds, so success is the worst case of all of them.

use super::*;
use crate::fixtures::{content, false_commitments, fresh_key, next_key, report, root, Handover, BLOB_LEN};
use frame_benchmarking::v2::*;
use frame_support::traits::fungible::{Inspect, Mutate};
use frame_system::{Pallet as System, RawOrigin};
use hashcard_primitives::{
    card::{CardId, Terms},
    key::{KeyIndex, OrderId},
    roles::CardLookup,
    Balance, BlockNumber,
};
use sp_runtime::{AccountId32, SaturatedConversion};

/// The content of every card here; its card lies about the key, so that it can be reported.
const CONTENT: u64 = 1;

fn funded<T: Config>(name: &'static str) -> AccountId32 {
    let who: AccountId32 = account(name, 0, 0);
    T::Currency::set_balance(&who, 1 << 100);
    who
}

fn published<T: Config>(creator: &AccountId32, price: Balance) -> CardId {
    let terms = Terms {
        price,
        editions: Some(u32::MAX),
        listed: true,
        version: 0,
    };
    T::Cards::benchmark_card(
        creator.clone(),
        root(CONTENT),
        BLOB_LEN,
        Some(false_commitments(CONTENT)),
        terms,
    )
}

fn registered<T: Config>(who: &AccountId32) -> Result<KeyIndex, BenchmarkError> {
    let (key, proof) = next_key::<T>(who);
    Ok(Pallet::<T>::do_register_key(who.clone(), key, proof)?)
}

/// An order of a buyer for a new card at this price.
fn ordered<T: Config>(
    creator: &AccountId32,
    buyer: &AccountId32,
    price: Balance,
) -> Result<OrderId, BenchmarkError> {
    let card = published::<T>(creator, price);
    let id = NextOrderId::<T>::get();
    Pallet::<T>::do_buy(buyer.clone(), card, price, 0, fresh_key::<T>(buyer))?;
    Ok(id)
}

fn delivered<T: Config>(
    creator: &AccountId32,
    buyer: &AccountId32,
    price: Balance,
) -> Result<OrderId, BenchmarkError> {
    let id = ordered::<T>(creator, buyer, price)?;
    let (capsule, proof) = Handover::of_order::<T>(id).prove(&content(CONTENT));
    Pallet::<T>::do_fulfil(creator.clone(), id, capsule, proof)?;
    Ok(id)
}

fn later<T: Config>(blocks: BlockNumber) {
    let then = Pallet::<T>::now().saturating_add(blocks);
    System::<T>::set_block_number(then.saturated_into());
}

/// A delivered order that is due, whose seller has no account, and whose price is too small to open one. A
/// creator has the deposit of his card on his account, so another takes his place as the seller.
fn payment_nobody_takes<T: Config>() -> Result<(AccountId32, OrderId), BenchmarkError> {
    let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
    let seller: AccountId32 = account("seller", 0, 0);
    let id = delivered::<T>(&creator, &buyer, (T::Currency::minimum_balance() / 2).max(1))?;
    OrdersBySeller::<T>::swap(&creator, InOrder::from(id), &seller, InOrder::from(id));
    Orders::<T>::mutate(id, |order| {
        if let Some(order) = order {
            order.seller = seller.clone();
        }
    });
    later::<T>(Pallet::<T>::settlement_window());
    Ok((seller, id))
}

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

    /// A limited card at a price, so that everything is looked up and both holds are made. The key is
    /// registered already: the weight of the other choice adds `register_key`.
    #[benchmark]
    fn buy() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let price = T::Currency::minimum_balance();
        let card = published::<T>(&creator, price);
        let key = KeyChoice::Registered(registered::<T>(&buyer)?);

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer.clone()), card, price, 0, key);

        assert!(OpenOrderOf::<T>::contains_key(buyer, card));
        Ok(())
    }

    /// A free order, the first of its creator: it ends in the same dispatch, so four rows go besides those
    /// that come, and the item role makes the collection.
    #[benchmark]
    fn fulfil() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let order = ordered::<T>(&creator, &buyer, 0)?;
        let (capsule, proof) = Handover::of_order::<T>(order).prove(&content(CONTENT));

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), order, capsule, proof);

        assert!(!Orders::<T>::contains_key(order));
        Ok(())
    }

    /// The card is frozen and the key delivered: item, record and counts go, and two holds are released.
    #[benchmark]
    fn expire() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let order = delivered::<T>(&creator, &buyer, T::Currency::minimum_balance())?;
        let card = Orders::<T>::get(order)
            .ok_or(BenchmarkError::Stop("no order"))?
            .card;
        Frozen::<T>::insert(card, ());

        #[extrinsic_call]
        _(RawOrigin::Signed(creator), order);

        assert!(!Keys::<T>::contains_key(card, 1));
        Ok(())
    }

    /// The seller has no account and his share is too small to open one, so the payment is tried and then set
    /// aside.
    #[benchmark]
    fn settle() -> Result<(), BenchmarkError> {
        let (seller, order) = payment_nobody_takes::<T>()?;
        let caller = funded::<T>("caller");

        #[extrinsic_call]
        _(RawOrigin::Signed(caller), order);

        assert!(Unclaimed::<T>::contains_key(seller));
        Ok(())
    }

    /// The reporter's own order is delivered and unsettled: besides the proof, all that `expire` does.
    #[benchmark]
    fn report_false_key() -> Result<(), BenchmarkError> {
        let (creator, buyer) = (funded::<T>("creator"), funded::<T>("buyer"));
        let order = delivered::<T>(&creator, &buyer, T::Currency::minimum_balance())?;
        let card = Orders::<T>::get(order)
            .ok_or(BenchmarkError::Stop("no order"))?
            .card;
        let (opened, proof) = report::<T>(card, 1, &buyer);

        #[extrinsic_call]
        _(RawOrigin::Signed(buyer), card, 1, opened, proof);

        assert!(Frozen::<T>::contains_key(card));
        Ok(())
    }

    /// The claim is the only one, so it leaves the keeper's account empty.
    #[benchmark]
    fn claim_unclaimed() -> Result<(), BenchmarkError> {
        let (seller, order) = payment_nobody_takes::<T>()?;
        Pallet::<T>::do_settle(order)?;
        T::Currency::set_balance(&seller, T::Currency::minimum_balance());

        #[extrinsic_call]
        _(RawOrigin::Signed(seller.clone()));

        assert!(!Unclaimed::<T>::contains_key(seller));
        Ok(())
    }

    /// The deposit goes to another account than the caller's, and his order for the card must be looked at.
    #[benchmark]
    fn discard_key() -> Result<(), BenchmarkError> {
        let (creator, holder) = (funded::<T>("creator"), funded::<T>("holder"));
        let order = ordered::<T>(&creator, &holder, T::Currency::minimum_balance())?;
        let card = Orders::<T>::get(order)
            .ok_or(BenchmarkError::Stop("no order"))?
            .card;
        let (capsule, proof) = Handover::gift::<T>(card, &holder, 0).prove(&content(CONTENT));
        Pallet::<T>::do_mint(creator, card, holder.clone(), 0, capsule, proof)?;
        Frozen::<T>::insert(card, ());

        #[extrinsic_call]
        _(RawOrigin::Signed(holder), card, 1);

        assert!(!Keys::<T>::contains_key(card, 1));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
