//! Files: head, size, name and place are checked.

use super::reported;

const LIB: (&str, &str) = ("crates/rt/src/lib.rs", "//! A.\nmod a;\n");
const A: &str = "crates/rt/src/a.rs";

#[test]
fn line_1_is_one_whole_sentence() {
    assert_eq!(reported("head", &[LIB, (A, "//! One idea.\n")]), [""; 0]);
    for bad in ["", "fn f() {}\n", "// A.\n", "//! An idea that\n//! goes on.\n"] {
        assert_eq!(reported("head", &[LIB, (A, bad)]), [format!("{A}:1")], "{bad:?}");
    }
}

#[test]
fn a_file_that_is_too_long_is_reported() {
    let comments = |count: usize| format!("//! A.\n{}", "// x\n".repeat(count - 1));
    let code = |count: usize| format!("//! A.\n{}", "fn f() {}\n".repeat(count));
    assert_eq!(reported("size", &[LIB, (A, &comments(400))]), [""; 0]);
    assert_eq!(reported("size", &[LIB, (A, &comments(401))]), [format!("{A}:401")]);
    let example = "/// ```\n/// f();\n/// ```\nfn f() {}\n";
    assert_eq!(reported("size", &[LIB, (A, &(comments(399) + example))]), [""; 0]);
    assert_eq!(reported("size", &[LIB, (A, &(comments(400) + example))]), [format!("{A}:401")]);
    assert_eq!(reported("size", &[LIB, (A, &code(250))]), [""; 0]);
    assert_eq!(reported("size", &[LIB, (A, &code(251))]), [format!("{A}:1")]);
}

#[test]
fn a_line_of_101_columns_is_reported() {
    let line = |columns: usize| format!("//! A.\n// {}\n", "ä".repeat(columns - 3));
    assert_eq!(reported("width", &[LIB, (A, &line(100))]), [""; 0]);
    assert_eq!(reported("width", &[LIB, (A, &line(101))]), [format!("{A}:2")]);
}

#[test]
fn a_file_name_says_what_is_inside() {
    for bad in ["util", "helpers", "queue2", "mod"] {
        let path = format!("crates/rt/src/{bad}.rs");
        assert_eq!(reported("file name", &[LIB, (&path, "//! A.\n")]), [format!("{path}:1")]);
    }
    assert_eq!(reported("file name", &[LIB, (A, "//! A.\n")]), [""; 0]);
}

#[test]
fn a_file_that_no_module_names_is_reported() {
    let b = "crates/rt/src/a/b.rs";
    let parent = "//! A.\nmod b;\n";
    assert_eq!(reported("dead file", &[LIB, (A, parent), (b, "//! B.\n")]), [""; 0]);
    let in_comment = "//! A.\n// mod b;\n";
    assert_eq!(reported("dead file", &[LIB, (A, in_comment), (b, "//! B.\n")]), [format!("{b}:1")]);
    let chosen = "//! A.\n#[cfg_attr(unix, path = \"a/b.rs\")]\nmod platform;\n";
    assert_eq!(reported("dead file", &[LIB, (A, chosen), (b, "//! B.\n")]), [""; 0]);
}

#[test]
fn roots_of_crates_tests_and_examples_need_no_module_line() {
    let roots = [
        "src/main.rs",
        "examples/tour.rs",
        "examples/echo/main.rs",
        "tests/it/main.rs",
        "tests/cost.rs",
    ];
    for root in roots {
        let path = format!("crates/rt/{root}");
        assert_eq!(reported("dead file", &[(&path, "//! A.\n")]), [""; 0], "{root}");
    }
    let model = "crates/rt/src/tests/loom.rs";
    assert_eq!(reported("dead file", &[(model, "//! A.\n")]), [format!("{model}:1")]);
}

#[test]
fn the_top_level_stays_small() {
    assert_eq!(reported("top level", &[("README.md", ""), (".gitignore", "")]), [""; 0]);
    assert_eq!(reported("top level", &[("notes.txt", "")]), ["notes.txt:1"]);
}

#[test]
fn a_dependency_from_elsewhere_is_reported() {
    let lock = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
                source = \"git+https://example.org/x\"\n";
    assert_eq!(reported("lock", &[("Cargo.lock", lock)]), ["Cargo.lock:2"]);
}
