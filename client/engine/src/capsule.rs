//! Who may open what. **Only a capsule read at the finalised head is ever opened, only for the account that the chain
//! names as its owner, and what is inside is used only when it is the card's**: its commitment must be `h_K`.

use hashcard_chain::{Account, ChainAt};
use hashcard_primitives::card::{CardView, KeyCommitments};
use hashcard_primitives::key::{ClerkCapsuleView, KeyIndex, KeyView};
use hashcard_proofs::{Capsule, ContentPoint, EncodedPoint, EncryptionSecret};

use crate::engine::Actor;
use crate::error::{Code, EngineError};
use crate::wallet::Wallet;

/// What a capsule turned out to hold.
pub enum Inside {
    /// The card's content point.
    Sound(ContentPoint),
    /// Something else: the creator sold a false key.
    False,
}

/// A capsule of an account's, as the chain keeps it: of a key that the account holds, or of its clerkship.
#[derive(Clone)]
pub struct Held {
    /// Whose.
    pub owner: Account,
    /// What is encrypted.
    pub capsule: Capsule,
    /// Which of his encryption keys opens it.
    pub key_index: KeyIndex,
    /// That key.
    pub encryption_key: [u8; 32],
    /// How people call it.
    name: String,
}

impl Held {
    /// Of a key.
    pub fn key(key: &KeyView<Account>) -> Self {
        Self {
            owner: key.holder,
            capsule: capsule_of(key),
            key_index: key.key_index,
            encryption_key: key.encryption_key,
            name: format!("key {} of card {}", key.edition, key.card),
        }
    }

    /// Of a clerk whom the creator of `card` appointed.
    pub fn clerkship(card: u64, clerk: Account, view: &ClerkCapsuleView) -> Self {
        Self {
            owner: clerk,
            capsule: Capsule {
                r: EncodedPoint(view.capsule.r),
                c: EncodedPoint(view.capsule.c),
            },
            key_index: view.key_index,
            encryption_key: view.encryption_key,
            name: format!("the clerk's capsule of card {card}"),
        }
    }

    /// The secret that it is for, if it is the wallet's.
    pub fn secret(
        &self,
        wallet: &Wallet,
        genesis: &[u8; 32],
        actor: &Actor,
    ) -> Result<EncryptionSecret, EngineError> {
        let secret = wallet.encryption_secret(genesis, &actor.account, self.key_index);
        if self.owner != actor.account || secret.public().0 != self.encryption_key {
            return Err(EngineError::new(
                Code::Wallet,
                format!(
                    "{} is for an encryption key that this wallet does not have",
                    self.name
                ),
                "open it with the wallet that it was made for",
            ));
        }
        Ok(secret)
    }

    /// What is inside, compared with what the card commits to.
    pub fn open(
        &self,
        wallet: &Wallet,
        genesis: &[u8; 32],
        actor: &Actor,
        card: &CardView<Account>,
    ) -> Result<Inside, EngineError> {
        let (salt, commitments) = sealed_with(card)?;
        let point = self
            .secret(wallet, genesis, actor)?
            .open(&self.capsule)
            .map_err(|error| {
                EngineError::new(
                    Code::HostileAnswer,
                    format!("{} is one that no chain keeps: {error}", self.name),
                    "name another node: --node URL",
                )
            })?;
        if point.key_commitment(&salt) == commitments.key {
            Ok(Inside::Sound(point))
        } else {
            Ok(Inside::False)
        }
    }
}

/// The keys of a card that the account held then, lowest edition first.
pub async fn held_keys(
    then: &ChainAt,
    holder: Account,
    card: u64,
) -> Result<Vec<KeyView<Account>>, EngineError> {
    let mut keys: Vec<_> = then
        .keys_of(holder)
        .await?
        .into_iter()
        .filter(|key| key.card == card && key.holder == holder)
        .collect();
    keys.sort_by_key(|key| key.edition);
    Ok(keys)
}

/// The secret that a key's capsule is for, if it is the wallet's.
pub fn secret_of(
    wallet: &Wallet,
    genesis: &[u8; 32],
    actor: &Actor,
    key: &KeyView<Account>,
) -> Result<EncryptionSecret, EngineError> {
    Held::key(key).secret(wallet, genesis, actor)
}

/// The capsule's parts as the proofs want them.
pub fn capsule_of(key: &KeyView<Account>) -> Capsule {
    Capsule {
        r: EncodedPoint(key.capsule.r),
        c: EncodedPoint(key.capsule.c),
    }
}

/// Opens a key of this card, and says whether it is the card's.
pub fn open(
    wallet: &Wallet,
    genesis: &[u8; 32],
    actor: &Actor,
    key: &KeyView<Account>,
    card: &CardView<Account>,
) -> Result<Inside, EngineError> {
    Held::key(key).open(wallet, genesis, actor, card)
}

/// Salt and commitments of a sealed card.
pub fn sealed_with(card: &CardView<Account>) -> Result<([u8; 32], KeyCommitments), EngineError> {
    let blob = card.card.blob.as_ref();
    blob.and_then(|blob| Some((blob.salt, blob.commitments?)))
        .ok_or_else(|| {
            EngineError::bad_input(
                format!(
                    "card {} is open to everybody, and there are no keys to it",
                    card.id
                ),
                format!("fetch it: hashcard fetch {}", card.id),
            )
        })
}

/// A delivered key that opens something else than the content.
pub fn false_key(card: u64, edition: u64) -> EngineError {
    EngineError::new(
        Code::FalseKey,
        format!("key {edition} of card {card} does not open its content: the creator sold a false key"),
        format!("report it, and your money comes back: hashcard report-false-key {card} --edition {edition}"),
    )
    .with("card", card)
    .with("edition", edition)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::wallet::AccountName;
    use hashcard_primitives::blob::{ContentRoot, Suite};
    use hashcard_primitives::card::{Access, Blob, Card, Kind, Preview, Tags, Terms, Title};
    use hashcard_primitives::key::{CapsuleBytes, OrderState, OrderView, Sale};
    use hashcard_proofs::{prove_mint, DeliveryContext};
    use rand::rngs::OsRng;

    pub const GENESIS: [u8; 32] = [1; 32];
    const SALT: [u8; 32] = [4; 32];

    pub fn actor(wallet: &Wallet) -> Actor {
        let signer = wallet.signer(&AccountName::DEFAULT).unwrap();
        Actor {
            name: AccountName::DEFAULT,
            account: signer.account(),
            signer,
        }
    }

    /// A card by this creator, sealed honestly unless told otherwise.
    pub fn card(creator: &Wallet, false_commitment: bool) -> CardView<Account> {
        let account = actor(creator).account;
        let secret = creator.content_secret(&GENESIS, &account, &SALT);
        let key = if false_commitment {
            [9; 32]
        } else {
            secret.point().key_commitment(&SALT)
        };
        CardView {
            id: 7,
            card: Card {
                creator: account,
                access: Access::Keyed,
                kind: Kind::Film,
                title: Title::try_from(b"t".to_vec()).unwrap(),
                tags: Tags::default(),
                blob: Some(Blob {
                    root: ContentRoot([8; 32]),
                    len: 200,
                    content_len: 0,
                    suite: Suite::ChaCha20Poly1305,
                    free_chunks: 0,
                    salt: SALT,
                    commitments: Some(KeyCommitments {
                        content: secret.commitment().0,
                        key,
                    }),
                }),
                in_reply_to: None,
                supersedes: None,
                royalty: 0,
                delivery_share: 0,
                collaborators: Default::default(),
                published_at: 1,
            },
            terms: Terms {
                price: 5,
                editions: None,
                listed: true,
                version: 0,
            },
            preview: Preview::default(),
            keys_made: 0,
            retired: false,
            frozen: false,
        }
    }

    /// A key of the card for this buyer, as the chain keeps it after a fulfilment.
    pub fn sold(creator: &Wallet, card: &CardView<Account>, buyer: &Wallet) -> KeyView<Account> {
        let (from, to) = (actor(creator).account, actor(buyer).account);
        let (salt, commitments) = sealed_with(card).unwrap();
        let x = buyer.encryption_secret(&GENESIS, &to, 0).public();
        let content_commitment = EncodedPoint(commitments.content);
        let context = DeliveryContext {
            genesis: &GENESIS,
            card: card.id,
            root: &[8; 32],
            blob_len: 200,
            key_commitment: &commitments.key,
            content_commitment: &content_commitment,
            edition: 0,
            order: 2,
            price: 5,
            sequence: 0,
            from: &from,
            to: &to,
            submitter: &from,
            from_key_index: 0,
            to_key_index: 0,
        };
        let secret = creator.content_secret(&GENESIS, &from, &salt);
        let (capsule, _) = prove_mint(&context, &secret, &x, &mut OsRng).unwrap();
        KeyView {
            card: card.id,
            edition: 1,
            holder: to,
            capsule: CapsuleBytes {
                r: capsule.r.0,
                c: capsule.c.0,
            },
            key_index: 0,
            encryption_key: x.0,
            sequence: 0,
            order: None,
            claimed: None,
            listed: None,
        }
    }

    /// An order that waits.
    pub fn order_of(sale: Sale) -> OrderView<Account> {
        OrderView {
            id: 12,
            card: 7,
            sale,
            buyer: [3; 32],
            seller: [4; 32],
            price: 5,
            key_index: 2,
            encryption_key: [0; 32],
            made_at: 1,
            commission: 0,
            claimed_with: None,
            penalty: 0,
            lock: None,
            delivered_by: None,
            state: OrderState::Waiting { deadline: 100 },
        }
    }

    #[test]
    fn a_sold_key_opens_the_content_for_its_buyer_only() {
        let (creator, buyer, other) = (
            Wallet::generate().unwrap(),
            Wallet::generate().unwrap(),
            Wallet::generate().unwrap(),
        );
        let card = card(&creator, false);
        let key = sold(&creator, &card, &buyer);
        let Ok(Inside::Sound(point)) = open(&buyer, &GENESIS, &actor(&buyer), &key, &card) else {
            panic!("not sound")
        };
        let secret = creator.content_secret(&GENESIS, &actor(&creator).account, &SALT);
        assert_eq!(point.as_bytes(), secret.point().as_bytes());

        let error = open(&other, &GENESIS, &actor(&other), &key, &card).err().unwrap();
        assert_eq!(error.code, Code::Wallet);
        // A node that lies about the holder gains nothing: the encryption key is not this wallet's.
        let lie = KeyView {
            holder: actor(&other).account,
            ..key
        };
        assert_eq!(
            open(&other, &GENESIS, &actor(&other), &lie, &card)
                .err()
                .unwrap()
                .code,
            Code::Wallet
        );
    }

    #[test]
    fn a_key_that_does_not_give_the_cards_commitment_is_false() {
        let (creator, buyer) = (Wallet::generate().unwrap(), Wallet::generate().unwrap());
        let lying_card = card(&creator, true);
        let key = sold(&creator, &lying_card, &buyer);
        assert!(matches!(
            open(&buyer, &GENESIS, &actor(&buyer), &key, &lying_card),
            Ok(Inside::False)
        ));
    }

    #[test]
    fn a_capsule_that_no_chain_keeps_is_a_hostile_answer() {
        let (creator, buyer) = (Wallet::generate().unwrap(), Wallet::generate().unwrap());
        let card = card(&creator, false);
        let mut key = sold(&creator, &card, &buyer);
        key.capsule.r = [0; 32];
        let error = open(&buyer, &GENESIS, &actor(&buyer), &key, &card).err().unwrap();
        assert_eq!(error.code, Code::HostileAnswer);
    }

    #[test]
    fn an_open_card_has_no_keys() {
        let mut card = card(&Wallet::generate().unwrap(), false);
        card.card.blob = None;
        assert_eq!(sealed_with(&card).err().unwrap().code, Code::BadInput);
    }
}
