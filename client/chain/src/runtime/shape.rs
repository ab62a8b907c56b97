//! Whether two descriptions of types describe the same bytes under the same names.
//!
//! A worklist, not recursion: one of the descriptions comes from a node, and may nest as deep as it likes.

use scale_info::{form::PortableForm, Field, PortableRegistry, TypeDef};
use std::collections::HashSet;

/// A type of ours and a type of theirs.
pub(super) type Pair = (u32, u32);

/// What is asked of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fit {
    /// Each value of one is a value of the other.
    Same,
    /// Variants that both have are the same, and each may have more: what either describes at all, both describe alike.
    Shared,
}

/// Most pairs that are compared: a few times the types of a large runtime. Equal descriptions pair every type once.
const MAX_PAIRS: usize = 16_384;

/// Whether the members of every pair have the same shape, down to the last field: order, indices, names, lengths.
/// Paths and documentation may differ.
pub(super) fn fit(ours: &PortableRegistry, theirs: &PortableRegistry, pairs: Vec<Pair>, wanted: Fit) -> bool {
    let mut seen: HashSet<Pair> = HashSet::new();
    let mut waiting = pairs;
    while let Some(pair) = waiting.pop() {
        if !seen.insert(pair) {
            continue;
        }
        if seen.len() > MAX_PAIRS {
            return false;
        }
        let (Some(a), Some(b)) = (ours.resolve(pair.0), theirs.resolve(pair.1)) else {
            return false;
        };
        match inner_pairs(&a.type_def, &b.type_def, wanted) {
            Some(inner) => waiting.extend(inner),
            None => return false,
        }
    }
    true
}

/// The pairs that must be the same for these two to be; `None` when they differ in themselves.
fn inner_pairs(a: &TypeDef<PortableForm>, b: &TypeDef<PortableForm>, wanted: Fit) -> Option<Vec<Pair>> {
    match (a, b) {
        (TypeDef::Composite(a), TypeDef::Composite(b)) => field_pairs(&a.fields, &b.fields),
        (TypeDef::Variant(a), TypeDef::Variant(b)) if wanted == Fit::Shared => {
            let mut pairs = Vec::new();
            for a in &a.variants {
                let Some(b) = b.variants.iter().find(|b| b.index == a.index) else {
                    continue;
                };
                if a.name != b.name {
                    return None;
                }
                pairs.extend(field_pairs(&a.fields, &b.fields)?);
            }
            Some(pairs)
        }
        (TypeDef::Variant(a), TypeDef::Variant(b)) => {
            if a.variants.len() != b.variants.len() {
                return None;
            }
            let mut pairs = Vec::new();
            for (a, b) in a.variants.iter().zip(&b.variants) {
                if a.name != b.name || a.index != b.index {
                    return None;
                }
                pairs.extend(field_pairs(&a.fields, &b.fields)?);
            }
            Some(pairs)
        }
        (TypeDef::Sequence(a), TypeDef::Sequence(b)) => Some(vec![(a.type_param.id, b.type_param.id)]),
        (TypeDef::Array(a), TypeDef::Array(b)) => {
            (a.len == b.len).then(|| vec![(a.type_param.id, b.type_param.id)])
        }
        (TypeDef::Tuple(a), TypeDef::Tuple(b)) => (a.fields.len() == b.fields.len()).then(|| {
            a.fields
                .iter()
                .zip(&b.fields)
                .map(|(a, b)| (a.id, b.id))
                .collect()
        }),
        (TypeDef::Primitive(a), TypeDef::Primitive(b)) => (a == b).then(Vec::new),
        (TypeDef::Compact(a), TypeDef::Compact(b)) => Some(vec![(a.type_param.id, b.type_param.id)]),
        (TypeDef::BitSequence(a), TypeDef::BitSequence(b)) => Some(vec![
            (a.bit_store_type.id, b.bit_store_type.id),
            (a.bit_order_type.id, b.bit_order_type.id),
        ]),
        _ => None,
    }
}

fn field_pairs(a: &[Field<PortableForm>], b: &[Field<PortableForm>]) -> Option<Vec<Pair>> {
    if a.len() != b.len() || a.iter().zip(b).any(|(a, b)| a.name != b.name) {
        return None;
    }
    Some(a.iter().zip(b).map(|(a, b)| (a.ty.id, b.ty.id)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scale_info::{meta_type, Registry, TypeInfo};

    fn described<T: TypeInfo + 'static>() -> (PortableRegistry, u32) {
        let mut registry = Registry::new();
        let id = registry.register_type(&meta_type::<T>()).id;
        (registry.into(), id)
    }

    fn same<A: TypeInfo + 'static, B: TypeInfo + 'static>() -> bool {
        let ((a, a_id), (b, b_id)) = (described::<A>(), described::<B>());
        fit(&a, &b, vec![(a_id, b_id)], Fit::Same)
    }

    fn shared<A: TypeInfo + 'static, B: TypeInfo + 'static>() -> bool {
        let ((a, a_id), (b, b_id)) = (described::<A>(), described::<B>());
        fit(&a, &b, vec![(a_id, b_id)], Fit::Shared)
    }

    mod ours {
        #[derive(scale_info::TypeInfo)]
        #[allow(dead_code)]
        pub enum Event {
            Made { card: u64, tags: Vec<[u8; 4]> },
            Gone(Option<Box<Event>>),
        }
    }

    mod theirs {
        #[derive(scale_info::TypeInfo)]
        #[allow(dead_code)]
        pub enum Moved {
            Made { card: u64, tags: Vec<[u8; 4]> },
            Gone(Option<Box<Moved>>),
        }
        #[derive(scale_info::TypeInfo)]
        #[allow(dead_code)]
        pub enum OtherIndex {
            #[codec(index = 1)]
            Made { card: u64, tags: Vec<[u8; 4]> },
            #[codec(index = 0)]
            Gone(Option<Box<OtherIndex>>),
        }
        #[derive(scale_info::TypeInfo)]
        #[allow(dead_code)]
        pub enum OtherLength {
            Made { card: u64, tags: Vec<[u8; 5]> },
            Gone(Option<Box<OtherLength>>),
        }
        #[derive(scale_info::TypeInfo)]
        #[allow(dead_code)]
        pub enum OtherName {
            Made { number: u64, tags: Vec<[u8; 4]> },
            Gone(Option<Box<OtherName>>),
        }
        #[derive(scale_info::TypeInfo)]
        #[allow(dead_code)]
        pub enum OneMore {
            Made { card: u64, tags: Vec<[u8; 4]> },
            Gone(Option<Box<OneMore>>),
            New,
        }
    }

    #[test]
    fn the_same_shape_is_recognised_wherever_it_was_moved() {
        assert!(same::<ours::Event, ours::Event>());
        assert!(same::<ours::Event, theirs::Moved>());
        assert!(same::<(u32, bool), (u32, bool)>());
    }

    #[test]
    fn every_difference_is_noticed() {
        assert!(!same::<ours::Event, theirs::OtherIndex>());
        assert!(!same::<ours::Event, theirs::OtherLength>());
        assert!(!same::<ours::Event, theirs::OtherName>());
        assert!(!same::<ours::Event, theirs::OneMore>());
        assert!(!same::<u32, u64>());
        assert!(!same::<Vec<u8>, [u8; 1]>());
        assert!(!same::<(u8,), (u8, u8)>());
    }

    #[test]
    fn either_may_have_variants_of_its_own_where_only_what_both_have_is_compared() {
        assert!(shared::<ours::Event, theirs::OneMore>() && shared::<theirs::OneMore, ours::Event>());
        assert!(shared::<Option<ours::Event>, Option<theirs::OneMore>>());
        assert!(!shared::<ours::Event, theirs::OtherIndex>());
        assert!(!shared::<ours::Event, theirs::OtherLength>());
        assert!(!shared::<ours::Event, theirs::OtherName>());
    }

    #[test]
    fn a_type_that_is_not_described_is_no_type() {
        let (registry, id) = described::<u8>();
        assert!(!fit(&registry, &registry, vec![(id, 77)], Fit::Same));
    }

    #[test]
    fn a_description_that_nests_for_ever_ends() {
        // Each of theirs contains the next one; ours contains itself.
        let wrap = |inner: u32| {
            scale_info::Type::<PortableForm>::new(
                scale_info::Path::from_segments_unchecked([]),
                Vec::new(),
                scale_info::TypeDefSequence::new(scale_info::interner::UntrackedSymbol::from(inner)),
                Vec::new(),
            )
        };
        let registry = |types: Vec<u32>| PortableRegistry {
            types: types
                .into_iter()
                .enumerate()
                .map(|(id, inner)| scale_info::PortableType {
                    id: id as u32,
                    ty: wrap(inner),
                })
                .collect(),
        };
        let ours = registry(vec![0]);
        let theirs = registry((1..=100_000).collect());
        assert!(!fit(&ours, &theirs, vec![(0, 0)], Fit::Same));
    }
}
