//! Three factorials at once, and what becomes of a failure among several.

use rt::time::{Duration, sleep};

async fn factorial(name: &str, number: u64) -> Result<u64, String> {
    if number > 20 {
        return Err(format!("factorial({number}) does not fit 64 bits"));
    }
    let mut product = 1;
    for factor in 2..=number {
        sleep(Duration::from_millis(50)).await;
        product *= factor;
    }
    println!("task {name}: factorial({number}) = {product}");
    Ok(product)
}

#[rt::main]
async fn main() {
    // All of them to their end, and each result where its argument was.
    let results = rt::task::gather([
        factorial("A", 2),
        factorial("B", 3),
        factorial("C", 4),
        factorial("D", 21),
    ])
    .await;
    for result in results {
        match result.expect("it does not panic") {
            Ok(product) => println!("{product}"),
            Err(error) => println!("{error}"),
        }
    }

    // Or only until the first fails: then the others are told to end, and awaited.
    let failed = rt::task::try_gather([factorial("E", 21), factorial("F", 20)]).await;
    println!("{:?}", failed.is_err());
}
