//! Faults: a power loss, a killed process, a full disk, a key that looks at the register before it signs, and what lies in memory.
//!
//! Power loss, kills and the watching key have a control each: the same with the guard taken away must be caught.

mod full_disk;
mod intent;
mod kill;
mod load;
mod memory;
mod power_loss;
mod recorder;
mod witness;

use std::process::ExitCode;

use tests::Suite;

fn main() -> ExitCode {
    let mut suite = Suite::new();
    witness::cases(&mut suite);
    memory::cases(&mut suite);
    power_loss::cases(&mut suite);
    full_disk::cases(&mut suite);
    kill::cases(&mut suite);
    suite.run()
}
