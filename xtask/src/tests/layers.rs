//! Layers: an arrow that points up, or sideways, is reported.

use super::reported;

#[test]
fn a_dependency_may_only_point_down() {
    let check = |package: &str, line: &str| {
        let manifest = format!("[package]\nname = \"x\"\n[dependencies]\n{line}\n");
        reported("layers", &[(&format!("crates/{package}/Cargo.toml"), &manifest)])
    };
    assert_eq!(check("rt", "rt-core.workspace = true"), [""; 0]);
    assert_eq!(check("rt-time", "rt-primitive = { path = \"x\" }"), [""; 0]);
    assert_eq!(check("rt-core", "rt-time.workspace = true"), ["crates/rt-core/Cargo.toml:4"]);
    assert_eq!(check("rt-sync", "rt-time.workspace = true"), ["crates/rt-sync/Cargo.toml:4"]);
    assert_eq!(check("rt-core", "rt = { path = \"x\" }"), ["crates/rt-core/Cargo.toml:4"]);
    assert_eq!(check("rt-new", "loom = \"1\""), ["crates/rt-new/Cargo.toml:1"]);
}

#[test]
fn only_examples_in_docs_may_need_the_facade() {
    let check = |line: &str| {
        let manifest = format!("[dev-dependencies]\n{line}\n");
        reported("layers", &[("crates/rt-time/Cargo.toml", &manifest)])
    };
    assert_eq!(check("rt.workspace = true"), [""; 0]);
    assert_eq!(check("rt-bench.workspace = true"), ["crates/rt-time/Cargo.toml:2"]);
}

#[test]
fn a_path_that_names_a_crate_above_is_reported() {
    let path = "crates/rt-core/src/lib.rs";
    let good = "//! A.\nuse rt_primitive::mutant; // rt_time\nlet rt_times = \"rt_time\";\n";
    assert_eq!(reported("layers", &[(path, good)]), [""; 0]);
    let bad = "//! A.\nfn f() -> rt_time::Sleep {}\n";
    assert_eq!(reported("layers", &[(path, bad)]), [format!("{path}:2")]);
}

#[test]
fn only_rt_primitive_chooses_the_backend_outside_tests() {
    let text =
        "//! A.\n#[cfg(rt_loom)]\nmod a;\n#[cfg(test)]\nmod tests {\n    #[cfg(rt_loom)]\n}\n";
    let core = "crates/rt-core/src/lib.rs";
    assert_eq!(reported("backend", &[(core, text)]), [format!("{core}:2")]);
    assert_eq!(reported("backend", &[("crates/rt-core/src/tests.rs", text)]), [""; 0]);
    assert_eq!(reported("backend", &[("crates/rt-primitive/src/lib.rs", text)]), [""; 0]);
}

#[test]
fn atomics_and_cells_come_from_rt_primitive() {
    let text = "//! A.\nuse std::sync::atomic::AtomicBool;\nlet a = core::cell::UnsafeCell::new(1);\
                \nuse std::cell::Cell;\n#[cfg(test)]\nuse std::sync::atomic::AtomicBool;\n";
    let core = "crates/rt-core/src/lib.rs";
    assert_eq!(reported("backend", &[(core, text)]), [format!("{core}:2"), format!("{core}:3")]);
    assert_eq!(reported("backend", &[("crates/rt-primitive/src/lib.rs", text)]), [""; 0]);
    assert_eq!(reported("backend", &[("crates/rt/examples/tour.rs", text)]), [""; 0]);
}
