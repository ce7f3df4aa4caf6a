//! Several tasks at once, with all their results.

use rt::time::{Duration, sleep};

async fn factorial(name: &'static str, number: u64) -> u64 {
    let mut product = 1;
    for factor in 2..=number {
        println!("    task {name}: compute factorial({number}), now times {factor}");
        sleep(Duration::from_millis(200)).await;
        product *= factor;
    }
    println!("    task {name}: factorial({number}) = {product}");
    product
}

pub(crate) fn gather() {
    rt::run(async {
        let jobs = [("A", 2), ("B", 3), ("C", 4)];
        let jobs = jobs.map(|(name, number)| factorial(name, number));
        let results: Vec<u64> =
            rt::task::gather(jobs).await.into_iter().map(Result::unwrap).collect();
        println!("    {results:?}");
    });
}
