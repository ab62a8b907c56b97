//! Every secret that is not a signing key, and how it follows from the words. docs/spec/keys.md, "Derivations".
//!
//! ```text
//! wallet seed       = BLAKE3.derive_key("hashcard 2026-11 encryption seed v1", BIP 39 seed)
//! content secret    = LE512(XOF64 of derive_key("hashcard 2026-11 content secret v1", seed || genesis || creator || salt)) mod l
//! peer identity     = BLAKE3.derive_key("hashcard 2026-11 peer identity v1", seed || home id)
//! lock entropy      = XOF of derive_key("hashcard 2026-11 lock entropy v1", seed || genesis || account || LE64(order))
//! session key       = BLAKE3.derive_key("hashcard 2026-11 payment session v1",
//!                                       seed || genesis || account || LE64(pool) || LE32(session)), an Ed25519 seed
//! ```
//!
//! The salt is on the card and in the footer, so the words alone let a creator fulfil orders again after she has lost
//! everything else.

use hashcard_proofs::{ContentSecret, EncryptionSecret};
use rand::{CryptoRng, RngCore};
use zeroize::{Zeroize, Zeroizing};

use super::Wallet;

/// Names of the derivations, as in the table above. A name is never used for two purposes.
const WALLET_SEED: &str = "hashcard 2026-11 encryption seed v1";
const CONTENT_SECRET: &str = "hashcard 2026-11 content secret v1";
const PEER_IDENTITY: &str = "hashcard 2026-11 peer identity v1";
const LOCK_ENTROPY: &str = "hashcard 2026-11 lock entropy v1";
const PAYMENT_SESSION: &str = "hashcard 2026-11 payment session v1";

/// The seed of everything but signing keys.
pub(super) fn wallet_seed(bip39_seed: &[u8; 64]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(blake3::derive_key(WALLET_SEED, bip39_seed))
}

impl Wallet {
    /// Encryption secret number `index` of an account, on the chain with this genesis.
    pub fn encryption_secret(&self, genesis: &[u8; 32], account: &[u8; 32], index: u32) -> EncryptionSecret {
        EncryptionSecret::derive(&self.seed, genesis, account, index)
    }

    /// The secret of the content that `creator` sealed with this salt.
    pub fn content_secret(&self, genesis: &[u8; 32], creator: &[u8; 32], salt: &[u8; 32]) -> ContentSecret {
        let mut hasher = blake3::Hasher::new_derive_key(CONTENT_SECRET);
        for part in [&*self.seed, genesis, creator, salt] {
            hasher.update(part);
        }
        let mut bytes = DerivedBytes(hasher.finalize_xof());
        hasher.zeroize();
        ContentSecret::random(&mut bytes)
    }

    /// Entropy of the delivery to which `account` commits for an order. The same each time: the delivery must be the one
    /// that was committed to, even on another machine. The proofs hedge it with their secrets and their whole statement, so
    /// two statements never share a nonce.
    pub fn lock_entropy(
        &self,
        genesis: &[u8; 32],
        account: &[u8; 32],
        order: u64,
    ) -> impl RngCore + CryptoRng {
        let mut hasher = blake3::Hasher::new_derive_key(LOCK_ENTROPY);
        let order = order.to_le_bytes();
        for part in [&self.seed[..], &genesis[..], &account[..], &order[..]] {
            hasher.update(part);
        }
        let bytes = DerivedBytes(hasher.finalize_xof());
        hasher.zeroize();
        bytes
    }

    /// The Ed25519 seed (RFC 8032) of what signs the vouchers of a session of an account's pool. No other key of the wallet:
    /// it lies unlocked in the memory of a program that talks to strangers.
    pub fn session_secret(
        &self,
        genesis: &[u8; 32],
        account: &[u8; 32],
        pool: u64,
        session: u32,
    ) -> Zeroizing<[u8; 32]> {
        let mut hasher = blake3::Hasher::new_derive_key(PAYMENT_SESSION);
        let (pool, session) = (pool.to_le_bytes(), session.to_le_bytes());
        for part in [
            &self.seed[..],
            &genesis[..],
            &account[..],
            &pool[..],
            &session[..],
        ] {
            hasher.update(part);
        }
        let mut hash = hasher.finalize();
        let secret = Zeroizing::new(*hash.as_bytes());
        hash.zeroize();
        hasher.zeroize();
        secret
    }

    /// The secret of the peer that this home is.
    pub fn peer_secret(&self, home_id: &[u8; 32]) -> Zeroizing<[u8; 32]> {
        let mut hasher = blake3::Hasher::new_derive_key(PEER_IDENTITY);
        hasher.update(&*self.seed).update(home_id);
        let mut hash = hasher.finalize();
        let secret = Zeroizing::new(*hash.as_bytes());
        hash.zeroize();
        hasher.zeroize();
        secret
    }
}

/// The output of a derivation where a source of chance is asked for: what is drawn follows from what went in.
struct DerivedBytes(blake3::OutputReader);

impl RngCore for DerivedBytes {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for DerivedBytes {}

impl Drop for DerivedBytes {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wallet() -> Wallet {
        Wallet::from_words("bottom drive obey lake curtain smoke basket hold race lonely fit walk").unwrap()
    }

    #[test]
    fn the_words_alone_give_a_content_secret_back() {
        let (genesis, creator, salt) = ([1; 32], [2; 32], [3; 32]);
        let made = wallet().content_secret(&genesis, &creator, &salt);
        let again = wallet().content_secret(&genesis, &creator, &salt);
        assert_eq!(made.commitment(), again.commitment());
        assert_eq!(*made.to_bytes(), *again.to_bytes());
    }

    #[test]
    fn every_argument_of_a_content_secret_decides() {
        let wallet = wallet();
        let base = wallet.content_secret(&[1; 32], &[2; 32], &[3; 32]).commitment();
        assert_ne!(
            base,
            wallet.content_secret(&[9; 32], &[2; 32], &[3; 32]).commitment()
        );
        assert_ne!(
            base,
            wallet.content_secret(&[1; 32], &[9; 32], &[3; 32]).commitment()
        );
        assert_ne!(
            base,
            wallet.content_secret(&[1; 32], &[2; 32], &[9; 32]).commitment()
        );
        let other = Wallet::generate().unwrap();
        assert_ne!(
            base,
            other.content_secret(&[1; 32], &[2; 32], &[3; 32]).commitment()
        );
    }

    #[test]
    fn two_homes_of_one_wallet_are_two_peers() {
        let wallet = wallet();
        assert_eq!(*wallet.peer_secret(&[1; 32]), *wallet.peer_secret(&[1; 32]));
        assert_ne!(*wallet.peer_secret(&[1; 32]), *wallet.peer_secret(&[2; 32]));
    }

    #[test]
    fn every_argument_of_a_session_key_decides() {
        let wallet = wallet();
        let base = wallet.session_secret(&[1; 32], &[2; 32], 41, 3);
        assert_eq!(*base, *wallet.session_secret(&[1; 32], &[2; 32], 41, 3));
        for other in [
            wallet.session_secret(&[9; 32], &[2; 32], 41, 3),
            wallet.session_secret(&[1; 32], &[9; 32], 41, 3),
            wallet.session_secret(&[1; 32], &[2; 32], 42, 3),
            wallet.session_secret(&[1; 32], &[2; 32], 41, 4),
            Wallet::generate()
                .unwrap()
                .session_secret(&[1; 32], &[2; 32], 41, 3),
        ] {
            assert_ne!(*base, *other);
        }
    }

    /// Frozen: a change of any of these loses what people sealed or bought.
    #[test]
    fn derivations_never_change() {
        let wallet = wallet();
        let seen = [
            crate::notation::hex(&*wallet.seed),
            crate::notation::hex(&wallet.content_secret(&[1; 32], &[2; 32], &[3; 32]).commitment().0),
            crate::notation::hex(&wallet.encryption_secret(&[1; 32], &[2; 32], 0).public().0),
            crate::notation::hex(&*wallet.peer_secret(&[4; 32])),
            crate::notation::hex(&{
                let mut bytes = [0; 32];
                wallet.lock_entropy(&[1; 32], &[2; 32], 7).fill_bytes(&mut bytes);
                bytes
            }),
            crate::notation::hex(&*wallet.session_secret(&[1; 32], &[2; 32], 41, 3)),
        ];
        assert_eq!(seen, FROZEN);
    }

    const FROZEN: [&str; 6] = [
        "d4548e2aa2d2fe4195d8519ff979c2c807e4c93d50a566c135c4554888ed9ac0",
        "268856da683fc39eae39b4a28836979023d79f6ed57af617261e92785bd31646",
        "dc4027534b6eba1e2db47e4328ff2f272a6c11f67ade915c19e39a2fc78ab926",
        "096ad2f133b6967a3cad48cc978f029b7f7fb44f68517c22643e67e1fb053c65",
        "6ef7bf5a07e115e13611b23854eb5093a966dbe0851a7fe2dd2430cba5dbf71d",
        "91e66800bbf48331e30e871ab491eedea97533dbc005f77d67c47f585d85bea1",
    ];
}
