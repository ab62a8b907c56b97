//! What of a runtime this program can use.
//!
//! **A runtime of a lower version may lack what came later, and may have nothing otherwise.** What it lacks is noted. Where one that
//! is not lower lacks something, it was taken away on purpose, and nothing is guessed.

use super::{
    shape::{fit, Fit, Pair},
    APIS, CALLS, MAX_TYPES, ROWS,
};
use crate::metadata::{committed, COMMITTED_BYTES};
use codec::Decode;
use hashcard_primitives::Balance;
use scale_info::{form::PortableForm, Field, TypeDef};
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};
use subxt::{ArcMetadata, Metadata};

/// `spec_version` of the runtime that the committed metadata describe.
pub(crate) static MADE_FOR: LazyLock<u32> =
    LazyLock::new(|| spec_version(&committed()).expect("a test reads it of the committed file; qed"));

type Judged<T> = core::result::Result<T, String>;

/// What of a runtime can be used.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) no_queries: Option<String>,
    pub(super) no_transactions: Option<String>,
    pub(super) min_seat_bond: Balance,
    pub(super) min_validator_bond: Option<Balance>,
    pub(super) lacks: BTreeSet<String>,
    pub(super) events: Option<ArcMetadata>,
}

/// Compares a node's metadata with ours. The error says why it is no metadata at all.
pub(super) fn verdict(bytes: &[u8], is_older: bool) -> Judged<Verdict> {
    let ours = committed();
    if bytes == COMMITTED_BYTES {
        return Ok(Verdict {
            no_queries: None,
            no_transactions: None,
            min_seat_bond: min_bond(&ours, "Seeders")?,
            min_validator_bond: Some(min_bond(&ours, "Validators")?),
            lacks: BTreeSet::new(),
            events: None,
        });
    }
    let theirs = Metadata::decode_from(bytes).map_err(|e| e.to_string())?;
    if theirs.types().types.len() > MAX_TYPES {
        return Err("it describes too many types".to_owned());
    }
    let mut lacks = is_older.then(BTreeSet::new);
    let no_queries = queries_fit(&ours, &theirs, &mut lacks).err();
    let no_transactions = transactions_fit(&ours, &theirs, &mut lacks).err();
    Ok(Verdict {
        no_queries,
        no_transactions,
        min_seat_bond: min_bond(&theirs, "Seeders")?,
        min_validator_bond: match theirs.pallet_by_name("Validators") {
            None if is_older => None,
            _ => Some(min_bond(&theirs, "Validators")?),
        },
        lacks: lacks.unwrap_or_default(),
        events: match events_fit(&ours, &theirs, Fit::Same) {
            true => None,
            false => Some(Arc::new(theirs)),
        },
    })
}

/// Of a constant that every runtime has: two names, two numbers, and what nobody asks for here (sp-version 44, `RuntimeVersion`).
pub(super) fn spec_version(metadata: &Metadata) -> Judged<u32> {
    let constant = metadata
        .pallet_by_name("System")
        .and_then(|pallet| pallet.constant_by_name("Version"))
        .ok_or("it has no System.Version")?;
    let version = <(String, String, u32, u32)>::decode(&mut &constant.value()[..]);
    let (_, _, _, spec_version) = version.map_err(|_| "System.Version is no version")?;
    Ok(spec_version)
}

/// A pallet's constant `MinBond`.
pub(super) fn min_bond(metadata: &Metadata, pallet: &str) -> Judged<Balance> {
    let constant = metadata
        .pallet_by_name(pallet)
        .and_then(|pallet| pallet.constant_by_name("MinBond"))
        .ok_or_else(|| format!("it has no {pallet}.MinBond"))?;
    Balance::decode(&mut &constant.value()[..]).map_err(|_| format!("{pallet}.MinBond is not an amount"))
}

/// Notes what an older runtime lacks; of another it is the reason why it cannot be used.
fn lacking(lacks: &mut Option<BTreeSet<String>>, what: String, reason: String) -> Judged<()> {
    match lacks {
        Some(lacks) => {
            lacks.insert(what);
            Ok(())
        }
        None => Err(reason),
    }
}

/// Whether every runtime API that this crate calls takes and gives what it did.
pub(super) fn queries_fit(
    ours: &Metadata,
    theirs: &Metadata,
    lacks: &mut Option<BTreeSet<String>>,
) -> Judged<()> {
    for (api, methods) in APIS {
        for method in *methods {
            let find = |metadata: &Metadata| {
                let method = metadata.runtime_api_trait_by_name(api)?.method_by_name(method)?;
                let inputs: Vec<u32> = method.inputs().map(|input| input.id).collect();
                Some((inputs, method.output_ty()))
            };
            let (our_inputs, our_output) =
                find(ours).ok_or_else(|| format!("{api}.{method} is not in the committed metadata"))?;
            let Some((inputs, output)) = find(theirs) else {
                lacking(
                    lacks,
                    format!("{api}_{method}"),
                    format!("it has no {api}.{method}"),
                )?;
                continue;
            };
            let same = same_lists(ours, &our_inputs, theirs, &inputs)
                && (same_lists(ours, &[our_output], theirs, &[output])
                    || lacks.is_some()
                        && *api == "LengthsApi"
                        && are_fewer_lengths(ours, our_output, theirs, output));
            if !same {
                return Err(format!("{api}.{method} is another"));
            }
        }
    }
    for (pallet, entry) in ROWS {
        let types = |metadata: &Metadata| {
            let found = metadata.pallet_by_name(pallet)?.storage()?.entry_by_name(entry)?;
            let keys = found.keys().map(|key| key.key_id);
            let hashers: Vec<_> = found.keys().map(|key| key.hasher).collect();
            Some((keys.chain([found.value_ty()]).collect::<Vec<u32>>(), hashers))
        };
        let (our_types, our_hashers) =
            types(ours).ok_or_else(|| format!("{pallet}.{entry} is not in the committed metadata"))?;
        let Some((types, hashers)) = types(theirs) else {
            lacking(
                lacks,
                format!("{pallet}.{entry}"),
                format!("it has no {pallet}.{entry}"),
            )?;
            continue;
        };
        if our_hashers != hashers || !same_lists(ours, &our_types, theirs, &types) {
            return Err(format!("{pallet}.{entry} is stored otherwise"));
        }
    }
    Ok(())
}

/// Whether these are lengths from before the last of ours were added: see [`crate::lengths`].
fn are_fewer_lengths(ours: &Metadata, our_output: u32, theirs: &Metadata, output: u32) -> bool {
    let fields = |metadata: &Metadata, ty: u32| match &metadata.types().resolve(ty)?.type_def {
        TypeDef::Composite(composite) => Some(composite.fields.clone()),
        _ => None,
    };
    let (Some(mut our_fields), Some(fields)) = (fields(ours, our_output), fields(theirs, output)) else {
        return false;
    };
    our_fields.truncate(crate::lengths::FIRST);
    let names =
        |fields: &[Field<PortableForm>]| -> Vec<_> { fields.iter().map(|f| f.name.clone()).collect() };
    names(&our_fields) == names(&fields)
        && same_lists(ours, &types_of(&our_fields), theirs, &types_of(&fields))
}

/// Whether transactions can be signed, and their outcome be read.
pub(super) fn transactions_fit(
    ours: &Metadata,
    theirs: &Metadata,
    lacks: &mut Option<BTreeSet<String>>,
) -> Judged<()> {
    for (name, calls) in CALLS {
        let a = ours
            .pallet_by_name(name)
            .ok_or_else(|| format!("{name} is not in the committed metadata"))?;
        let noted = |call: &str| format!("{}.{call}", name.to_lowercase());
        let Some(b) = theirs.pallet_by_name(name) else {
            for call in *calls {
                lacking(lacks, noted(call), format!("it has no pallet {name}"))?;
            }
            continue;
        };
        if a.call_index() != b.call_index() || a.error_index() != b.error_index() {
            return Err(format!("{name} has another place"));
        }
        for call in *calls {
            let mine = a
                .call_variant_by_name(call)
                .ok_or_else(|| format!("{name}.{call} is not in the committed metadata"))?;
            let Some(its) = b.call_variant_by_name(call) else {
                lacking(lacks, noted(call), format!("it has no call {name}.{call}"))?;
                continue;
            };
            if mine.index != its.index {
                return Err(format!("the call {name}.{call} has another place"));
            }
            if !same_lists(ours, &types_of(&mine.fields), theirs, &types_of(&its.fields)) {
                return Err(format!("the call {name}.{call} is another"));
            }
        }
        // New errors are welcome; known ones must keep number and name.
        for error in a.error_variants().unwrap_or_default() {
            let kept = match b.error_variant_by_index(error.index) {
                Some(other) => other.name == error.name,
                None => lacks.is_some(),
            };
            if !kept {
                return Err(format!("the error {name}.{} is another", error.name));
            }
        }
    }
    let extensions = |metadata: &Metadata| {
        let version_0 = metadata
            .extrinsic()
            .transaction_extensions_by_version(0)
            .into_iter()
            .flatten();
        version_0
            .map(|e| (e.identifier().to_owned(), [e.extra_ty(), e.additional_ty()]))
            .collect::<Vec<_>>()
    };
    let (a, b) = (extensions(ours), extensions(theirs));
    let types =
        |list: &[(String, [u32; 2])]| -> Vec<u32> { list.iter().flat_map(|(_, types)| *types).collect() };
    let same_names = a.iter().map(|(name, _)| name).eq(b.iter().map(|(name, _)| name));
    if !same_names || !same_lists(ours, &types(&a), theirs, &types(&b)) {
        return Err("transactions are signed otherwise".into());
    }
    if ours.extrinsic().supported_versions() != theirs.extrinsic().supported_versions() {
        return Err("transactions have another format".into());
    }
    match events_fit(ours, theirs, Fit::Shared) {
        true => Ok(()),
        false => Err("its events are others".into()),
    }
}

fn events_fit(ours: &Metadata, theirs: &Metadata, wanted: Fit) -> bool {
    let event = |metadata: &Metadata| metadata.outer_enums().event_enum_ty();
    fit(
        ours.types(),
        theirs.types(),
        vec![(event(ours), event(theirs))],
        wanted,
    )
}

fn types_of(fields: &[Field<PortableForm>]) -> Vec<u32> {
    fields.iter().map(|field| field.ty.id).collect()
}

fn same_lists(ours: &Metadata, a: &[u32], theirs: &Metadata, b: &[u32]) -> bool {
    let pairs: Vec<Pair> = a.iter().copied().zip(b.iter().copied()).collect();
    a.len() == b.len() && fit(ours.types(), theirs.types(), pairs, Fit::Same)
}

#[cfg(test)]
mod tests {
    use codec::MaxEncodedLen;
    use hashcard_primitives::lengths::Lengths;

    #[test]
    fn the_first_lengths_are_all_but_the_last_two() {
        // Two of eight bytes and six of four.
        assert_eq!(
            Lengths::max_encoded_len() - 2 * 4,
            2 * 8 + (crate::lengths::FIRST - 2) * 4
        );
    }
}
