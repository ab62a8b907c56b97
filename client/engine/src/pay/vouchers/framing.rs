//! The bytes of the file of vouchers: where a record begins and ends, and whether it is whole.

use codec::Encode;

/// Longest body: the lines of an ended session, 256 of 40 bytes, fit four times.
pub(super) const MAX_BODY: usize = 40 * 1024;
/// Bytes of a record beside its body.
pub(super) const FRAME: usize = 4 + CHECK;
/// Bytes of the checksum: one in 2⁶⁴ torn records passes for a whole one.
pub(super) const CHECK: usize = 8;
/// Bytes before the first record: the salt, and its checksum.
pub(super) const HEAD: usize = 32 + CHECK;
/// Makes a record's checksum another in each file.
pub(super) type Salt = [u8; 32];

/// The bytes before the first record. The only place that builds them.
pub(super) fn head(salt: &Salt) -> Vec<u8> {
    [&salt[..], &blake3::hash(salt).as_bytes()[..CHECK]].concat()
}

/// The salt of a file, and what follows its head, if that is whole.
pub(super) fn salt_of(bytes: &[u8]) -> Option<(Salt, &[u8])> {
    let (found, rest) = bytes.split_at_checked(HEAD)?;
    let salt: &Salt = found.first_chunk()?;
    (found == head(salt)).then_some((*salt, rest))
}

/// The bytes of a record. The only place that builds them.
pub(super) fn framed(salt: &Salt, record: &impl Encode) -> Vec<u8> {
    let body = record.encode();
    let len = u32::try_from(body.len()).expect("a record has some kilobytes; qed");
    let mut bytes = Vec::with_capacity(body.len().saturating_add(FRAME));
    bytes.extend(len.to_le_bytes());
    bytes.extend(&body);
    bytes.extend(check(salt, &body));
    bytes
}

pub(super) fn check(salt: &Salt, body: &[u8]) -> [u8; CHECK] {
    let mut check = [0; CHECK];
    check.copy_from_slice(&blake3::keyed_hash(salt, body).as_bytes()[..CHECK]);
    check
}

/// The body of the first record and what follows it, if that record is whole.
pub(super) fn next_record<'a>(salt: &Salt, bytes: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
    if len == 0 || len > MAX_BODY || rest.len() < len.checked_add(CHECK)? {
        return None;
    }
    let (body, rest) = rest.split_at(len);
    let (found, rest) = rest.split_at(CHECK);
    (found == check(salt, body)).then_some((body, rest))
}

/// Whether a whole record lies somewhere in what does not read: then it is no torn end, and something before it was spoilt.
pub(super) fn has_record_within(salt: &Salt, bytes: &[u8]) -> bool {
    (1..bytes.len()).any(|at| bytes.get(at..).and_then(|rest| next_record(salt, rest)).is_some())
}
