//! The parts of docs/ECONOMICS.md that are computed, between marks.

use crate::{
    money::{gain, in_card},
    outcome::Outcome,
    parameters,
};
use std::fmt::Write;

/// The computed parts, by the name in their marks.
pub fn parts(outcomes: &[Outcome]) -> [(&'static str, String); 3] {
    [
        ("parameters", parameter_table()),
        ("summary", summary(outcomes)),
        ("scenarios", sections(outcomes)),
    ]
}

/// A document with its computed parts put in.
///
/// Errors: a mark is missing.
pub fn filled(document: &str, outcomes: &[Outcome]) -> Result<String, String> {
    let mut text = document.to_owned();
    for (name, part) in parts(outcomes) {
        let (begin, end) = (
            format!("<!-- computed: {name} -->"),
            format!("<!-- end: {name} -->"),
        );
        let missing = |mark: &str| format!("docs/ECONOMICS.md lacks the line {mark}");
        let from = text.find(&begin).ok_or_else(|| missing(&begin))? + begin.len();
        let to = text[from..].find(&end).ok_or_else(|| missing(&end))? + from;
        text.replace_range(from..to, &format!("\n{part}"));
    }
    Ok(text)
}

fn parameter_table() -> String {
    let mut out = String::from("| parameter | value | reason |\n| --- | --- | --- |\n");
    for one in parameters::all() {
        let _ = writeln!(out, "| {} | {} | {} |", one.name, one.value, one.reason);
    }
    out
}

/// One line for each scenario: what the one that it is about put in, got out and has more.
pub fn summary(outcomes: &[Outcome]) -> String {
    let mut out = String::from("| | scenario | who | put in | got out | gain | bounded by |\n| --- | --- | --- | --: | --: | --: | --- |\n");
    for (place, one) in outcomes.iter().enumerate() {
        let party = one.party(one.about);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | **{}** | {} |",
            place + 1,
            one.title,
            party.name,
            in_card(gain(party.put_in)),
            in_card(gain(party.got_out)),
            in_card(party.net()),
            one.bound
        );
    }
    out
}

fn sections(outcomes: &[Outcome]) -> String {
    let mut out = String::new();
    for (place, one) in outcomes.iter().enumerate() {
        let _ = write!(
            out,
            "\n### {}. {}\n\n{}\n\n",
            place + 1,
            capitalised(one.title),
            one.setting
        );
        out.push_str("| | put in | got out | gain | on hold at most |\n| --- | --: | --: | --: | --: |\n");
        for party in &one.parties {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                party.name,
                in_card(gain(party.put_in)),
                in_card(gain(party.got_out)),
                in_card(party.net()),
                in_card(gain(party.held_at_most))
            );
        }
        let all = gain(one.minted) - gain(one.burnt);
        let _ = write!(
            out,
            "| *minted less burnt: {} − {}* | | | {} | |\n\n",
            in_card(gain(one.minted)),
            in_card(gain(one.burnt)),
            in_card(all)
        );
        for (name, value) in &one.figures {
            let _ = writeln!(out, "* {name}: {}", value.shown());
        }
        let _ = write!(out, "\n**{}** Bounded by: {}.\n\n", one.verdict, one.bound);
        let _ = writeln!(out, "![{}](economics/{}.svg)", one.plot.title, one.slug);
    }
    out
}

fn capitalised(title: &str) -> String {
    let mut letters = title.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + letters.as_str()
}
