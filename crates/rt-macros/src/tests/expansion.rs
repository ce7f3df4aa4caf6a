//! What a correct use expands to.

use super::{Entry, expansion};

const PLAIN: &str = "async fn main() {}";

/// Compares tokens, so that layout does not matter.
fn check(entry: Entry, args: &str, item: &str, expected: &str) {
    let expected: proc_macro2::TokenStream = expected.parse().unwrap();
    assert_eq!(expansion(entry, args, item).to_string(), expected.to_string());
}

fn started(builder: &str, name: &str) -> String {
    format!(
        "{builder}.build()
             .unwrap_or_else(|error| ::std::panic!(\"cannot start the runtime: {{error}}\"))
             .block_on({name}())"
    )
}

#[test]
fn main_runs_on_every_core_unless_told() {
    let start = started("::rt::Builder::new_multi_thread()", "main");
    check(
        Entry::Main,
        "",
        "/// Docs. \n pub async fn main() -> Result<(), E> { f().await? }",
        &format!(
            "/// Docs. \n pub fn main() -> Result<(), E> {{
                 async fn main() -> Result<(), E> {{ f().await? }}
                 {start}
             }}"
        ),
    );
}

#[test]
fn a_test_runs_on_its_own_thread_unless_told() {
    let start = started("::rt::Builder::new_current_thread()", "works");
    check(
        Entry::Test,
        "",
        "#[should_panic] async fn works() { assert!(false) }",
        &format!(
            "#[::core::prelude::v1::test] #[should_panic]
             fn works() {{ async fn works() {{ assert!(false) }} {start} }}"
        ),
    );
}

#[test]
fn flavor_and_workers_reach_the_builder() {
    let start = started("::rt::Builder::new_multi_thread().worker_threads(4)", "main");
    let expected = format!("fn main() {{ {PLAIN} {start} }}");
    check(Entry::Main, "flavor = \"multi_thread\", worker_threads = 4", PLAIN, &expected);
    check(Entry::Main, "worker_threads = 4,", PLAIN, &expected);
}

#[test]
fn a_renamed_crate_is_used() {
    let start = started("my::runtime::Builder::new_current_thread()", "main");
    let expected = format!("fn main() {{ {PLAIN} {start} }}");
    check(Entry::Main, "flavor = \"current_thread\", crate = \"my::runtime\"", PLAIN, &expected);
    check(Entry::Main, "flavor = \"current_thread\", crate = my::runtime", PLAIN, &expected);
}

#[test]
fn a_paused_start_reaches_the_builder() {
    let start = started("::rt::Builder::new_current_thread().start_paused(true)", "main");
    let expected = format!("#[::core::prelude::v1::test] fn main() {{ {PLAIN} {start} }}");
    check(Entry::Test, "start_paused = true", PLAIN, &expected);
}

#[test]
fn seeds_run_the_body_once_for_each() {
    let expected = format!(
        "#[::core::prelude::v1::test] fn main() {{
             {PLAIN}
             ::rt::testing::run_seeds(
                 ::core::concat!(::core::module_path!(), \"::\", ::core::stringify!(main)),
                 200,
                 |seed| ::rt::Builder::new_deterministic(seed).worker_threads(4).build(),
                 main,
             )
         }}"
    );
    check(Entry::Test, "seeds = 200, worker_threads = 4", PLAIN, &expected);
}
