//! Who makes a call against who cancels it.

use crate::call_later::Claim;
use rt_primitive::model::{check, spawn2};

/// I1 of `call_later.rs`: the call is made or cancelled, and never both.
///
/// Mutants: time.claim_twice
#[test]
fn a_call_is_made_or_cancelled() {
    check("a_call_is_made_or_cancelled", None, |order| {
        let claim = Claim::new();
        let (a, b) = (claim.clone(), claim);
        let (made, cancelled) = spawn2(order, move || a.take(), move || b.take());
        assert!(made.join().unwrap() != cancelled.join().unwrap(), "I1: both, or none");
    });
}
