//! Reactions and follows for people.

use hashcard_engine::amount::Amount;
use hashcard_engine::command::{FollowedShown, Outcome, ReactionsShown};

use super::table::Table;
use super::{counted, price, safe};

/// What came of a command about reactions and follows.
pub fn outcome(outcome: &Outcome, bold: bool) -> Vec<String> {
    match outcome {
        Outcome::Reacted {
            card,
            reaction,
            before,
            deposit,
            fee,
            ..
        } => vec![match before {
            Some(before) => {
                format!("Your reaction to card {card} is {reaction}, and no longer {before}. Fee: {fee}")
            }
            None => format!(
                "Your reaction to card {card} is {reaction}. {}Fee: {fee}",
                held(*deposit)
            ),
        }],
        Outcome::Unreacted {
            card,
            reaction,
            deposit,
            fee,
            ..
        } => vec![format!(
            "You take {reaction} back from card {card}: {deposit} of deposit came back. Fee: {fee}"
        )],
        Outcome::Followed {
            address,
            deposit,
            fee,
            ..
        } => vec![
            format!("You follow {}. {}Fee: {fee}", safe(address), held(*deposit)),
            "What they publish: hashcard following".to_owned(),
        ],
        Outcome::Unfollowed {
            address,
            deposit,
            fee,
            ..
        } => vec![format!(
            "You follow {} no longer: {deposit} of deposit came back. Fee: {fee}",
            safe(address)
        )],
        Outcome::Following {
            accounts,
            following,
            followers,
            ..
        } => self::following(accounts, *following, *followers, bold),
        _ => Vec::new(),
    }
}

/// How a card's reactions are told; nothing where there are none.
pub fn of_card(reactions: &ReactionsShown) -> Option<String> {
    let some: Vec<String> = reactions
        .named()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    (!some.is_empty()).then(|| format!("Reactions: {}", some.join(", ")))
}

fn held(deposit: Amount) -> String {
    match deposit {
        Amount(0) => String::new(),
        deposit => format!("{deposit} are held for it. "),
    }
}

fn following(accounts: &[FollowedShown], following: u32, followers: u32, bold: bool) -> Vec<String> {
    let followed_by = format!("{} you.", follow(followers));
    if accounts.is_empty() {
        return vec![
            "You follow nobody. Follow somebody: hashcard follow ADDRESS".to_owned(),
            followed_by,
        ];
    }
    let mut table = Table::new(["account", "card", "kind", "price", "title"]);
    for one in accounts {
        if one.cards.is_empty() {
            let mut row = [const { String::new() }; 5];
            row[0] = safe(&one.address);
            table.row(row);
        }
        for (place, card) in one.cards.iter().enumerate() {
            let account = if place == 0 {
                safe(&one.address)
            } else {
                String::new()
            };
            table.row([
                account,
                card.id.to_string(),
                card.kind.clone(),
                price(card),
                safe(&card.title),
            ]);
        }
    }
    let mut lines = table.lines(bold);
    let shown = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
    if let Some(more) = following.checked_sub(shown).filter(|more| *more > 0) {
        lines.push(format!("And {} more: --limit N", counted(more.into(), "account")));
    }
    lines.push(followed_by);
    lines
}

fn follow(count: u32) -> String {
    match count {
        0 => "Nobody follows".to_owned(),
        1 => "1 account follows".to_owned(),
        _ => format!("{count} accounts follow"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_tells_the_reactions_that_there_are() {
        assert_eq!(of_card(&ReactionsShown::default()), None);
        let some = ReactionsShown {
            like: 3,
            anger: 1,
            ..ReactionsShown::default()
        };
        assert_eq!(of_card(&some).unwrap(), "Reactions: 3 like, 1 anger");
    }

    #[test]
    fn whoever_published_nothing_is_followed_all_the_same() {
        let one = FollowedShown {
            address: "hcBob".into(),
            cards: vec![],
        };
        let lines = following(&[one], 3, 1, false);
        assert_eq!(
            lines,
            [
                "account  card  kind  price  title",
                "hcBob",
                "And 2 accounts more: --limit N",
                "1 account follows you."
            ]
        );
        let nobody = following(&[], 0, 0, false);
        assert!(nobody[0].contains("hashcard follow") && nobody[1] == "Nobody follows you.");
    }

    #[test]
    fn a_deposit_is_told_where_one_is_held() {
        let reacted = |before: Option<&str>, deposit| {
            let reacted = Outcome::Reacted {
                card: 7,
                reaction: "love".into(),
                before: before.map(str::to_owned),
                deposit: Amount(deposit),
                fee: Amount(0),
                block: 1,
            };
            outcome(&reacted, false).join("\n")
        };
        assert_eq!(
            reacted(None, 2_000_000_000_000),
            "Your reaction to card 7 is love. 2 CARD are held for it. Fee: 0 CARD"
        );
        assert_eq!(
            reacted(Some("like"), 0),
            "Your reaction to card 7 is love, and no longer like. Fee: 0 CARD"
        );
    }
}
