//! Guarantees: a test that does not exist, and a table that is not the tree's, are reported.

use super::{reported, tree};
use crate::tidy::page_of;

const PAGE: &str = "docs/guarantees.md";
const MODEL: (&str, &str) = (
    "crates/rt-core/src/tests/loom/doc.rs",
    "//! A model.\n\n/// It holds. More.\n///\n/// Mutants: doc.bug\n#[test]\nfn it_holds() {\n    \
     model::check(\"it_holds\", Some(2), |_| ());\n}\n",
);
const LEDGER: (&str, &str) = ("docs/model-ledger.txt", "it_holds 12 3\n");
const ROW: &str = "| it_holds | It holds | 2 | 12 | 3 | doc.bug |\n";

/// A page whose promise is held by this, and whose table is that.
fn page(held_by: &str, table: &str) -> String {
    format!(
        "| promise | held by |\n|---|---|\n| a | {held_by} |\n\
         <!-- made by `cargo xtask tidy --update-guarantees`: models -->\n{table}<!-- end -->\n"
    )
}

#[test]
fn a_promise_is_held_by_tests_that_exist() {
    let check = |held_by: &str| {
        let stale = page(held_by, "");
        let page = page_of(&tree(&[(PAGE, &stale), MODEL, LEDGER])).unwrap();
        reported("guarantees", &[(PAGE, &page), MODEL, LEDGER])
    };
    assert_eq!(check("`it_holds`"), [""; 0]);
    assert_eq!(check("`it_holds`, `it_does_not`"), [format!("{PAGE}:3")]);
}

#[test]
fn a_seeded_bug_stands_beside_a_test_that_catches_it() {
    const PAGE: &str = "docs/verification.md";
    let check = |row: &str| {
        let page = format!("| wrong line | held by | seeded as |\n|---|---|---|\n{row}\n");
        reported("guarantees", &[(PAGE, &page), MODEL, LEDGER])
    };
    assert_eq!(check("| a | `it_holds` | doc.bug |"), [""; 0]);
    assert_eq!(check("| a | `it_holds` | doc.bug, doc.other |"), [format!("{PAGE}:3")]);
    assert_eq!(check("| a | `it_does_not` | |"), [format!("{PAGE}:3"), format!("{PAGE}:3")]);
}

#[test]
fn the_table_of_models_is_that_of_the_tree() {
    let stale = page("`it_holds`", "");
    let made = page_of(&tree(&[(PAGE, &stale), MODEL, LEDGER])).unwrap();
    assert!(made.contains(ROW), "{made}");
    assert!(made.contains("\n1 models, 12 executions.\n"), "{made}");
    assert_eq!(reported("guarantees", &[(PAGE, &stale), MODEL, LEDGER]), [format!("{PAGE}:1")]);
    let other = made.replace("| 12 |", "| 13 |");
    assert_eq!(reported("guarantees", &[(PAGE, &other), MODEL, LEDGER]), [format!("{PAGE}:1")]);
    let no_model = [(PAGE, made.as_str()), LEDGER];
    assert!(reported("guarantees", &no_model).contains(&format!("{PAGE}:1")));
}
