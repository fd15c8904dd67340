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
    /// Signatures that may be computed for lists in the document, for all of its signatures and tokens together.
    carried_signatures: u32,
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
            // Those that hold are computed once. Forged ones are computed again each time: with the longest RSA key each takes some
            // 8 ms, and a file may have 100 signatures with 8 tokens each.
            carried_signatures: 300,
        }
    }
}

fn spend(counter: &mut u32) -> Result<(), BudgetSpent> {
    *counter = counter.checked_sub(1).ok_or(BudgetSpent)?;
    Ok(())
}

impl Budget {
    /// Runs `inquire` into lists that anybody may have put there. It may spend what was left `before` and takes nothing from `self`;
    /// only the signatures that it computes are counted, apart.
    pub(crate) fn for_carried<T>(&mut self, before: &Self, inquire: impl FnOnce(&mut Self) -> T) -> T {
        let signatures = before.signatures.min(self.carried_signatures);
        let mut own = Self { signatures, ..before.clone() };
        let result = inquire(&mut own);
        self.carried_signatures = self.carried_signatures.saturating_sub(signatures.saturating_sub(own.signatures));
        result
    }

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
