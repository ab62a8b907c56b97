//! Validators for people.

use hashcard_engine::amount::Amount;
use hashcard_engine::command::{AccountStanding, CandidateShown, Outcome, ValidatorStatus};

use super::table::Table;
use super::{counted, safe, yes};

/// What came of a bond or of session keys.
pub fn outcome(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Bonded { bond, fee, .. } => vec![
            format!("You are a candidate with a bond of {bond}. Fee: {fee}"),
            "The highest bonds are the set from the session after the next one on: hashcard validator status"
                .to_owned(),
        ],
        Outcome::BondedMore {
            amount, bond, fee, ..
        } => {
            vec![format!(
                "{amount} more are at stake: the bond is {bond}. Fee: {fee}"
            )]
        }
        Outcome::Unbonded {
            amount,
            bond,
            due,
            fee,
            ..
        } => {
            let first = match *bond {
                Amount(0) => format!("{amount} leave your bond, and you the candidates. Fee: {fee}"),
                bond => format!("{amount} leave your bond, and {bond} stay. Fee: {fee}"),
            };
            vec![
                first,
                format!("From session {due} on: hashcard validator withdraw"),
            ]
        }
        Outcome::BondWithdrawn {
            address, amount, fee, ..
        } => vec![format!("{amount} went back to {}. Fee: {fee}", safe(address))],
        Outcome::Paused { fee, .. } => vec![
            format!("You are no candidate for now. Fee: {fee}"),
            "Come back: hashcard validator rejoin".to_owned(),
        ],
        Outcome::Rejoined { bond, fee, .. } => {
            vec![format!(
                "You are a candidate again, with a bond of {bond}. Fee: {fee}"
            )]
        }
        Outcome::SessionKeysSet {
            session_keys,
            deposit,
            fee,
            ..
        } => {
            let held = match *deposit {
                Amount(0) => String::new(),
                deposit => format!(" {deposit} are held for them."),
            };
            vec![
                format!("Session keys: {}", safe(session_keys)),
                format!("They speak for your account.{held} Fee: {fee}"),
            ]
        }
        Outcome::SessionKeysRetired { deposit, fee, .. } => vec![format!(
            "Your session keys are given up: {deposit} of deposit came back. Fee: {fee}"
        )],
        _ => Vec::new(),
    }
}

/// Who validates, who would, and how the account stands.
pub fn status(status: &ValidatorStatus, bold: bool) -> Vec<String> {
    let ValidatorStatus {
        session,
        era,
        validators,
        planned,
        validator_count,
        least_validators,
        ..
    } = status;
    let mut lines = vec![
        format!(
            "Session: {session}, of {} each; era {era}",
            about(status.session_seconds)
        ),
        format!(
            "Set:     {}, at most {validator_count}, at least {least_validators}; {} in the next session",
            members(validators),
            planned.len()
        ),
        format!(
            "Bond:    at least {}; unbonded, it waits {}, {}",
            status.min_bond,
            counted(status.unbonding_sessions.into(), "session"),
            about(
                status
                    .session_seconds
                    .saturating_mul(status.unbonding_sessions.into())
            )
        ),
        format!(
            "Reward:  {} for each block, to its author",
            status.author_per_block
        ),
        String::new(),
    ];
    if status.candidates.is_empty() {
        lines.push("There are no candidates.".to_owned());
    } else {
        lines.extend(candidates(&status.candidates, bold));
    }
    lines.push(String::new());
    lines.extend(account(&status.account, *session));
    lines
}

fn members(validators: &[String]) -> String {
    counted(validators.len() as u64, "validator")
}

fn candidates(candidates: &[CandidateShown], bold: bool) -> Vec<String> {
    let mut table = Table::new(["candidate", "bond", "now", "next", "silent"]);
    for one in candidates {
        let now = match (one.validates, one.disabled) {
            (true, true) => "disabled",
            (true, false) => "validates",
            (false, _) => "waits",
        };
        let silent = match one.silent_blocks {
            0 => String::new(),
            blocks => counted(blocks.into(), "block"),
        };
        table.row([
            safe(&one.address),
            one.bond.to_string(),
            now.to_owned(),
            yes(one.planned).to_owned(),
            silent,
        ]);
    }
    table.lines(bold)
}

fn account(account: &AccountStanding, session: u32) -> Vec<String> {
    let standing = match (account.standing.as_str(), account.barred_until) {
        ("candidate", _) => "a candidate".to_owned(),
        ("resting", _) => "rests; back with: hashcard validator rejoin".to_owned(),
        ("barred", Some(until)) => format!("signed twice; no candidate before session {until}"),
        ("leaving", _) => "leaves".to_owned(),
        _ => "no candidate".to_owned(),
    };
    let mut lines = vec![
        format!("Account: {}", safe(&account.address)),
        format!("Stands:  {standing}"),
        format!("Bond:    {}", account.bond),
    ];
    for part in &account.waiting {
        let when = match part.due <= session {
            true => "can be withdrawn: hashcard validator withdraw".to_owned(),
            false => format!("can be withdrawn from session {} on", part.due),
        };
        lines.push(format!("Waiting: {}, {when}", part.amount));
    }
    if account.validates || account.planned {
        let now = match (account.validates, account.disabled, account.made_a_block) {
            (true, true, _) => "disabled: it may make no blocks",
            (true, false, true) => "in the set, and made a block",
            (true, false, false) => "in the set, and made no block yet",
            (false, ..) => "not in the set",
        };
        lines.push(format!("Now:     {now}"));
        lines.push(format!(
            "Next:    {}",
            if account.planned {
                "in the set"
            } else {
                "not in the set"
            }
        ));
        lines.push(format!(
            "Silent:  {} of {} that it may be",
            counted(account.silent_blocks.into(), "block"),
            account.patience_blocks
        ));
    }
    if let Some(keys) = &account.session_keys {
        lines.push(format!("Keys:    {}", safe(keys)));
        match account.node_has_keys {
            Some(true) => lines.push("         this node has them".to_owned()),
            Some(false) => lines.push("         this node has them not".to_owned()),
            None => {}
        }
    } else {
        lines.push("Keys:    none".to_owned());
    }
    lines
}

/// A time in the largest unit that it fills, rounded to the nearest.
pub fn about(seconds: u64) -> String {
    for (unit, length) in [("day", 86_400), ("hour", 3_600), ("minute", 60)] {
        if seconds >= length {
            return format!(
                "about {}",
                counted(seconds.saturating_add(length / 2) / length, unit)
            );
        }
    }
    format!("about {}", counted(seconds, "second"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hashcard_engine::command::WaitingShown;

    const CARD: u128 = 1_000_000_000_000;

    fn standing() -> AccountStanding {
        AccountStanding {
            address: "hcAlice".into(),
            standing: "candidate".into(),
            bond: Amount(50 * CARD),
            validates: true,
            planned: false,
            disabled: false,
            barred_until: None,
            waiting: vec![
                WaitingShown {
                    amount: Amount(5 * CARD),
                    due: 8,
                },
                WaitingShown {
                    amount: Amount(6 * CARD),
                    due: 9,
                },
            ],
            silent_blocks: 40,
            patience_blocks: 96,
            made_a_block: false,
            session_keys: Some("0x01".into()),
            node_has_keys: Some(false),
        }
    }

    #[test]
    fn a_validator_sees_what_is_wrong_and_what_he_can_have() {
        let lines = account(&standing(), 8);
        assert_eq!(
            lines,
            [
                "Account: hcAlice",
                "Stands:  a candidate",
                "Bond:    50 CARD",
                "Waiting: 5 CARD, can be withdrawn: hashcard validator withdraw",
                "Waiting: 6 CARD, can be withdrawn from session 9 on",
                "Now:     in the set, and made no block yet",
                "Next:    not in the set",
                "Silent:  40 blocks of 96 that it may be",
                "Keys:    0x01",
                "         this node has them not",
            ]
        );
        let barred = AccountStanding {
            standing: "barred".into(),
            barred_until: Some(12),
            disabled: true,
            ..standing()
        };
        let text = account(&barred, 8).join("\n");
        assert!(text.contains("no candidate before session 12") && text.contains("may make no blocks"));
    }

    #[test]
    fn the_set_and_its_candidates_are_told() {
        let one = CandidateShown {
            address: "hcAlice".into(),
            bond: Amount(50 * CARD),
            validates: true,
            planned: true,
            disabled: false,
            silent_blocks: 0,
        };
        let waits = CandidateShown {
            address: "hcBob".into(),
            validates: false,
            planned: false,
            silent_blocks: 3,
            ..one.clone()
        };
        let all = ValidatorStatus {
            session: 8,
            era: 3,
            validators: vec!["hcAlice".into()],
            planned: vec!["hcAlice".into()],
            disabled: vec![],
            validator_count: 16,
            least_validators: 1,
            min_bond: Amount(10_000 * CARD),
            unbonding_sessions: 4,
            session_seconds: 60,
            author_per_block: Amount(CARD / 10),
            candidates: vec![one, waits],
            account: standing(),
            block: 9,
        };
        let lines = status(&all, false);
        assert_eq!(
            lines[..7],
            [
                "Session: 8, of about 1 minute each; era 3",
                "Set:     1 validator, at most 16, at least 1; 1 in the next session",
                "Bond:    at least 10000 CARD; unbonded, it waits 4 sessions, about 4 minutes",
                "Reward:  0.1 CARD for each block, to its author",
                "",
                "candidate  bond     now        next  silent",
                "hcAlice    50 CARD  validates  yes",
            ]
        );
        assert_eq!(lines[7], "hcBob      50 CARD  waits      no    3 blocks");
    }

    #[test]
    fn times_are_told_in_the_unit_that_they_fill() {
        for (seconds, text) in [
            (0, "about 0 seconds"),
            (59, "about 59 seconds"),
            (60, "about 1 minute"),
            (3_600, "about 1 hour"),
            (168 * 3_600, "about 7 days"),
        ] {
            assert_eq!(about(seconds), text);
        }
    }
}
