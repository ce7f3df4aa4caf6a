//! The attributes `#[rt::main]` and `#[rt::test]`, and the macro `rt::select!`.
//!
//! Use them through `rt`, whose docs have the examples. The work is done on token streams that are
//! not the compiler's, so that unit tests can read both the expansion and the errors.

mod args;
mod expand;
mod select;
#[cfg(test)]
mod tests;

use expand::Entry;
use proc_macro::TokenStream;

/// Waits for the first of several futures; `rt::select!` has the docs.
#[proc_macro]
pub fn select(input: TokenStream) -> TokenStream {
    select::expand(input.into()).into()
}

/// Starts a runtime and runs this `async fn main` on it.
#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Entry::Main, args.into(), item.into()).into()
}

/// Makes this `async fn` a test with a runtime of its own.
#[proc_macro_attribute]
pub fn test(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(Entry::Test, args.into(), item.into()).into()
}
