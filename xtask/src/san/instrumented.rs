//! A compiler that can build an instrumented standard library, unpacked below `target`.
//!
//! The nightly toolchain has the sanitizers' runtimes, but not the sources of std unless its
//! component `rust-src` is installed. Debian has a compiler with its sources; the two fit together
//! when both are built with the same LLVM. Nothing is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{TARGET, nightly_version, said};
use crate::Failure;

/// The package whose name carries the compiler's version.
const STD_PACKAGE: &str = "libstd-rust-web-";

const OTHER_PACKAGES: &[&str] = &["rustc-web", "libstd-rust-web-dev", "rust-web-src"];

/// A compiler to build std with.
pub(super) struct Compiler {
    pub(super) path: PathBuf,
    pub(super) version: String,
}

/// Unpacks the compiler into `directory`, unless it is there.
pub(super) fn prepare(directory: &Path) -> Result<Compiler, Failure> {
    nightly_version()?;
    let path = directory.join("rustc-web.sh");
    if !path.exists() {
        fs::create_dir_all(directory)?;
        unpack(directory)?;
        add_runtimes(&directory.join("root/usr"))?;
        // Last, so that its presence means that all is there.
        write_wrapper(&path, &directory.join("root/usr"))?;
    }
    let version = said(Command::new(&path).arg("--version"))?;
    Ok(Compiler { path, version })
}

fn unpack(directory: &Path) -> Result<(), Failure> {
    let std_package = newest_std()?;
    download(directory, &[std_package.as_str()])?;
    let deb = |start: &str| -> Result<PathBuf, Failure> {
        let mut entries = fs::read_dir(directory)?.flatten().map(|entry| entry.path());
        let is_wanted = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with(start) && name.ends_with(".deb")
        };
        entries
            .find(is_wanted)
            .ok_or_else(|| Failure::Failed(format!("no package {start} was downloaded")))
    };
    let depends = said(Command::new("dpkg-deb").arg("-f").arg(deb(&std_package)?).arg("Depends"))?;
    let is_llvm = |word: &&str| word.starts_with("libllvm");
    let llvm = depends.split([' ', ',']).find(is_llvm).unwrap_or("libllvm");
    let others: Vec<&str> = OTHER_PACKAGES.iter().copied().chain([llvm]).collect();
    download(directory, &others)?;
    for package in others.iter().copied().chain([std_package.as_str()]) {
        said(
            Command::new("dpkg")
                .arg("-x")
                .arg(deb(&format!("{package}_"))?)
                .arg(directory.join("root")),
        )?;
    }
    Ok(())
}

/// The name of the newest standard library package.
fn newest_std() -> Result<String, Failure> {
    let pattern = format!("^{STD_PACKAGE}[0-9.]+$");
    let found = said(Command::new("apt-cache").args(["search", "--names-only", &pattern]))?;
    newest(&found).ok_or_else(|| {
        let reason =
            "tsan needs Debian's rustc-web to build std with, and apt knows no such package";
        Failure::Failed(format!("{reason}; `apt-get update` may help"))
    })
}

/// The first word of the line with the highest version, compared number by number.
pub(crate) fn newest(lines: &str) -> Option<String> {
    let version = |name: &&str| -> Option<Vec<u32>> {
        let numbers = name.strip_prefix(STD_PACKAGE)?.split('.');
        numbers.map(|number| number.parse().ok()).collect()
    };
    let names = lines.lines().filter_map(|line| line.split(' ').next());
    names.filter(|name| version(name).is_some()).max_by_key(version).map(str::to_owned)
}

fn download(directory: &Path, packages: &[&str]) -> Result<(), Failure> {
    said(Command::new("apt-get").arg("download").args(packages).current_dir(directory)).map(drop)
}

/// Debian's compiler lacks the sanitizers' runtimes; the nightly's are of the same LLVM.
fn add_runtimes(root: &Path) -> Result<(), Failure> {
    let sysroot =
        said(Command::new("rustup").args(["run", "nightly", "rustc", "--print", "sysroot"]))?;
    let libraries = Path::new("lib/rustlib").join(TARGET).join("lib");
    let from = Path::new(&sysroot).join(&libraries).join("librustc-nightly_rt.tsan.a");
    fs::copy(&from, root.join(&libraries).join("librustc-stable_rt.tsan.a")).map_err(|error| {
        Failure::Failed(format!("no TSAN runtime in the nightly toolchain: {from:?}: {error}"))
    })?;
    Ok(())
}

fn write_wrapper(path: &Path, root: &Path) -> Result<(), Failure> {
    let root = root.display();
    let text = format!(
        "#!/bin/sh\nLD_LIBRARY_PATH={root}/lib/x86_64-linux-gnu exec {root}/bin/rustc \"$@\"\n"
    );
    let unfinished = path.with_extension("new");
    fs::write(&unfinished, text)?;
    said(Command::new("chmod").arg("+x").arg(&unfinished))?;
    fs::rename(&unfinished, path)?;
    Ok(())
}
