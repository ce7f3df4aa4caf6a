//! What stands in the brackets: `flavor`, `worker_threads`, `start_paused`, `seeds`, `crate`.

use crate::expand::Entry;
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, Lit, LitBool, LitInt, Path, Result, Token};

/// Which kind of runtime the function asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    MultiThread,
    CurrentThread,
}

/// The options of one attribute, checked.
pub(crate) struct Args {
    pub(crate) flavor: Flavor,
    /// None: as many as the machine has cores.
    pub(crate) worker_threads: Option<LitInt>,
    /// None: as the flavour does.
    pub(crate) start_paused: Option<LitBool>,
    /// Run on the deterministic flavour instead, once for each seed below this.
    pub(crate) seeds: Option<LitInt>,
    /// Where the expansion finds the runtime.
    pub(crate) crate_path: Path,
}

impl Args {
    /// What the attribute means with nothing in its brackets.
    pub(crate) fn new(entry: Entry) -> Args {
        let flavor = match entry {
            Entry::Main => Flavor::MultiThread,
            Entry::Test => Flavor::CurrentThread,
        };
        Args {
            flavor,
            worker_threads: None,
            start_paused: None,
            seeds: None,
            crate_path: syn::parse_quote!(::rt),
        }
    }

    pub(crate) fn parse(entry: Entry, tokens: TokenStream) -> Result<Args> {
        let options = Punctuated::<Opt, Token![,]>::parse_terminated_with;
        let parser = |input: ParseStream<'_>| options(input, Opt::parse);
        let mut seen: Vec<String> = Vec::new();
        let mut args = Args::new(entry);
        for Opt { name, value } in parser.parse2(tokens)? {
            if seen.iter().any(|earlier| name == earlier) {
                return Err(Error::new(name.span(), format!("`{name}` is set twice; keep one")));
            }
            seen.push(name.to_string());
            match name.to_string().as_str() {
                "flavor" => args.flavor = flavor(&value)?,
                "worker_threads" => args.worker_threads = Some(worker_threads(&value)?),
                "start_paused" => args.start_paused = Some(start_paused(&value)?),
                "seeds" => args.seeds = Some(seeds(entry, &name, &value)?),
                "crate" => args.crate_path = crate_path(&value)?,
                _ => return Err(unknown(&name)),
            }
        }
        let has_flavor = seen.iter().any(|name| name == "flavor");
        args.check(entry, has_flavor)
    }

    /// Refuses options that contradict each other.
    fn check(self, entry: Entry, has_flavor: bool) -> Result<Args> {
        if let Some(seeds) = &self.seeds {
            let text = "`seeds` has a flavor of its own, the deterministic one; remove `flavor`";
            return if has_flavor { Err(Error::new(seeds.span(), text)) } else { Ok(self) };
        }
        match (self.flavor, &self.worker_threads) {
            (Flavor::CurrentThread, Some(count)) => {
                let reason = match entry {
                    Entry::Main => "\"current_thread\" has no workers",
                    Entry::Test => "a test runs on \"current_thread\" unless it says so",
                };
                let text = format!("`worker_threads` needs flavor = \"multi_thread\"; {reason}");
                Err(Error::new(count.span(), text))
            }
            _ => Ok(self),
        }
    }
}

/// One `name = value`; the name may be a keyword, as `crate` is.
struct Opt {
    name: Ident,
    value: Expr,
}

impl Opt {
    fn parse(input: ParseStream<'_>) -> Result<Opt> {
        let name = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            return Err(unknown(&name));
        }
        input.parse::<Token![=]>()?;
        Ok(Opt { name, value: input.parse()? })
    }
}

fn unknown(name: &Ident) -> Error {
    let allowed = "flavor = \"multi_thread\" or \"current_thread\", worker_threads = N, \
                   start_paused = true, crate = \"path\", and on a test seeds = N";
    let text = match name.to_string().as_str() {
        "flavor" | "worker_threads" | "start_paused" | "seeds" | "crate" => {
            format!("`{name}` needs a value")
        }
        _ => format!("unknown option `{name}`"),
    };
    Error::new(name.span(), format!("{text}; allowed are {allowed}"))
}

fn flavor(value: &Expr) -> Result<Flavor> {
    let allowed = "allowed are \"multi_thread\" and \"current_thread\"";
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value else {
        return Err(Error::new(value.span(), format!("`flavor` must be a string; {allowed}")));
    };
    match text.value().as_str() {
        "multi_thread" => Ok(Flavor::MultiThread),
        "current_thread" => Ok(Flavor::CurrentThread),
        other => Err(Error::new(text.span(), format!("no flavor is called `{other}`; {allowed}"))),
    }
}

fn worker_threads(value: &Expr) -> Result<LitInt> {
    let Expr::Lit(ExprLit { lit: Lit::Int(count), .. }) = value else {
        let text = "`worker_threads` must be a whole number, 1 or more";
        return Err(Error::new(value.span(), text));
    };
    match count.base10_parse::<usize>()? {
        0 => Err(Error::new(count.span(), "cannot start 0 workers; ask for 1 or more")),
        _ => Ok(count.clone()),
    }
}

fn start_paused(value: &Expr) -> Result<LitBool> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Bool(choice), .. }) => Ok(choice.clone()),
        _ => Err(Error::new(value.span(), "`start_paused` must be true or false")),
    }
}

fn seeds(entry: Entry, name: &Ident, value: &Expr) -> Result<LitInt> {
    if entry == Entry::Main {
        return Err(Error::new(name.span(), "`seeds` is for #[rt::test] only"));
    }
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(count), .. }) if count.base10_parse::<u64>()? > 0 => {
            Ok(count.clone())
        }
        _ => Err(Error::new(value.span(), "`seeds` must be a whole number, 1 or more")),
    }
}

fn crate_path(value: &Expr) -> Result<Path> {
    match value {
        Expr::Path(path) => Ok(path.path.clone()),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.parse_with(Path::parse_mod_style),
        _ => {
            let text = "`crate` must be the path of the runtime, such as \"my_crate::rt\"";
            Err(Error::new(value.span(), text))
        }
    }
}
