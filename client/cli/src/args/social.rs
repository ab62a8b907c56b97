//! What can be typed about reactions and follows.

use clap::Args;
use hashcard_engine::command::Command;

pub(super) const REACT_HELP: &str = "\
Examples:
  hashcard react 7 like
  hashcard react 7 wonder           in place of what you said before

KIND is like, love, laugh, wonder, sorrow or anger. An account has one reaction to a card; everybody can see whose it is. A deposit is
held for it until you take it back: hashcard unreact 7

Accounts are cheap: a count says how many accounts reacted, and not how many people.";

pub(super) const UNREACT_HELP: &str = "\
Example:
  hashcard unreact 7

The deposit comes back. The card may be withdrawn.";

pub(super) const FOLLOW_HELP: &str = "\
Example:
  hashcard follow hc...

Everybody can see whom you follow. A deposit is held until you unfollow. What they publish: hashcard following";

pub(super) const UNFOLLOW_HELP: &str = "\
Example:
  hashcard unfollow hc...

The deposit comes back.";

pub(super) const FOLLOWING_HELP: &str = "\
Examples:
  hashcard following
  hashcard following --limit 64 --cards 1

Each account is one question to the chain. Whoever published last comes first; of more than --limit accounts, always the same part
is shown.";

/// `hashcard react`
#[derive(Args, Debug)]
pub struct ReactArgs {
    /// Number of the card
    pub card: u64,
    /// like, love, laugh, wonder, sorrow or anger
    pub kind: String,
}

/// `hashcard following`
#[derive(Args, Debug)]
pub struct FollowingArgs {
    /// Accounts wanted, up to 64
    #[arg(long, value_name = "N", default_value = "20")]
    pub limit: u32,
    /// Newest cards wanted of each, up to 64
    #[arg(long, value_name = "N", default_value = "3")]
    pub cards: u32,
}

impl ReactArgs {
    /// As the engine takes it.
    pub fn command(self) -> Command {
        Command::React {
            card: self.card,
            reaction: self.kind,
        }
    }
}

impl FollowingArgs {
    /// As the engine takes it.
    pub fn command(self) -> Command {
        Command::Following {
            limit: self.limit,
            cards: self.cards,
        }
    }
}
