//! What can be typed about serving, and what it earns.

use clap::Args;
use hashcard_engine::amount::Amount;

use super::{PayArgs, PolicyArgs};

pub(super) const SEED_HELP: &str = "\
Examples:
  hashcard seed
  hashcard seed 7 8 --listen 0.0.0.0:4117 --address 203.0.113.5:4117
  hashcard seed 7 --max-price-per-mib 0.001 --budget 0.5
  hashcard seed --clerk --lock-from 100
  hashcard seed --price 0.01 --free-bytes 4M --max-up 2M --max-disk 200G

While it runs, other commands on the same home go through it. It serves everything that was published or fetched
here, takes seats for it on chain, keeps them alive, and delivers keys: of cards that this wallet published, and keys that
its accounts have sold. Stop it with Ctrl-C; seats expire by themselves; --leave gives up at once those that are old enough.

Orders are answered when they are final. --best-block-below answers small ones at once: a fork that undoes one leaves the
buyer with the key. --lock-from commits to large ones first, so that nobody gains by keeping the delivery out of blocks.

Without --price everything is free. With it, peers pay by vouchers, which the daemon keeps and redeems: see hashcard earn. The
price stands in the seats. A seat at another price is left and taken anew, and the chain refuses that while it is young; until
then its old price is asked, if that is lower and not below --min-price.

Once in each era the daemon shows the chain the pieces of what it holds that the chain asks for, where there is something to share, and
collects what that earns; with --price it enlists for rewards for deliveries, for a deposit. --no-rewards leaves all of that out.";

pub(super) const EARN_HELP: &str = "\
Examples:
  hashcard earn
  hashcard earn --redeem
  hashcard earn --claim

A voucher is a promise. What is pending is yours only once it is redeemed, and only as far as the payer's pool has money then;
what is at risk has nothing behind it that is yours alone. `hashcard seed` redeems by itself: what is worth much, what is old, and
what is in a session that soon ends. --redeem does it now. Neither redeems what costs more than it brings.

The network's fee and the creator's delivery share come off what is redeemed; what reaches you is shown as received.

Rewards come on top, out of fees that the network burnt. Who is enlisted earns a part of the fees of what he delivered. Who holds earns
a part of the fees of the card's sales, and what endowments give: when an era is over the chain asks each seat for a piece of the
content, to be shown within the next era; the era after that it is paid. `hashcard seed` enlists when it has a price, shows and
collects. --claim does it now, for the seats whose bytes are here. A proof shows that you could reach the bytes, and no more.";

/// `hashcard seed`
#[derive(Args, Debug)]
pub struct SeedArgs {
    /// Cards to fetch and serve, besides what is here already
    pub cards: Vec<u64>,
    /// Where to listen for peers; port 0 is any that is free
    #[arg(long, value_name = "ADDR:PORT", default_value = "0.0.0.0:4117")]
    pub listen: std::net::SocketAddr,
    /// An address under which others reach this machine: IP:PORT or a multiaddress; can be repeated
    #[arg(long = "address", value_name = "EXTERNAL")]
    pub addresses: Vec<String>,
    /// What to bond for each new seat, in CARD [default: the least that the chain takes]
    #[arg(long, value_name = "P")]
    pub bond: Option<Amount>,
    /// Give up all seats when stopped, and get their bonds back
    #[arg(long)]
    pub leave: bool,
    /// Deliver keys of other people's cards, too, where you may: see hashcard clerk
    #[arg(long)]
    pub clerk: bool,
    /// What peers pay for 2^20 bytes, in CARD; 0 is nothing
    #[arg(long, value_name = "P", default_value = "0")]
    pub price: Amount,
    /// Never serve for less, even while an older seat asks less, in CARD
    #[arg(long, value_name = "P", default_value = "0")]
    pub min_price: Amount,
    /// What each peer has free in a day, in bytes, with k, M or G [default: 8 MiB]
    #[arg(long, value_name = "N", value_parser = size)]
    pub free_bytes: Option<u64>,
    /// Prove no seats, and collect no rewards
    #[arg(long)]
    pub no_rewards: bool,
    /// Most bytes to send in a second, with k, M or G; 0 is no limit
    #[arg(long, value_name = "R", value_parser = size, default_value = "0")]
    pub max_up: u64,
    /// Most bytes of blobs to keep, with k, M or G; 0 is no limit
    #[arg(long, value_name = "D", value_parser = size, default_value = "0")]
    pub max_disk: u64,
    #[command(flatten)]
    pub policy: PolicyArgs,
    #[command(flatten)]
    pub pay: PayArgs,
}

/// `hashcard earn`
#[derive(Args, Debug)]
pub struct EarnArgs {
    /// Have the vouchers that are worth it paid now
    #[arg(long)]
    pub redeem: bool,
    /// Prove the seats whose bytes are here, and have all rewards paid that can be
    #[arg(long)]
    pub claim: bool,
}

/// A number of bytes, with k, M or G behind it for thousands, millions and thousand millions.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'k')) => (&text[..at], 1_000),
        Some((at, 'M')) => (&text[..at], 1_000_000),
        Some((at, 'G')) => (&text[..at], 1_000_000_000),
        _ => (text, 1),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("give whole bytes, such as 500k, 20M or 1G".to_owned());
    }
    let number: u64 = digits.parse().map_err(|_| "too large".to_owned())?;
    number.checked_mul(unit).ok_or_else(|| "too large".to_owned())
}
