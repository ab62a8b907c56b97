use frame_support::weights::Weight;
use core::marker::PhantomData;
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_keys::WeightInfo for WeightInfo<T> {
    fn register_key() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn mint() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn buy() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn fulfil() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn expire() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn settle() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn report_false_key() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn claim_unclaimed() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn discard_key() -> Weight { Weight::from_parts(1_000_000_000, 0) }
}
