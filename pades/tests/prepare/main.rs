//! The writing side as a caller sees it: attributes, CMS, prepared and signed documents.

mod certified;
mod cms;
mod documents;
mod existing;
mod flow;
mod mutated;
mod pki;
mod refusals;
mod shapes;
