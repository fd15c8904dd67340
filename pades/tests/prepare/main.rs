//! The writing side as a caller sees it: attributes, CMS, prepared and signed documents.

mod cms;
mod documents;
mod flow;
mod pki;
mod shapes;
