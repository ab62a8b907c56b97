//! The runtime as the node describes it: its own words, and none of the client's.

use codec::{Decode, DecodeAll};
use hashcard_journey_tests::{Failure, Node, Told};
use scale_info::{form::PortableForm, PortableRegistry, TypeDef, TypeDefPrimitive};
use serde_json::json;
use subxt::metadata::{Metadata, PalletMetadata, StorageEntryMetadata};

/// Types within each other; ours are a few deep.
const DEEPEST: usize = 32;

/// What a node says of its runtime.
pub struct Described {
    metadata: Metadata,
}

impl Described {
    /// By this node.
    pub async fn by(node: &Node) -> Told<Self> {
        let bytes = bytes_of(&node.ask("state_getMetadata", json!([])).await?)?;
        let metadata = Metadata::decode_from(&bytes).map_err(|error| Failure::new(error.to_string()))?;
        Ok(Self { metadata })
    }

    fn pallet(&self, name: &str) -> Told<PalletMetadata<'_>> {
        let pallet = self.metadata.pallet_by_name(name);
        pallet.ok_or_else(|| Failure::new(format!("the runtime has no pallet {name}")))
    }

    /// What every encoded call of this name begins with.
    pub fn call(&self, pallet: &str, call: &str) -> Told<[u8; 2]> {
        let found = self.pallet(pallet)?;
        let variant = found
            .call_variant_by_name(call)
            .ok_or_else(|| Failure::new(format!("pallet {pallet} has no call {call}")))?;
        Ok([found.call_index(), variant.index])
    }

    /// A constant of a pallet, of which `T` may be the first fields.
    pub fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Told<T> {
        let missing = || Failure::new(format!("pallet {pallet} has no constant {name}"));
        let constant = self.pallet(pallet)?.constant_by_name(name).ok_or_else(missing)?;
        T::decode(&mut constant.value()).map_err(|error| Failure::new(format!("{pallet}.{name}: {error}")))
    }

    /// An entry of a pallet's storage.
    pub fn entry(&self, pallet: &str, name: &str) -> Told<&StorageEntryMetadata> {
        let storage = self.pallet(pallet)?.storage();
        let entry = storage.and_then(|storage| storage.entry_by_name(name));
        entry.ok_or_else(|| Failure::new(format!("pallet {pallet} stores no {name}")))
    }

    /// Most bytes of a value of a type; `None` if it holds a list.
    pub fn most_bytes(&self, ty: u32) -> Option<usize> {
        most_bytes(self.metadata.types(), ty, DEEPEST)
    }

    /// The type of the elements, if the type is a list or a struct with nothing but one.
    pub fn element(&self, ty: u32) -> Option<u32> {
        let mut ty = ty;
        for _ in 0..DEEPEST {
            match &self.metadata.types().resolve(ty)?.type_def {
                TypeDef::Sequence(list) => return Some(list.type_param.id),
                TypeDef::Composite(fields) if fields.fields.len() == 1 => ty = fields.fields[0].ty.id,
                _ => return None,
            }
        }
        None
    }
}

fn most_bytes(types: &PortableRegistry, ty: u32, deep: usize) -> Option<usize> {
    let deeper = deep.checked_sub(1)?;
    let of = |ty: u32| most_bytes(types, ty, deeper);
    let all = |fields: &[scale_info::Field<PortableForm>]| fields.iter().map(|field| of(field.ty.id)).sum();
    match &types.resolve(ty)?.type_def {
        TypeDef::Primitive(primitive) => primitive_bytes(primitive),
        TypeDef::Composite(fields) => all(&fields.fields),
        TypeDef::Tuple(fields) => fields.fields.iter().map(|field| of(field.id)).sum(),
        TypeDef::Array(array) => Some(of(array.type_param.id)?.saturating_mul(array.len as usize)),
        TypeDef::Variant(variants) => {
            let sizes: Option<Vec<usize>> = variants.variants.iter().map(|one| all(&one.fields)).collect();
            Some(1 + sizes?.into_iter().max().unwrap_or(0))
        }
        // One byte more than the number, from four bytes on (SCALE, compact integers).
        TypeDef::Compact(inner) => {
            of(inner.type_param.id).map(|bytes| if bytes < 4 { 2 * bytes } else { bytes + 1 })
        }
        TypeDef::Sequence(_) | TypeDef::BitSequence(_) => None,
    }
}

fn primitive_bytes(primitive: &TypeDefPrimitive) -> Option<usize> {
    use TypeDefPrimitive::*;
    Some(match primitive {
        Bool | U8 | I8 => 1,
        U16 | I16 => 2,
        Char | U32 | I32 => 4,
        U64 | I64 => 8,
        U128 | I128 => 16,
        U256 | I256 => 32,
        Str => return None,
    })
}

/// What a runtime API answers at the best block.
pub async fn api<T: DecodeAll>(node: &Node, method: &str, arguments: &[u8]) -> Told<T> {
    let words = json!([method, format!("0x{}", hex::encode(arguments))]);
    let answer = bytes_of(&node.ask("state_call", words).await?)?;
    T::decode_all(&mut answer.as_slice()).map_err(|error| Failure::new(format!("{method}: {error}")))
}

/// Bytes in hexadecimal, as a node gives them.
pub fn bytes_of(answer: &serde_json::Value) -> Told<Vec<u8>> {
    let text = answer.as_str().and_then(|text| text.strip_prefix("0x"));
    text.and_then(|digits| hex::decode(digits).ok())
        .ok_or_else(|| Failure::new(format!("no bytes in {answer}")))
}
