//! The work that one signature may cost, so that verification always ends.
//!
//! Job: meter every step whose number a hostile file chooses. Spending the last unit is fatal and distinct
//! ([`BudgetSpent`]): it never reads as "not found".

/// The budget is spent; nothing that was not finished may be concluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work that one signature may cost is spent")]
pub struct BudgetSpent;

/// What is left.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    signatures: u32,
    path_steps: u32,
    name_comparisons: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            // The design: 100 certificates in all. An honest chain needs 3, its CRLs and time-stamps 10 more.
            signatures: 100,
            // Every candidate that is looked at counts; 1,000 serves pools with many namesakes.
            path_steps: 1_000,
            // As rustls-webpki allows for name constraints (after CVE-2018-16875 in Go, which multiplied names by constraints).
            name_comparisons: 250_000,
        }
    }
}

fn spend(counter: &mut u32) -> Result<(), BudgetSpent> {
    *counter = counter.checked_sub(1).ok_or(BudgetSpent)?;
    Ok(())
}

impl Budget {
    pub(crate) fn signature(&mut self) -> Result<(), BudgetSpent> {
        spend(&mut self.signatures)
    }

    pub(crate) fn path_step(&mut self) -> Result<(), BudgetSpent> {
        spend(&mut self.path_steps)
    }

    pub(crate) fn name_comparison(&mut self) -> Result<(), BudgetSpent> {
        spend(&mut self.name_comparisons)
    }
}
