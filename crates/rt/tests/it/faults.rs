//! Faults of foreign code and of the system: nothing aborts, hangs, or loses another task.

mod foreign;
pub(crate) mod system;

/// The runtime is as good as new.
fn assert_works(runtime: &rt::Runtime) {
    let sum = runtime.block_on(async {
        let tasks: Vec<_> = (0..100_u64).map(|number| rt::spawn(async move { number })).collect();
        let mut sum = 0;
        for task in tasks {
            sum += task.await.unwrap();
        }
        sum
    });
    assert_eq!(sum, 4_950);
}
