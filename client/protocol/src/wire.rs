//! The pieces that messages are made of, on both streams: a header, numbers in little-endian, and nothing left over.

use crate::limits::*;
use crate::messages::{DecodeError, EncodeError};

/// Kind, number and fields of a body.
pub(crate) fn header(body: &[u8]) -> Result<(u8, u32, Reader<'_>), DecodeError> {
    let mut reader = Reader {
        kind: 0,
        len: body.len(),
        left: body,
    };
    let [version, kind] = reader.array()?;
    let id = reader.u32()?;
    if version != VERSION {
        return Err(DecodeError::UnknownVersion { id, version });
    }
    reader.kind = kind;
    Ok((kind, id, reader))
}

pub(crate) fn below(field: &'static str, value: u32, max: u64) -> Result<u64, DecodeError> {
    let value = u64::from(value);
    if value > max {
        return Err(DecodeError::OutOfRange { field, value, max });
    }
    Ok(value)
}

pub(crate) fn within(field: &'static str, value: u64, max: u64) -> Result<u32, DecodeError> {
    u32::try_from(value.min(max + 1))
        .ok()
        .filter(|_| value <= max)
        .ok_or(DecodeError::OutOfRange { field, value, max })
}

pub(crate) struct Reader<'a> {
    kind: u8,
    len: usize,
    left: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (taken, left) = self.left.split_first_chunk::<N>().ok_or(self.wrong_length())?;
        self.left = left;
        Ok(*taken)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(crate) fn u128(&mut self) -> Result<u128, DecodeError> {
        Ok(u128::from_le_bytes(self.array()?))
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.left
    }

    pub(crate) fn end(self) -> Result<(), DecodeError> {
        if self.left.is_empty() {
            Ok(())
        } else {
            Err(self.wrong_length())
        }
    }

    fn wrong_length(&self) -> DecodeError {
        DecodeError::Length {
            kind: self.kind,
            found: self.len,
        }
    }
}

pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new() -> Self {
        Self(vec![0; PREFIX_LEN])
    }

    pub(crate) fn reserve(&mut self, len: usize) {
        self.0.reserve_exact(HEADER_LEN.saturating_add(len));
    }

    pub(crate) fn header(&mut self, kind: u8, id: u32) -> &mut Self {
        self.bytes(&[VERSION, kind]).u32(id)
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn u64(&mut self, value: u64) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn u128(&mut self, value: u128) -> &mut Self {
        self.bytes(&value.to_le_bytes())
    }

    pub(crate) fn finish(mut self, max: usize) -> Result<Vec<u8>, EncodeError> {
        let body = self.0.len().saturating_sub(PREFIX_LEN);
        let len = u32::try_from(body).ok().filter(|_| body <= max);
        let len = len.ok_or(EncodeError(DecodeError::TooLong {
            len: body as u64,
            max,
        }))?;
        let prefix = self.0.first_chunk_mut().expect("new() puts a prefix; qed");
        *prefix = len.to_le_bytes();
        Ok(self.0)
    }
}
