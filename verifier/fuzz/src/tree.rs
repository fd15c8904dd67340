//! BER as a tree, read leniently (X.690): to change it without breaking every length around the change, and to look at
//! what the verifier accepted with other eyes than its own.

/// An element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its identifier; only those of one octet are known.
    pub tag: u8,
    /// What is in it.
    pub content: Content,
}

/// What is in an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Octets.
    Octets(Vec<u8>),
    /// Other elements.
    Nodes(Vec<Node>),
}

/// Deeper than any honest structure here.
const DEPTH: usize = 32;

/// The element that `octets` begin with, and how many octets it takes.
pub fn read(octets: &[u8]) -> Option<(Node, usize)> {
    read_within(octets, DEPTH)
}

/// As many elements as follow one another, and where they end.
pub fn read_all(octets: &[u8]) -> (Vec<Node>, usize) {
    let mut at = 0;
    let mut nodes = Vec::new();
    while let Some((node, length)) = octets.get(at..).and_then(read) {
        nodes.push(node);
        at += length;
    }
    (nodes, at)
}

fn read_within(octets: &[u8], depth: usize) -> Option<(Node, usize)> {
    let depth = depth.checked_sub(1)?;
    let (&tag, &first) = (octets.first()?, octets.get(1)?);
    if first == 0x80 {
        let mut at = 2;
        let mut nodes = Vec::new();
        while octets.get(at..at + 2)? != [0, 0] {
            let (node, length) = read_within(octets.get(at..)?, depth)?;
            nodes.push(node);
            at += length;
        }
        return (tag & 0x20 != 0).then_some((whole(tag, nodes), at + 2));
    }
    let (header, length) = if first < 0x80 {
        (2, usize::from(first))
    } else {
        let octets = octets.get(2..2 + usize::from(first - 0x80))?;
        let length = octets
            .iter()
            .try_fold(0_usize, |length, octet| length.checked_mul(256).map(|length| length + usize::from(*octet)))?;
        (2 + octets.len(), length)
    };
    let end = header.checked_add(length)?;
    let content = octets.get(header..end)?;
    if tag & 0x20 == 0 {
        return Some((Node { tag, content: Content::Octets(content.to_vec()) }, end));
    }
    let mut at = 0;
    let mut nodes = Vec::new();
    while at < content.len() {
        let (node, length) = read_within(&content[at..], depth)?;
        nodes.push(node);
        at += length;
    }
    Some((whole(tag, nodes), end))
}

/// A string in pieces is the string (8.7.3).
fn whole(tag: u8, nodes: Vec<Node>) -> Node {
    let pieces: Option<Vec<&Vec<u8>>> = nodes
        .iter()
        .map(|node| match (&node.content, tag) {
            (Content::Octets(piece), 0x24) if node.tag == 4 => Some(piece),
            _ => None,
        })
        .collect();
    match pieces {
        Some(pieces) if tag == 0x24 => {
            Node { tag: 4, content: Content::Octets(pieces.into_iter().flatten().copied().collect()) }
        }
        _ => Node { tag, content: Content::Nodes(nodes) },
    }
}

impl Node {
    /// The elements in it; none in a primitive one.
    pub fn nodes(&self) -> &[Self] {
        match &self.content {
            Content::Nodes(nodes) => nodes,
            Content::Octets(_) => &[],
        }
    }

    /// Writes it with definite lengths of the fewest octets.
    pub fn write(&self, out: &mut Vec<u8>) {
        let content = match &self.content {
            Content::Octets(octets) => octets.clone(),
            Content::Nodes(nodes) => {
                let mut content = Vec::new();
                nodes.iter().for_each(|node| node.write(&mut content));
                content
            }
        };
        out.push(self.tag);
        let octets = content.len().to_be_bytes();
        let significant = &octets[octets.iter().position(|octet| *octet != 0).unwrap_or(octets.len())..];
        match content.len() {
            short @ 0..0x80 => out.push(short as u8),
            _ => {
                out.push(0x80 + significant.len() as u8);
                out.extend_from_slice(significant);
            }
        }
        out.extend(content);
    }

    /// It and everything in it.
    pub fn count(&self) -> usize {
        1 + self.nodes().iter().map(Self::count).sum::<usize>()
    }
}

/// Changes one element among `nodes`, chosen by `seed`; `mutate` changes octets to at most so many.
pub fn change(nodes: &mut Vec<Node>, seed: u32, mutate: &mut dyn FnMut(&[u8], usize) -> Vec<u8>) {
    let total: usize = nodes.iter().map(Node::count).sum();
    let mut random = Random(u64::from(seed) | 1 << 40);
    let (what, donor) = (random.below(total), random.below(total));
    let donor = nth(nodes, donor).cloned();
    let choice = random.below(16);
    let Some((siblings, at)) = place(nodes, what) else { return };
    match choice {
        0 | 1 => drop(siblings.remove(at)),
        2 => siblings.insert(at, siblings[at].clone()),
        3 | 4 => siblings.extend(donor),
        5 | 6 => siblings[at..=at].clone_from_slice(&donor.map_or_else(Vec::new, |donor| vec![donor])[..1]),
        7 => {
            let other = random.below(siblings.len());
            siblings.swap(at, other);
        }
        8 => siblings[at].tag = [4, 0x30, 0x31, 0xa0, 0xa1, 0x80, 2, 3, 5, 6][random.below(10)],
        9 => siblings[at].tag ^= 1 << random.below(8),
        10 => siblings[at].content = Content::Octets(Vec::new()),
        _ => {
            let mut octets = Vec::new();
            match &siblings[at].content {
                Content::Octets(content) => octets.clone_from(content),
                Content::Nodes(nodes) => nodes.iter().for_each(|node| node.write(&mut octets)),
            }
            siblings[at].content = Content::Octets(mutate(&octets, octets.len() + 16));
        }
    }
}

fn nth(nodes: &[Node], mut index: usize) -> Option<&Node> {
    for node in nodes {
        if index == 0 {
            return Some(node);
        }
        if index < node.count() {
            return nth(node.nodes(), index - 1);
        }
        index -= node.count();
    }
    None
}

fn place(nodes: &mut Vec<Node>, mut index: usize) -> Option<(&mut Vec<Node>, usize)> {
    let mut found = None;
    for (at, node) in nodes.iter().enumerate() {
        let count = node.count();
        if index < count {
            found = Some(at);
            break;
        }
        index -= count;
    }
    let at = found?;
    if index == 0 {
        return Some((nodes, at));
    }
    match &mut nodes[at].content {
        Content::Nodes(inner) => place(inner, index - 1),
        Content::Octets(_) => None,
    }
}

/// SplitMix64: choices that follow from a seed.
pub struct Random(pub u64);

impl Random {
    /// Below `end`; 0 when that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % (end.max(1) as u64)) as usize
    }
}

/// A custom mutator: half of the changes keep the structure, of what begins at `skip`; the others are libFuzzer's.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32, skip: usize) -> usize {
    let (mut nodes, end) = read_all(data.get(skip..size).unwrap_or_default());
    if seed.is_multiple_of(4) || nodes.is_empty() {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let behind = data[skip + end..size].to_vec();
    for round in 0..=seed % 3 {
        change(&mut nodes, seed.rotate_left(8 * round + 1), &mut |octets, room| {
            let mut buffer = vec![0; room];
            buffer[..octets.len()].copy_from_slice(octets);
            let length = libfuzzer_sys::fuzzer_mutate(&mut buffer, octets.len(), room);
            buffer.truncate(length);
            buffer
        });
    }
    let mut out = data[..skip].to_vec();
    nodes.iter().for_each(|node| node.write(&mut out));
    out.extend(behind);
    if out.len() > max_size || out.is_empty() {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    data[..out.len()].copy_from_slice(&out);
    out.len()
}
