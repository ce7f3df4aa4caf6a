//! The attributes at the level of tokens: what they expand to, and what they refuse.

mod errors;
mod expansion;

use crate::expand::{Entry, expand};
use proc_macro2::TokenStream;

/// Both sides written as in a source file.
fn expansion(entry: Entry, args: &str, item: &str) -> TokenStream {
    expand(entry, args.parse().unwrap(), item.parse().unwrap())
}
