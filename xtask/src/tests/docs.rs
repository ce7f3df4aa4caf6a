//! Docs: dead links, gaps in numbered lists and paths of one machine are reported.

use super::reported;

const GUIDE: &str = "docs/guide/start.md";

#[test]
fn a_link_leads_to_a_file_a_directory_or_a_heading_that_exists() {
    let good = "# A\n[x](../style.md) [y](#a) [z](https://rust-lang.org) [w](../guide) \
                [v](../style.md#the-page-rules)\n```\n[in code](nowhere)\n```\n";
    let style = ("docs/style.md", "# The page: rules\n");
    assert_eq!(reported("link", &[(GUIDE, good), style]), [""; 0]);
    let bad = "# A\n[x](style.md)\n[y](#b)\n[z](../style.md#none)\n";
    let places = ["2", "3", "4"].map(|line| format!("{GUIDE}:{line}"));
    assert_eq!(reported("link", &[(GUIDE, bad), style]), places);
}

#[test]
fn a_numbered_list_has_no_gap() {
    let good = "1. a\n   1. x\n   2. y\n2. b\n\n## Next\n\n1. c\n```\n7. code\n```\n0. z\n";
    assert_eq!(reported("list", &[(GUIDE, good)]), [format!("{GUIDE}:12")]);
    let bad = "1. a\n2. b\n4. d\n";
    assert_eq!(reported("list", &[(GUIDE, bad)]), [format!("{GUIDE}:3")]);
    let in_docs =
        "//! A.\n//!\n//! 1. stop\n//! 3. drop\n\n/// 2. begins in the middle\nfn f() {}\n";
    let path = "crates/rt/src/lib.rs";
    assert_eq!(reported("list", &[(path, in_docs)]), [format!("{path}:4"), format!("{path}:6")]);
}

#[test]
fn a_path_of_one_machine_is_reported() {
    let good = "see docs/work/x, https://a.b/work/c and target/tmp/x\n";
    assert_eq!(reported("machine path", &[(GUIDE, good)]), [""; 0]);
    let bad = "see `/work/main`\nin /home/me\nand (/tmp/x)\n";
    let places = ["1", "2", "3"].map(|line| format!("{GUIDE}:{line}"));
    assert_eq!(reported("machine path", &[(GUIDE, bad)]), places);
}
