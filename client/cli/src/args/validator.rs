//! What can be typed about validators.

use clap::{Args, Subcommand};
use hashcard_engine::amount::Amount;
use hashcard_engine::command::{NewKeys, Validator};

pub(super) const VALIDATOR_HELP: &str = "\
The way in: hashcard-node --validator, caught up; then, through that node, hashcard validator bond AMOUNT --rotate
The way out: unbond --all, wait, withdraw, retire-keys

A bond is at stake: whoever signs two blocks for one slot, or two votes in one round, loses a part of it or all, and it burns. A validator
that is silent loses its place and no money; it comes back with rejoin. docs/operations/validator.md says more.";

const STATUS_HELP: &str = "\
Examples:
  hashcard validator status
  hashcard validator status hc...

Silent: blocks of the sessions that ended last, when the validator made none of them; from 24 for each member of the set on it loses
its place, at most a third of a set at once.";

const BOND_HELP: &str = "\
Examples:
  hashcard validator bond 10000 --rotate      through the validator's own node
  hashcard validator bond 10000 --keys 0x... --proof 0x...
  hashcard validator bond 10000               with the session keys that the account has

The highest bonds are the set, from the session after the next one on. When there are as many candidates as may be, a higher bond displaces
the lowest.

--rotate has the node that is asked (--node) make new session keys in its keystore. That must be the validator's own, which does it for its
own machine only; from the machine of the wallet go through a tunnel: ssh -L 9944:localhost:9944 VALIDATOR. Or have it make them by
author_rotateKeysWithOwner with this account's bytes, and bring both: --keys and --proof.";

const BOND_MORE_HELP: &str = "\
Example:
  hashcard validator bond-more 500

Whoever rests has more at stake then, too, and needs rejoin to be ranked.";

const UNBOND_HELP: &str = "\
Examples:
  hashcard validator unbond 500
  hashcard validator unbond --all

With --all you leave. Keep the node running until you are in neither set: you owe blocks for up to two more sessions. What is unbonded
waits, and answers meanwhile for what your keys signed.";

const WITHDRAW_HELP: &str = "\
Examples:
  hashcard validator withdraw
  hashcard validator withdraw hc...

Gives you, or anybody, what has waited long enough. The fee is refunded to whoever ends the last of an account's rows.";

const PAUSE_HELP: &str = "\
Example:
  hashcard validator pause

For a machine that will be away. The bond stays, and stays at stake; hashcard validator rejoin brings you back. Keep the node running
for up to two more sessions.";

const REJOIN_HELP: &str = "\
Example:
  hashcard validator rejoin

After pause, after silence, and after an offence when its bar is over.";

const SET_KEYS_HELP: &str = "\
Examples:
  hashcard validator set-keys --rotate        through the validator's own node
  hashcard validator set-keys --keys 0x... --proof 0x...

The new keys work in the session after the next one. Keep the old ones in the keystore until then. A deposit is held for the first ones.";

const RETIRE_KEYS_HELP: &str = "\
Example:
  hashcard validator retire-keys

When nothing of yours is on hold any more and you are in neither set. Their deposit comes back.";

/// `hashcard validator`
#[derive(Subcommand, Debug)]
pub enum ValidatorVerb {
    /// Show who validates, who would, and how you stand
    #[command(after_help = STATUS_HELP)]
    Status {
        /// Whose standing; yours unless you say
        address: Option<String>,
    },
    /// Put money at stake, and become a candidate
    #[command(after_help = BOND_HELP)]
    Bond {
        /// How many CARD
        amount: Amount,
        #[command(flatten)]
        keys: KeyArgs,
    },
    /// Add to your bond
    #[command(after_help = BOND_MORE_HELP)]
    BondMore {
        /// How many CARD
        amount: Amount,
    },
    /// Let a part of your bond wait to be withdrawn, or all of it
    #[command(after_help = UNBOND_HELP)]
    Unbond {
        /// How many CARD
        #[arg(required_unless_present = "all")]
        amount: Option<Amount>,
        /// All of it
        #[arg(long, conflicts_with = "amount")]
        all: bool,
    },
    /// Get back what has waited long enough
    #[command(after_help = WITHDRAW_HELP)]
    Withdraw {
        /// Whose; yours unless you say
        address: Option<String>,
    },
    /// Leave the ranking for a while
    #[command(after_help = PAUSE_HELP)]
    Pause,
    /// Come back
    #[command(after_help = REJOIN_HELP)]
    Rejoin,
    /// Say which session keys speak for your account
    #[command(after_help = SET_KEYS_HELP)]
    SetKeys(RequiredKeyArgs),
    /// Give your session keys up, after all else
    #[command(after_help = RETIRE_KEYS_HELP)]
    RetireKeys,
}

/// Where session keys come from.
#[derive(Args, Debug)]
pub struct KeyArgs {
    /// Have the validator's own node make them, and name them first
    #[arg(long, conflicts_with = "keys")]
    pub rotate: bool,
    /// Name these first: 128 hexadecimal digits
    #[arg(long, value_name = "HEX", requires = "proof")]
    pub keys: Option<String>,
    /// What shows that they were made for this account: 256 hexadecimal digits
    #[arg(long, value_name = "HEX", requires = "keys")]
    pub proof: Option<String>,
}

/// The same where there must be some.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("source").args(["rotate", "keys"]).required(true))]
pub struct RequiredKeyArgs {
    #[command(flatten)]
    pub keys: KeyArgs,
}

impl KeyArgs {
    fn wanted(self) -> Option<NewKeys> {
        match (self.keys, self.proof) {
            (Some(keys), Some(proof)) => Some(NewKeys::Made { keys, proof }),
            _ => self.rotate.then_some(NewKeys::Rotate),
        }
    }
}

impl ValidatorVerb {
    /// As the engine takes it.
    pub fn asked(self) -> Validator {
        match self {
            Self::Status { address } => Validator::Status { address },
            Self::Bond { amount, keys } => Validator::Bond {
                amount,
                keys: keys.wanted(),
            },
            Self::BondMore { amount } => Validator::BondMore { amount },
            Self::Unbond { amount, .. } => Validator::Unbond { amount },
            Self::Withdraw { address } => Validator::Withdraw { address },
            Self::Pause => Validator::Pause,
            Self::Rejoin => Validator::Rejoin,
            Self::SetKeys(args) => Validator::SetKeys {
                // One of both is required.
                keys: args.keys.wanted().unwrap_or(NewKeys::Rotate),
            },
            Self::RetireKeys => Validator::RetireKeys,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, Verb};
    use super::*;
    use clap::Parser;

    fn asked(line: &str) -> Option<Validator> {
        let words = ["hashcard", "validator"]
            .into_iter()
            .chain(line.split_whitespace());
        match Cli::try_parse_from(words).ok()?.verb {
            Verb::Validator(verb) => Some(verb.asked()),
            _ => None,
        }
    }

    const CARD: u128 = 1_000_000_000_000;

    #[test]
    fn keys_are_made_by_the_node_or_come_with_a_proof() {
        let bond = |keys| {
            Some(Validator::Bond {
                amount: Amount(5 * CARD),
                keys,
            })
        };
        assert_eq!(asked("bond 5"), bond(None));
        assert_eq!(asked("bond 5 --rotate"), bond(Some(NewKeys::Rotate)));
        let made = NewKeys::Made {
            keys: "0x01".into(),
            proof: "0x02".into(),
        };
        assert_eq!(asked("bond 5 --keys 0x01 --proof 0x02"), bond(Some(made.clone())));
        assert_eq!(
            asked("set-keys --keys 0x01 --proof 0x02"),
            Some(Validator::SetKeys { keys: made })
        );
        for wrong in [
            "bond",
            "bond 5 --keys 0x01",
            "bond 5 --proof 0x02",
            "bond 5 --rotate --keys 0x01 --proof 0x02",
            "set-keys",
        ] {
            assert_eq!(asked(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nobody_leaves_by_a_forgotten_amount() {
        let unbond = |amount| Some(Validator::Unbond { amount });
        assert_eq!(asked("unbond 5"), unbond(Some(Amount(5 * CARD))));
        assert_eq!(asked("unbond --all"), unbond(None));
        assert_eq!(asked("unbond"), None);
        assert_eq!(asked("unbond 5 --all"), None);
    }
}
