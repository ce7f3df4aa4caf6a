//! What a wrong use is told, and where.

use super::{Entry, expansion};
use crate::args::Args;
use proc_macro2::TokenStream;

const ALLOWED: &str = "allowed are flavor = \"multi_thread\" or \"current_thread\", \
                       worker_threads = N, start_paused = true, crate = \"path\", and on a test \
                       seeds = N";

/// The options `args` must be refused with `text`, at the tokens `at`.
fn check_args(entry: Entry, args: &str, at: &str, text: &str) {
    let tokens: TokenStream = args.parse().unwrap();
    let error = Args::parse(entry, tokens).err().expect(args);
    assert_eq!(error.to_string(), text);
    assert_eq!(error.span().source_text().as_deref(), Some(at), "{text}");
}

/// The function `item` must be refused with `text`.
fn check_item(entry: Entry, item: &str, text: &str) {
    let expanded = expansion(entry, "", item).to_string();
    let expected = format!(":: core :: compile_error ! {{ {text:?} }}");
    assert_eq!(expanded, expected);
}

#[test]
fn an_unknown_option_is_named_with_the_allowed_ones() {
    for args in ["workers = 2", "workers"] {
        check_args(Entry::Main, args, "workers", &format!("unknown option `workers`; {ALLOWED}"));
    }
    check_args(Entry::Main, "flavor", "flavor", &format!("`flavor` needs a value; {ALLOWED}"));
}

#[test]
fn an_option_set_twice_is_refused() {
    check_args(
        Entry::Main,
        "worker_threads = 1, worker_threads = 2",
        "worker_threads",
        "`worker_threads` is set twice; keep one",
    );
}

#[test]
fn a_bad_flavor_is_told_the_good_ones() {
    check_args(
        Entry::Main,
        "flavor = \"threads\"",
        "\"threads\"",
        "no flavor is called `threads`; allowed are \"multi_thread\" and \"current_thread\"",
    );
    check_args(
        Entry::Test,
        "flavor = 3",
        "3",
        "`flavor` must be a string; allowed are \"multi_thread\" and \"current_thread\"",
    );
}

#[test]
fn zero_workers_are_refused() {
    check_args(Entry::Main, "worker_threads = 0", "0", "cannot start 0 workers; ask for 1 or more");
}

#[test]
fn workers_must_be_a_number() {
    check_args(
        Entry::Main,
        "worker_threads = \"2\"",
        "\"2\"",
        "`worker_threads` must be a whole number, 1 or more",
    );
}

#[test]
fn workers_need_the_flavor_that_has_them() {
    check_args(
        Entry::Main,
        "flavor = \"current_thread\", worker_threads = 2",
        "2",
        "`worker_threads` needs flavor = \"multi_thread\"; \"current_thread\" has no workers",
    );
    check_args(
        Entry::Test,
        "worker_threads = 2",
        "2",
        "`worker_threads` needs flavor = \"multi_thread\"; \
         a test runs on \"current_thread\" unless it says so",
    );
}

#[test]
fn a_paused_start_is_true_or_false() {
    check_args(Entry::Test, "start_paused = 1", "1", "`start_paused` must be true or false");
}

#[test]
fn seeds_are_a_number_of_runs_of_a_test() {
    check_args(Entry::Main, "seeds = 3", "seeds", "`seeds` is for #[rt::test] only");
    for bad in ["0", "\"3\""] {
        let args = format!("seeds = {bad}");
        check_args(Entry::Test, &args, bad, "`seeds` must be a whole number, 1 or more");
    }
    check_args(
        Entry::Test,
        "flavor = \"multi_thread\", seeds = 3",
        "3",
        "`seeds` has a flavor of its own, the deterministic one; remove `flavor`",
    );
}

#[test]
fn a_crate_path_must_be_a_path() {
    check_args(
        Entry::Main,
        "crate = 1",
        "1",
        "`crate` must be the path of the runtime, such as \"my_crate::rt\"",
    );
}

#[test]
fn the_function_must_be_async_and_bare() {
    check_item(Entry::Main, "fn main() {}", "#[rt::main] needs an `async fn`; add `async`");
    check_item(
        Entry::Main,
        "async fn main(port: u16) {}",
        "#[rt::main] passes no arguments; remove them",
    );
    check_item(
        Entry::Test,
        "async fn works<T>() {}",
        "#[rt::test] passes no generics; remove them",
    );
    check_item(
        Entry::Test,
        "#[test] async fn works() {}",
        "#[rt::test] adds `#[test]` itself; remove that one",
    );
    check_item(Entry::Main, "struct Main;", "#[rt::main] goes on a function");
}

#[test]
fn a_wrong_option_hides_no_function() {
    let expanded = expansion(Entry::Main, "workers = 2", "async fn main() {}").to_string();
    assert!(expanded.starts_with(":: core :: compile_error !"), "{expanded}");
    assert!(expanded.contains("fn main () { async fn main () { }"), "{expanded}");
}
