//! Interop: what we sign and draw is judged by pyHanko, pdfsig, openssl and qpdf, and a client in another language signs over the contract.

mod algorithms;
mod corpus;
mod drawn;
mod grpcio;
mod judges;
mod pages;
mod shapes;
mod wasm;

use std::process::ExitCode;

use tests::Suite;

fn main() -> ExitCode {
    let mut suite = Suite::new();
    shapes::cases(&mut suite);
    drawn::cases(&mut suite);
    pages::cases(&mut suite);
    corpus::cases(&mut suite);
    grpcio::cases(&mut suite);
    algorithms::cases(&mut suite);
    wasm::cases(&mut suite);
    suite.run()
}
