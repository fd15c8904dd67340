//! Objects that are the same whenever they are written, fonts and pictures, so that signatures of one file share them.
//!
//! Invariant: an object of the file is taken for ours only if every octet of it and of all that it refers to is what
//! we would write, but for the object numbers.

use crate::pdf::{Ref, View};
use crate::update::Numbers;
use crate::write_error::PrepareError;

/// A few indirect objects that refer to each other; the first one is what others refer to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SharedObjects {
    parts: Vec<Vec<Piece>>,
}

/// A part of an object's octets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Octets(Vec<u8>),
    /// To the object with this index.
    Reference(usize),
}

impl SharedObjects {
    /// `parts` may refer to each other by index, and to nothing else.
    pub(crate) const fn new(parts: Vec<Vec<Piece>>) -> Self {
        Self { parts }
    }

    /// Numbers and writes them; gives the first one's reference.
    pub(crate) fn write(&self, numbers: &mut Numbers, objects: &mut Vec<(Ref, Vec<u8>)>) -> Result<Ref, PrepareError> {
        let references = self.parts.iter().map(|_| numbers.allocate()).collect::<Result<Vec<_>, _>>()?;
        for (reference, pieces) in references.iter().zip(&self.parts) {
            let mut octets = Vec::new();
            for piece in pieces {
                match piece {
                    Piece::Octets(piece) => octets.extend_from_slice(piece),
                    Piece::Reference(index) => {
                        let to = references.get(*index).expect("parts refer to each other");
                        octets.extend_from_slice(to.to_string().as_bytes());
                    }
                }
            }
            objects.push((*reference, octets));
        }
        Ok(*references.first().expect("there is at least one part"))
    }

    /// Whether the object at `candidate` and those that it refers to are these.
    pub(crate) fn are_at(&self, view: View<'_>, candidate: Ref) -> bool {
        let mut found = vec![None; self.parts.len()];
        self.part_is_at(view, 0, candidate, &mut found).is_some()
    }

    fn part_is_at(&self, view: View<'_>, index: usize, candidate: Ref, found: &mut [Option<Ref>]) -> Option<()> {
        let known = found.get_mut(index)?;
        if known.is_some() {
            return (*known == Some(candidate)).then_some(());
        }
        *known = Some(candidate);
        let object = view.object(candidate).ok()??;
        if object.source != crate::pdf::Source::File {
            return None;
        }
        let header = format!("{} {} obj\n", candidate.number, candidate.generation);
        let mut octets = view.bytes().get(object.span)?.strip_prefix(header.as_bytes())?;
        for piece in self.parts.get(index)? {
            match piece {
                Piece::Octets(piece) => octets = octets.strip_prefix(piece.as_slice())?,
                Piece::Reference(part) => {
                    let (reference, rest) = reference(octets)?;
                    self.part_is_at(view, *part, reference, found)?;
                    octets = rest;
                }
            }
        }
        (octets == b"\nendobj").then_some(())
    }
}

/// `12 0 R` and what follows.
fn reference(octets: &[u8]) -> Option<(Ref, &[u8])> {
    let (number, rest) = integer(octets)?;
    let (generation, rest) = integer(rest.strip_prefix(b" ")?)?;
    let reference = Ref { number, generation: u16::try_from(generation).ok()? };
    Some((reference, rest.strip_prefix(b" R")?))
}

fn integer(octets: &[u8]) -> Option<(u32, &[u8])> {
    let digits = octets.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (digits, rest) = octets.split_at_checked(digits)?;
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest))
}
