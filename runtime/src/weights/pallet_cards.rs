use frame_support::weights::Weight;
use core::marker::PhantomData;
pub struct WeightInfo<T>(PhantomData<T>);
impl<T: frame_system::Config> pallet_cards::WeightInfo for WeightInfo<T> {
    fn publish_inline(_t: u32) -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn publish_blob(_t: u32) -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn revise_terms() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn retire() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn clear() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn add_sources() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn report() -> Weight { Weight::from_parts(1_000_000_000, 0) }
    fn withdraw_report() -> Weight { Weight::from_parts(1_000_000_000, 0) }
}
