//! The figures of the chain, against a script whose outcome is known. That they agree with the rows is checked at the end of
//! every test of this folder, and in the middle of every random life.

use frame_support::{assert_ok, traits::fungible::Inspect};
use hashcard_primitives::{
    api::runtime_decl_for_figures_api::FiguresApi, card::Kind, figures::ChainFigures, Balance,
};
use hashcard_runtime::{
    configs::TreasuryAccount,
    constants::{
        money::{CARD, MIN_VALIDATOR_BOND},
        rewards::FIRST_EMISSION,
    },
    Balances, Runtime, System,
};
use hashcard_runtime_tests::{
    account, blocks,
    content::{listing, Sealed},
    figures::check_figures,
    on_dev, on_preset,
    scene::{Scene, PRICE},
    sign,
};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave};

fn in_feed(figures: &ChainFigures, kind: Kind) -> u64 {
    let row = figures.cards.in_feed.iter().find(|(known, _)| *known == kind);
    row.expect("every kind is named").1
}

#[test]
fn a_new_chain_has_validators_and_money_and_nothing_else() {
    on_preset(sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET, || {
        let figures = Runtime::figures();
        assert_eq!(figures.validators.validators, 4);
        assert_eq!(figures.validators.candidates, 4);
        assert_eq!(figures.validators.bonded, 4 * MIN_VALIDATOR_BOND);
        assert_eq!(figures.validators.disabled, 0);
        assert_eq!(figures.money.issued, Balances::total_issuance());
        assert_eq!(figures.block.fee_multiplier, 1_000_000_000_000_000_000);
        assert_eq!(figures.rewards.emission, FIRST_EMISSION);
        assert_eq!(figures.rewards.last, None);
        assert_eq!(figures.cards.published, 0);
        assert!(Kind::ALL.iter().all(|kind| in_feed(&figures, *kind) == 0));
        assert_eq!((figures.keys.orders_made, figures.keys.unclaimed), (0, 0));
        assert_eq!(figures.channels.pools_opened, 0);
    });
}

#[test]
fn what_is_made_counts_for_ever_and_what_is_there_counts_while_it_is() {
    on_dev(|| {
        blocks::begin_first();
        let scene = Scene::published();
        let software = Sealed::new(&account(Alice), 2, false);
        let said = hashcard_primitives::card::Listing {
            kind: Kind::Software,
            ..listing(7, None)
        };
        let second = software.publish_as(said).expect("published");
        let two = Runtime::figures();
        assert_eq!(two.cards.published, 2);
        assert_eq!((in_feed(&two, Kind::Film), in_feed(&two, Kind::Software)), (1, 1));

        assert_ok!(sign(
            &account(Alice),
            pallet_cards::Call::<Runtime>::retire { card: second }
        ));
        let one = Runtime::figures();
        assert_eq!(one.cards.published, 2, "a retired card was published too");
        assert_eq!((in_feed(&one, Kind::Film), in_feed(&one, Kind::Software)), (1, 0));
        check_figures();

        let before = Runtime::figures();
        scene.sell_to(&account(Bob));
        let order = scene.order(&account(Charlie));
        let sold = Runtime::figures();
        assert_eq!(order, 2);
        assert_eq!(sold.keys.orders_made, 2, "a settled order was made too");
        let burnt: Balance = PRICE / 100;
        assert_eq!(before.money.issued - sold.money.issued, burnt);
        assert_eq!(
            sold.rewards.sale_credit,
            hashcard_primitives::share::part(burnt, FIRST_EMISSION.credit_share)
        );

        let open = pallet_channels::Call::<Runtime>::open_pool { deposit: 5 * CARD };
        assert_ok!(sign(&account(Dave), open));
        assert_eq!(Runtime::figures().channels.pools_opened, 1);
        let endow = pallet_rewards::Call::<Runtime>::endow {
            card: scene.card,
            amount: 9 * CARD,
            per_block: CARD / 100,
        };
        assert_ok!(sign(&account(Dave), endow));
        let endowed = Runtime::figures().rewards;
        assert_eq!((endowed.endowments_made, endowed.endowed), (1, 9 * CARD));
    });
}

#[test]
fn an_era_that_ended_is_told_beside_the_one_that_runs_and_the_treasury_is_minted_for() {
    on_dev(|| {
        blocks::begin_first();
        let before = Runtime::figures();
        let era_blocks = before.rewards.era_blocks;
        blocks::pass(era_blocks);
        let after = Runtime::figures();
        assert_eq!(after.rewards.era, before.rewards.era + 1);
        let last = after.rewards.last.expect("an era ended");
        assert_eq!((last.granted, last.credit), (0, 0), "nobody earned anything");
        assert_eq!(
            last.pot,
            FIRST_EMISSION.seeders_per_block * Balance::from(era_blocks)
        );
        assert_eq!(
            after.money.treasury - before.money.treasury,
            FIRST_EMISSION.treasury_per_block * Balance::from(era_blocks)
        );
        assert_eq!(
            after.money.treasury,
            Balances::total_balance(&TreasuryAccount::get())
        );
        assert_eq!(after.rewards.era_started_at, System::block_number());
        check_figures();
    });
}
