//! The smallest program.

pub(crate) fn hello() {
    rt::run(async { println!("    hello") });
}
