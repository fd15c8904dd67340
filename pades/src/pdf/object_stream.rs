//! Object streams (ISO 32000-2, 7.5.7), decoded once and kept.
//!
//! Objects borrow from the decoded data, so that it must stay where it is while the document lives: the store only
//! grows, and hands out references without a lock. What it may hold is bounded by the budget.

use std::sync::OnceLock;

use super::filter;
use super::indirect::{Indirect, Meter};
use super::lexer::{Lexer, Token};
use crate::PdfError;

/// A decoded object stream.
#[derive(Debug)]
pub(crate) struct ObjectStream {
    data: Vec<u8>,
    /// Number of each object and where it begins in the data.
    objects: Vec<(u32, usize)>,
}

impl ObjectStream {
    /// Decodes the object stream that `object` is; `raw` is its data in the file.
    pub(crate) fn read(object: &Indirect<'_>, raw: &[u8], meter: Meter<'_>) -> Result<Self, PdfError> {
        let dictionary = object.value.as_dictionary()?;
        let start = object.data.clone().unwrap_or_default().start;
        let damaged = PdfError::StreamDamaged { offset: start };
        let (count, first) = (dictionary.require("N")?.as_size()?, dictionary.require("First")?.as_size()?);
        let data = filter::decode(dictionary, raw, start, meter, meter.budget.inflatable())?;
        meter.budget.charge_inflated(data.len())?;
        // Each pair of numbers takes four octets with its white space, the last one three.
        let head = data.get(..first).ok_or_else(|| damaged.clone())?;
        if count > head.len().div_ceil(4) {
            return Err(damaged);
        }
        meter.budget.charge(count.saturating_mul(32))?;
        let mut lexer = Lexer::new(head, 0);
        let mut integer = || match lexer.next_token() {
            Ok((Token::Integer(integer), _)) => Ok(integer),
            _ => Err(damaged.clone()),
        };
        let mut objects = Vec::with_capacity(count);
        for _ in 0..count {
            let number = u32::try_from(integer()?).map_err(|_| damaged.clone())?;
            let offset = usize::try_from(integer()?).map_err(|_| damaged.clone())?;
            objects.push((number, first.saturating_add(offset)));
        }
        Ok(Self { data, objects })
    }

    /// The decoded data, and where in it the object at `index` begins, if that is `number`.
    pub(crate) fn object(&self, number: u32, index: u32) -> Option<(&[u8], usize)> {
        let (found, offset) = self.objects.get(index as usize)?;
        (*found == number && *offset < self.data.len()).then_some((&self.data, *offset))
    }

    /// The decoded data.
    pub(crate) fn data(&self) -> &[u8] {
        &self.data
    }

    /// The number of every object in it.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.objects.iter().map(|(number, _)| *number)
    }
}

/// Object streams by their offset in the file, and those that could not be read with the reason: lists that only
/// grow.
#[derive(Debug, Default)]
pub(crate) struct ObjectStreams {
    buckets: [Link; BUCKETS],
}

const BUCKETS: usize = 32;

#[derive(Debug, Default)]
struct Link(OnceLock<Box<Node>>);

#[derive(Debug)]
struct Node {
    number: u32,
    offset: usize,
    stream: Result<ObjectStream, PdfError>,
    next: Link,
}

impl ObjectStreams {
    /// The object stream `number` at `offset`, which `read` reads when it was not tried yet. It is tried once, or a file could
    /// have the same bad stream inflated for each of its objects.
    pub(crate) fn get_or_read(
        &self,
        number: u32,
        offset: usize,
        meter: Meter<'_>,
        read: impl Fn() -> Result<ObjectStream, PdfError>,
    ) -> Result<&ObjectStream, PdfError> {
        let bucket = (offset >> 5) & BUCKETS.saturating_sub(1);
        let mut link = self.buckets.get(bucket).expect("the mask keeps the index below the number of buckets");
        let mut fresh = None;
        loop {
            if link.0.get().is_none() && fresh.is_none() {
                fresh = Some(read());
            }
            // Another thread may fill the link between these two lines; then its stream is looked at, and ours goes
            // into the next link, or away.
            let node = link.0.get_or_init(|| {
                let stream = fresh.take().expect("an empty link was seen, so that the stream was read");
                Box::new(Node { number, offset, stream, next: Link::default() })
            });
            if (node.number, node.offset) == (number, offset) {
                return node.stream.as_ref().map_err(Clone::clone);
            }
            // A file can put all its streams into one bucket: the walk is work too.
            meter.budget.charge(16)?;
            link = &node.next;
        }
    }
}

impl Drop for ObjectStreams {
    /// One node after the other: dropped as they are linked, a hundred thousand of them would overflow the stack.
    fn drop(&mut self) {
        for link in &mut self.buckets {
            let mut next = link.0.take();
            while let Some(mut node) = next {
                next = node.next.0.take();
            }
        }
    }
}
