//! What the node and clients may ask the runtime.

use crate::{configs::GENESIS_EPOCH_CONFIG, constants::time, *};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
    genesis_builder_helper::{build_state, get_preset},
    traits::{fungible::Inspect, Get},
    weights::Weight,
};
use hashcard_primitives::{
    blob::ContentRoot,
    card::{CardId, CardView, Sources},
    channel::{
        CreditView, LaneView, PoolId, PoolView, SessionId, SessionView, VoucherPayment, VoucherRefusal,
        Vouchers,
    },
    feed::{FeedPage, FeedQuery},
    figures::{BlockFigures, ChainFigures, MoneyFigures},
    key::{
        ClerkCapsuleView, ClerksView, Edition, ItemId, KeyIndex, KeyPage, KeyView, ListingPage, ListingView,
        OfferPage, OfferView, OrderId, OrderPage, OrderView, PriceHistory, TurnView,
    },
    reward::{ChallengeView, ClaimView, DeliveryEarnings, Emission, EndowmentView, EraIndex, EraView},
    seeder::SeatPage,
    social::{FollowCounts, Reaction, ReactionCounts},
    validator::{CandidatePage, CandidateView, SetView},
};
use sp_api::impl_runtime_apis;
use sp_consensus_grandpa::AuthorityList as GrandpaAuthorityList;
use sp_core::OpaqueMetadata;
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    traits::{Block as BlockT, NumberFor},
    transaction_validity::{TransactionSource, TransactionValidity},
    ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_session::OpaqueGeneratedSessionKeys;

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }
        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block)
        }
        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }
        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            Runtime::metadata_at_version(version)
        }
        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
        fn execute_view_function(
            id: frame_support::view_functions::ViewFunctionId,
            input: Vec<u8>,
        ) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
            Runtime::execute_view_function(id, input)
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }
        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }
        fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            data.create_extrinsics()
        }
        fn check_inherents(block: <Block as BlockT>::LazyBlock, data: InherentData) -> CheckInherentsResult {
            data.check_extrinsics(&block)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            tx: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, tx, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            Executive::offchain_worker(header)
        }
    }

    impl sp_consensus_babe::BabeApi<Block> for Runtime {
        fn configuration() -> sp_consensus_babe::BabeConfiguration {
            let epoch = Babe::epoch_config().unwrap_or(GENESIS_EPOCH_CONFIG);
            sp_consensus_babe::BabeConfiguration {
                slot_duration: time::SLOT_MILLIS,
                epoch_length: <Runtime as pallet_babe::Config>::EpochDuration::get(),
                c: epoch.c,
                authorities: Babe::authorities().to_vec(),
                randomness: Babe::randomness(),
                allowed_slots: epoch.allowed_slots,
            }
        }
        fn current_epoch_start() -> sp_consensus_babe::Slot {
            Babe::current_epoch_start()
        }
        fn current_epoch() -> sp_consensus_babe::Epoch {
            Babe::current_epoch()
        }
        fn next_epoch() -> sp_consensus_babe::Epoch {
            Babe::next_epoch()
        }
        fn generate_key_ownership_proof(
            _slot: sp_consensus_babe::Slot,
            authority_id: sp_consensus_babe::AuthorityId,
        ) -> Option<sp_consensus_babe::OpaqueKeyOwnershipProof> {
            use frame_support::traits::KeyOwnerProofSystem;
            Historical::prove((sp_consensus_babe::KEY_TYPE, authority_id))
                .map(|proof| sp_consensus_babe::OpaqueKeyOwnershipProof::new(proof.encode()))
        }
        fn submit_report_equivocation_unsigned_extrinsic(
            proof: sp_consensus_babe::EquivocationProof<<Block as BlockT>::Header>,
            key_owner_proof: sp_consensus_babe::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Babe::submit_unsigned_equivocation_report(proof, key_owner_proof.decode()?)
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> GrandpaAuthorityList {
            Grandpa::grandpa_authorities()
        }
        fn current_set_id() -> sp_consensus_grandpa::SetId {
            Grandpa::current_set_id()
        }
        fn generate_key_ownership_proof(
            _set_id: sp_consensus_grandpa::SetId,
            authority_id: sp_consensus_grandpa::AuthorityId,
        ) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
            use frame_support::traits::KeyOwnerProofSystem;
            Historical::prove((sp_consensus_grandpa::KEY_TYPE, authority_id))
                .map(|proof| sp_consensus_grandpa::OpaqueKeyOwnershipProof::new(proof.encode()))
        }
        fn submit_report_equivocation_unsigned_extrinsic(
            proof: sp_consensus_grandpa::EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>,
            key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            Grandpa::submit_unsigned_equivocation_report(proof, key_owner_proof.decode()?)
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }
        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, sp_core::crypto::KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(
            extrinsic: <Block as BlockT>::Extrinsic,
            len: u32,
        ) -> pallet_transaction_payment_rpc_runtime_api::RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_info(extrinsic, len)
        }
        fn query_fee_details(
            extrinsic: <Block as BlockT>::Extrinsic,
            len: u32,
        ) -> pallet_transaction_payment::FeeDetails<Balance> {
            TransactionPayment::query_fee_details(extrinsic, len)
        }
        fn query_weight_to_fee(weight: Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }
        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl hashcard_primitives::api::CardsApi<Block> for Runtime {
        fn card(id: CardId) -> Option<CardView<AccountId>> {
            Cards::card_view(id)
        }
        fn cards_by_root(root: ContentRoot) -> Vec<CardId> {
            Cards::cards_by_root(root)
        }
        fn feed(query: FeedQuery<AccountId>) -> FeedPage<AccountId> {
            Cards::feed(query)
        }
        fn superseded_by(card: CardId) -> Option<CardId> {
            Cards::superseded_by(card)
        }
        fn sources(card: CardId) -> Sources {
            Cards::sources(card)
        }
    }

    impl hashcard_primitives::api::SeedersApi<Block> for Runtime {
        fn seats(card: CardId, page: u32) -> SeatPage<AccountId> {
            Seeders::seats(card, page)
        }
        fn seats_of(seeder: AccountId, after: Option<CardId>) -> Vec<CardId> {
            Seeders::seats_of(seeder, after)
        }
    }

    impl hashcard_primitives::api::KeysApi<Block> for Runtime {
        fn key(card: CardId, edition: Edition) -> Option<KeyView<AccountId>> {
            Keys::key(card, edition)
        }
        fn keys_of(holder: AccountId, after: Option<ItemId>, limit: u32) -> KeyPage<AccountId> {
            Keys::keys_of(holder, after, limit)
        }
        fn order(id: OrderId) -> Option<OrderView<AccountId>> {
            Keys::order(id)
        }
        fn orders_of_seller(seller: AccountId, from: OrderId, limit: u32) -> OrderPage<AccountId> {
            Keys::orders_of_seller(seller, from, limit)
        }
        fn orders_of_buyer(buyer: AccountId, from: OrderId, limit: u32) -> OrderPage<AccountId> {
            Keys::orders_of_buyer(buyer, from, limit)
        }
        fn orders_of_card(card: CardId, from: OrderId, limit: u32) -> OrderPage<AccountId> {
            Keys::orders_of_card(card, from, limit)
        }
        fn turn(order: OrderId) -> Option<TurnView<AccountId>> {
            Keys::turn(order)
        }
        fn encryption_key(account: AccountId, index: KeyIndex) -> Option<[u8; 32]> {
            Keys::encryption_key(account, index)
        }
        fn encryption_keys(account: AccountId) -> KeyIndex {
            Keys::encryption_keys(account)
        }
        fn listing(card: CardId, edition: Edition) -> Option<ListingView<AccountId>> {
            Keys::listing(card, edition)
        }
        fn listings(card: CardId, after: Option<Edition>, limit: u32) -> ListingPage<AccountId, Edition> {
            Keys::listings(card, after, limit)
        }
        fn listings_of(
            seller: AccountId,
            after: Option<ItemId>,
            limit: u32,
        ) -> ListingPage<AccountId, ItemId> {
            Keys::listings_of(seller, after, limit)
        }
        fn offer(id: OrderId) -> Option<OfferView<AccountId>> {
            Keys::offer_view(id)
        }
        fn offers_of_card(card: CardId, from: OrderId, limit: u32) -> OfferPage<AccountId> {
            Keys::offers_of_card(card, from, limit)
        }
        fn offers_of_buyer(buyer: AccountId, from: OrderId, limit: u32) -> OfferPage<AccountId> {
            Keys::offers_of_buyer(buyer, from, limit)
        }
        fn price_history(card: CardId) -> Option<PriceHistory> {
            Keys::price_history(card)
        }
        fn clerks(card: CardId) -> ClerksView<AccountId> {
            Keys::clerks(card)
        }
        fn clerk_capsule(card: CardId, account: AccountId) -> Option<ClerkCapsuleView> {
            Keys::clerk_capsule(card, account)
        }
        fn clerk_cards(account: AccountId, after: Option<CardId>, limit: u32) -> Vec<CardId> {
            Keys::clerk_cards(account, after, limit)
        }
        fn upgrade(card: CardId) -> Option<u32> {
            Keys::upgrade(card)
        }
    }

    impl hashcard_primitives::api::ChannelsApi<Block> for Runtime {
        fn pool(id: PoolId) -> Option<PoolView<AccountId>> {
            Channels::pool(id)
        }
        fn pools_of(owner: AccountId, after: Option<PoolId>) -> Vec<PoolView<AccountId>> {
            Channels::pools_of(owner, after)
        }
        fn sessions(pool: PoolId, after: Option<SessionId>) -> Vec<SessionView> {
            Channels::sessions(pool, after)
        }
        fn lanes(pool: PoolId, session: SessionId, after: Option<AccountId>) -> Vec<LaneView<AccountId>> {
            Channels::lanes(pool, session, after)
        }
        fn credit(pool: PoolId, session: SessionId, payee: AccountId) -> Option<CreditView<AccountId>> {
            Channels::credit(pool, session, payee)
        }
        fn quote(vouchers: Vouchers<AccountId>) -> Vec<Result<VoucherPayment, VoucherRefusal>> {
            Channels::quote(vouchers)
        }
    }

    impl hashcard_primitives::api::RewardsApi<Block> for Runtime {
        fn era() -> EraView {
            Rewards::era()
        }
        fn emission() -> Emission {
            Rewards::emission()
        }
        fn challenge(card: CardId, seeder: AccountId) -> Option<ChallengeView> {
            Rewards::challenge(card, seeder)
        }
        fn claims(seeder: AccountId, after: Option<(EraIndex, CardId)>) -> Vec<ClaimView> {
            Rewards::claims(seeder, after)
        }
        fn delivery_earnings(account: AccountId) -> Option<DeliveryEarnings> {
            Rewards::delivery_earnings(account)
        }
        fn endowments(card: CardId) -> Vec<EndowmentView<AccountId>> {
            Rewards::endowments(card)
        }
    }

    impl hashcard_primitives::api::SocialApi<Block> for Runtime {
        fn reactions(card: CardId) -> ReactionCounts {
            Social::reactions(card)
        }
        fn reaction(card: CardId, account: AccountId) -> Option<Reaction> {
            Social::reaction(card, account)
        }
        fn reactions_of(account: AccountId, after: Option<CardId>) -> Vec<(CardId, Reaction)> {
            Social::reactions_of(account, after)
        }
        fn follow_counts(account: AccountId) -> FollowCounts {
            Social::follow_counts(account)
        }
        fn follows(follower: AccountId, followed: AccountId) -> bool {
            Social::follows(follower, followed)
        }
        fn following(follower: AccountId, after: Option<AccountId>) -> Vec<AccountId> {
            Social::following(follower, after)
        }
    }

    impl hashcard_primitives::api::ValidatorsApi<Block> for Runtime {
        fn validator_set() -> SetView<AccountId> {
            Validators::validator_set()
        }
        fn candidates(page: u32) -> CandidatePage<AccountId> {
            Validators::candidates(page)
        }
        fn candidate(account: AccountId) -> Option<CandidateView<AccountId>> {
            Validators::candidate(account)
        }
    }

    impl hashcard_primitives::api::FiguresApi<Block> for Runtime {
        fn figures() -> ChainFigures {
            ChainFigures {
                money: MoneyFigures {
                    issued: Balances::total_issuance(),
                    treasury: Balances::total_balance(&configs::TreasuryAccount::get()),
                },
                block: BlockFigures {
                    picoseconds_used: System::block_weight().total().ref_time(),
                    picoseconds_most: <Runtime as frame_system::Config>::BlockWeights::get()
                        .max_block
                        .ref_time(),
                    fee_multiplier: TransactionPayment::next_fee_multiplier().into_inner(),
                },
                cards: Cards::figures(),
                keys: Keys::figures(),
                channels: Channels::figures(),
                rewards: Rewards::figures(),
                validators: Validators::figures(),
            }
        }
    }

    impl hashcard_primitives::api::LengthsApi<Block> for Runtime {
        fn lengths() -> hashcard_primitives::lengths::Lengths {
            hashcard_primitives::lengths::Lengths {
                slot_millis: time::SLOT_MILLIS,
                epoch_slots: <Runtime as pallet_babe::Config>::EpochDuration::get(),
                order_deadline_blocks: Keys::order_deadline(),
                settlement_window_blocks: Keys::settlement_window(),
                seat_lifetime_blocks: Seeders::seat_lifetime(),
                lock_window_blocks: Keys::lock_window(),
                closing_window_blocks: Channels::closing_window(),
                era_blocks: Rewards::era_blocks(),
                unbonding_sessions: Validators::unbonding_sessions(),
                notice_blocks: Decisions::notice_blocks(),
            }
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }
        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, genesis_presets::preset)
        }
        fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
            genesis_presets::names()
        }
    }

    #[cfg(feature = "runtime-benchmarks")]
    impl frame_benchmarking::Benchmark<Block> for Runtime {
        fn benchmark_metadata(
            extra: bool,
        ) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
            crate::benchmarks::metadata(extra)
        }
        fn dispatch_benchmark(
            config: frame_benchmarking::BenchmarkConfig,
        ) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
            crate::benchmarks::dispatch(config)
        }
    }

    #[cfg(feature = "try-runtime")]
    impl frame_try_runtime::TryRuntime<Block> for Runtime {
        fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
            let weight = Executive::try_runtime_upgrade(checks).expect("the upgrade's checks hold");
            (weight, <Runtime as frame_system::Config>::BlockWeights::get().max_block)
        }
        fn execute_block(
            block: <Block as BlockT>::LazyBlock,
            state_root_check: bool,
            signature_check: bool,
            select: frame_try_runtime::TryStateSelect,
        ) -> Weight {
            Executive::try_execute_block(block, state_root_check, signature_check, select)
                .expect("the block executes")
        }
    }
}
