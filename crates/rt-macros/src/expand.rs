//! Turns the `async fn` into a plain function that builds a runtime and blocks on the old one.

use crate::args::{Args, Flavor};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, ItemFn, Result};

/// Which of the two attributes is being expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Main,
    Test,
}

/// The function with a runtime around it; the errors, if any, stand before it.
///
/// A wrong option still yields the function, with the options at their defaults. Otherwise the
/// compiler would also complain that `main` is missing, and hide the one error that matters.
pub(crate) fn expand(entry: Entry, args: TokenStream, item: TokenStream) -> TokenStream {
    let checked = syn::parse2::<ItemFn>(item)
        .map_err(|error| Error::new(error.span(), format!("{} goes on a function", name(entry))))
        .and_then(|function| check(entry, &function).map(|()| function));
    let function = match checked {
        Ok(function) => function,
        Err(error) => return error.into_compile_error(),
    };
    match Args::parse(entry, args) {
        Ok(args) => wrap(entry, &args, &function),
        Err(error) => {
            let errors = error.into_compile_error();
            let function = wrap(entry, &Args::new(entry), &function);
            quote!(#errors #function)
        }
    }
}

fn name(entry: Entry) -> &'static str {
    match entry {
        Entry::Main => "#[rt::main]",
        Entry::Test => "#[rt::test]",
    }
}

/// Refuses a function that cannot be wrapped.
fn check(entry: Entry, function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    let refuse = |span, text: &str| Err(Error::new(span, format!("{} {text}", name(entry))));
    if signature.asyncness.is_none() {
        return refuse(signature.fn_token.span(), "needs an `async fn`; add `async`");
    }
    if !signature.inputs.is_empty() {
        return refuse(signature.inputs.span(), "passes no arguments; remove them");
    }
    if !signature.generics.params.is_empty() {
        return refuse(signature.generics.span(), "passes no generics; remove them");
    }
    if entry == Entry::Test && function.attrs.iter().any(|attr| attr.path().is_ident("test")) {
        return refuse(signature.ident.span(), "adds `#[test]` itself; remove that one");
    }
    Ok(())
}

/// The old function moves, unchanged, into a plain one of the same name: so its types are inferred
/// and its errors are reported as if there were no attribute.
fn wrap(entry: Entry, args: &Args, function: &ItemFn) -> TokenStream {
    let ItemFn { attrs, vis, sig, block } = function;
    let rt = &args.crate_path;
    let ident = &sig.ident;
    let output = &sig.output;
    let test = (entry == Entry::Test).then(|| quote!(#[::core::prelude::v1::test]));
    let workers = args.worker_threads.iter();
    let paused = args.start_paused.iter();
    let choices = quote!(#(.worker_threads(#workers))* #(.start_paused(#paused))*);
    // At the function's name, so that a panic which names the `block_on` call names that line.
    let at_name = ident.span().resolved_at(proc_macro2::Span::call_site());
    let start = match &args.seeds {
        None => {
            let builder = match args.flavor {
                Flavor::MultiThread => quote!(new_multi_thread),
                Flavor::CurrentThread => quote!(new_current_thread),
            };
            quote_spanned! {at_name=>
                #rt::Builder::#builder()
                    #choices
                    .build()
                    .unwrap_or_else(|error| ::std::panic!("cannot start the runtime: {error}"))
                    .block_on(#ident())
            }
        }
        Some(seeds) => quote_spanned! {at_name=>
            #rt::testing::run_seeds(
                ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#ident)),
                #seeds,
                |seed| #rt::Builder::new_deterministic(seed) #choices .build(),
                #ident,
            )
        },
    };
    quote! {
        #test
        #(#attrs)*
        #vis fn #ident() #output {
            #sig #block
            #start
        }
    }
}
