//! `select!`: the first of several futures that is ready has its handler run.
//!
//! The macro makes the futures, pins them, and polls them in one `poll_fn`, beginning with another
//! one each time unless it says `biased`. The output whose pattern fits ends it; the futures are
//! dropped; then the handler runs outside of any closure, so that `?`, `break` and `.await` work.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Pat, Path, Result, Token, parenthesized};

mod keyword {
    syn::custom_keyword!(biased);
}

/// What stands between the braces of a `select!`.
struct Select {
    /// Where the runtime's crate is.
    krate: Path,
    is_biased: bool,
    branches: Vec<Branch>,
    otherwise: Option<Expr>,
}

/// `pattern = future, if condition => handler`.
struct Branch {
    pattern: Pat,
    future: Expr,
    condition: Option<Expr>,
    handler: Expr,
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> Result<Select> {
        let krate;
        parenthesized!(krate in input);
        let krate = Path::parse_mod_style(&krate)?;
        let is_biased = input.peek(keyword::biased) && input.peek2(Token![;]);
        if is_biased {
            input.parse::<keyword::biased>()?;
            input.parse::<Token![;]>()?;
        }
        let (mut branches, mut otherwise) = (Vec::new(), None);
        while !input.is_empty() {
            if input.peek(Token![else]) {
                input.parse::<Token![else]>()?;
                otherwise = Some(parse_handler(input)?);
                if !input.is_empty() {
                    return Err(input.error("`else` is the last branch of a `select!`"));
                }
                break;
            }
            branches.push(input.parse()?);
        }
        if branches.is_empty() {
            let text = "a `select!` has one branch or more: `pattern = future => handler`";
            return Err(Error::new(Span::call_site(), text));
        }
        Ok(Select { krate, is_biased, branches, otherwise })
    }
}

impl Parse for Branch {
    fn parse(input: ParseStream<'_>) -> Result<Branch> {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        input.parse::<Token![=]>()?;
        let future = input.parse()?;
        let mut condition = None;
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
            input.parse::<Token![if]>()?;
            condition = Some(input.parse()?);
        }
        Ok(Branch { pattern, future, condition, handler: parse_handler(input)? })
    }
}

/// `=> handler`, and the comma behind it, which a block does not need.
fn parse_handler(input: ParseStream<'_>) -> Result<Expr> {
    input.parse::<Token![=>]>()?;
    if input.peek(syn::token::Brace) {
        let block = input.parse()?;
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
        }
        return Ok(Expr::Block(syn::ExprBlock { attrs: Vec::new(), label: None, block }));
    }
    let handler = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(handler)
}

/// The code of a `select!`, or the error in it.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    match syn::parse2::<Select>(input) {
        Ok(select) => select.code(),
        Err(error) => error.into_compile_error(),
    }
}

impl Select {
    fn code(&self) -> TokenStream {
        let krate = &self.krate;
        let count = self.branches.len();
        let names: Vec<Ident> = (0..count).map(|place| format_ident!("Branch{place}")).collect();
        let futures: Vec<Ident> = (0..count).map(|place| format_ident!("future{place}")).collect();
        let made = self.branches.iter().map(|branch| &branch.future);
        let polls = self.polls(&names, &futures);
        let first = match self.is_biased {
            true => quote!(0),
            false => quote!(#krate::__macros::first_of(#count)),
        };
        let is_off = self.branches.iter().map(|branch| match &branch.condition {
            Some(condition) => quote!(!(#condition)),
            None => quote!(false),
        });
        let arms = self.branches.iter().zip(&names).map(|(Branch { pattern, handler, .. }, name)| {
            quote!(Selected::#name(#pattern) => #handler,)
        });
        let otherwise = match &self.otherwise {
            Some(handler) => quote!(#handler),
            None => quote!(::core::panic!(
                "no branch of a select! is left to wait for, and it has no else branch"
            )),
        };
        quote! {{
            enum Selected<#(#names),*> { #(#names(#names),)* Nothing }
            let selected = {
                let mut is_off = [#(#is_off),*];
                #(let mut #futures =
                    ::core::pin::pin!(::core::future::IntoFuture::into_future(#made));)*
                ::core::future::poll_fn(|cx| {
                    let first: usize = #first;
                    let mut is_pending = false;
                    for place in (first..#count).chain(0..first) {
                        match place { #polls _ => {} }
                    }
                    match is_pending {
                        true => ::core::task::Poll::Pending,
                        false => ::core::task::Poll::Ready(Selected::Nothing),
                    }
                })
                .await
            };
            #[allow(unreachable_patterns, reason = "most patterns fit all outputs")]
            match selected {
                #(#arms)*
                Selected::Nothing => #otherwise,
                _ => ::core::unreachable!("an output that fits no pattern is not selected"),
            }
        }}
    }

    /// The arms that poll a branch each.
    fn polls(&self, names: &[Ident], futures: &[Ident]) -> TokenStream {
        let arms = self.branches.iter().enumerate().map(|(place, branch)| {
            let (name, future) = (&names[place], &futures[place]);
            let fits = as_reference(&branch.pattern);
            quote! {
                #place if !is_off[#place] => {
                    match ::core::future::Future::poll(#future.as_mut(), cx) {
                        ::core::task::Poll::Pending => is_pending = true,
                        ::core::task::Poll::Ready(output) => {
                            is_off[#place] = true;
                            #[allow(unused_variables, unreachable_patterns, reason = "a test")]
                            let is_selected = match &output { #fits => true, _ => false };
                            if is_selected {
                                return ::core::task::Poll::Ready(Selected::#name(output));
                            }
                        }
                    }
                }
            }
        });
        quote!(#(#arms)*)
    }
}

/// The pattern as it fits a reference: it binds nothing by value.
fn as_reference(pattern: &Pat) -> Pat {
    let mut pattern = pattern.clone();
    unbind(&mut pattern);
    pattern
}

fn unbind(pattern: &mut Pat) {
    match pattern {
        Pat::Ident(ident) => {
            ident.by_ref = None;
            ident.mutability = None;
            if let Some((_, inner)) = &mut ident.subpat {
                unbind(inner);
            }
        }
        Pat::Or(or) => or.cases.iter_mut().for_each(unbind),
        Pat::Paren(paren) => unbind(&mut paren.pat),
        Pat::Reference(reference) => unbind(&mut reference.pat),
        Pat::Slice(slice) => slice.elems.iter_mut().for_each(unbind),
        Pat::Struct(of) => of.fields.iter_mut().for_each(|field| unbind(&mut field.pat)),
        Pat::Tuple(tuple) => tuple.elems.iter_mut().for_each(unbind),
        Pat::TupleStruct(tuple) => tuple.elems.iter_mut().for_each(unbind),
        _ => {}
    }
}
