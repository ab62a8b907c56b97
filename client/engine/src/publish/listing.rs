//! What the chain is told beside the blob. What it would refuse is refused here, before anything is sealed.

use hashcard_chain::account_of;
use hashcard_primitives::card::{
    Collaborator, Collaborators, Kind, Listing, Preview, Tag, Tags, Title, MAX_COLLABORATORS, MAX_PREVIEW,
    MAX_ROYALTY, MAX_TAG, MAX_TAGS, MAX_TITLE, WHOLE_SHARE,
};

use crate::command::{Post, Publish, Sale};
use crate::error::{Code, EngineError};
use crate::home::durable;
use crate::notation::parse_kind;

/// Longest title that is made from a post's text, in characters: what a list shows of it.
const POST_TITLE_CHARS: usize = 60;

/// Of a content that is published.
pub(super) fn listing_of(order: &Publish) -> Result<Listing, EngineError> {
    let price = match order.sale {
        Sale::Price(price) => price.0,
        Sale::Open => 0,
    };
    if order.sale == Sale::Open && order.editions.is_some() {
        return Err(EngineError::bad_input(
            "an open content has no keys, so no editions",
            "leave --editions out",
        ));
    }
    if order.editions == Some(0) {
        return Err(EngineError::bad_input(
            "of no editions nobody can buy one",
            "give at least 1: --editions N",
        ));
    }
    if order.royalty > MAX_ROYALTY {
        return Err(EngineError::bad_input(
            "the royalty is more than half of a resale",
            "give at most 50: --royalty PCT",
        ));
    }
    if order.delivery_share > WHOLE_SHARE {
        return Err(EngineError::bad_input(
            "the delivery share is more than the whole",
            "give at most 100",
        ));
    }
    let preview = match &order.preview {
        None => Vec::new(),
        Some(path) => durable::read(path, MAX_PREVIEW.into())
            .map_err(|error| match error.code {
                Code::Damaged => EngineError::bad_input(
                    format!(
                        "{} is longer than the {MAX_PREVIEW} bytes that a preview may have",
                        path.display()
                    ),
                    "make it smaller: --preview FILE",
                ),
                _ => error,
            })?
            .ok_or_else(|| {
                EngineError::not_found(format!("there is no file {}", path.display()), "check the path")
            })?,
    };
    Ok(Listing {
        kind: order.kind.as_deref().map_or(Ok(Kind::Other), parse_kind)?,
        title: title_of(&order.title)?,
        tags: tags_of(&order.tags)?,
        preview: preview_of(preview)?,
        in_reply_to: order.in_reply_to,
        supersedes: order.supersedes,
        royalty: order.royalty,
        delivery_share: order.delivery_share,
        price,
        editions: order.editions,
        collaborators: collaborators_of(order)?,
    })
}

/// Who shares the creator's money; the chain checks besides that none of them is the creator.
fn collaborators_of(order: &Publish) -> Result<Collaborators<[u8; 32]>, EngineError> {
    if order.sale == Sale::Open && !order.collaborators.is_empty() {
        return Err(EngineError::bad_input(
            "an open content has no keys to sell, so no money to share",
            "leave --collaborator out",
        ));
    }
    let mut collaborators: Vec<Collaborator<[u8; 32]>> = Vec::new();
    for one in &order.collaborators {
        let account = account_of(&one.account)?;
        if one.share == 0 || collaborators.iter().any(|other| other.account == account) {
            return Err(EngineError::bad_input(
                format!("{} has no share, or stands there twice", one.account),
                "give each collaborator once, with more than nothing: --collaborator ADDRESS=PCT",
            ));
        }
        collaborators.push(Collaborator {
            account,
            share: one.share,
        });
    }
    let together: u64 = collaborators.iter().map(|one| u64::from(one.share)).sum();
    if together > u64::from(WHOLE_SHARE) {
        return Err(EngineError::bad_input(
            "the collaborators' shares are more than the whole",
            "give at most 100 percent together",
        ));
    }
    Collaborators::try_from(collaborators).map_err(|_| {
        EngineError::bad_input(
            format!("there are more than {MAX_COLLABORATORS} collaborators"),
            "name fewer; a multisig account can stand for many",
        )
    })
}

pub(super) fn listing_of_post(post: &Post) -> Result<Listing, EngineError> {
    if post.text.is_empty() {
        return Err(EngineError::bad_input("the post is empty", "write something"));
    }
    let title = post.title.clone().unwrap_or_else(|| beginning_of(&post.text));
    Ok(Listing {
        kind: Kind::Post,
        title: title_of(&title)?,
        tags: tags_of(&post.tags)?,
        preview: preview_of(post.text.clone().into_bytes())?,
        in_reply_to: post.reply_to,
        supersedes: None,
        royalty: 0,
        delivery_share: 0,
        price: 0,
        editions: None,
        collaborators: Default::default(),
    })
}

/// The first words of a text on one line, as a title.
fn beginning_of(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    let mut title: String = line.chars().take(POST_TITLE_CHARS).collect();
    while title.len() > MAX_TITLE as usize {
        title.pop();
    }
    if title.trim().is_empty() {
        "Post".to_owned()
    } else {
        title.trim().to_owned()
    }
}

fn title_of(text: &str) -> Result<Title, EngineError> {
    line_of_text("the title", text, MAX_TITLE)?;
    Title::try_from(text.as_bytes().to_vec()).map_err(|_| too_long("the title", MAX_TITLE))
}

fn tags_of(texts: &[String]) -> Result<Tags, EngineError> {
    let mut tags = Vec::new();
    for text in texts {
        line_of_text(&format!("the tag {text:?}"), text, MAX_TAG)?;
        let tag = Tag::try_from(text.as_bytes().to_vec()).map_err(|_| too_long("a tag", MAX_TAG))?;
        if tags.contains(&tag) {
            return Err(EngineError::bad_input(
                format!("the tag {text:?} stands there twice"),
                "give it once",
            ));
        }
        tags.push(tag);
    }
    Tags::try_from(tags)
        .map_err(|_| EngineError::bad_input(format!("there are more than {MAX_TAGS} tags"), "give fewer"))
}

fn preview_of(bytes: Vec<u8>) -> Result<Preview, EngineError> {
    Preview::try_from(bytes).map_err(|_| {
        EngineError::bad_input(
            format!("the text is longer than the {MAX_PREVIEW} bytes that lie on chain"),
            "make it shorter, or publish it as a file",
        )
    })
}

fn line_of_text(what: &str, text: &str, max: u32) -> Result<(), EngineError> {
    if text.is_empty() {
        return Err(EngineError::bad_input(
            format!("{what} is empty"),
            "write something",
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(EngineError::bad_input(
            format!("{what} has a control character"),
            "write it on one line, without tabs",
        ));
    }
    if text.len() > max as usize {
        return Err(too_long(what, max));
    }
    Ok(())
}

fn too_long(what: &str, max: u32) -> EngineError {
    EngineError::bad_input(
        format!("{what} is longer than {max} bytes of UTF-8"),
        "make it shorter",
    )
}
