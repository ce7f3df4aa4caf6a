//! A tour of the runtime, one step for each thing it does: `tour [--list | NAME…]`.
//!
//! A step is a function in a file of its own under `tour/`, and a line in [`STEPS`].

#[path = "tour/fan_out.rs"]
mod fan_out;
#[path = "tour/hello.rs"]
mod hello;
#[path = "tour/say_after.rs"]
mod say_after;

use std::process::ExitCode;

/// One thing shown, with its name in asyncio and its name here.
struct Step {
    name: &'static str,
    what: &'static str,
    asyncio: &'static str,
    rt: &'static str,
    run: fn(),
}

/// In the order of the tour.
const STEPS: &[Step] = &[
    Step {
        name: "hello",
        what: "run a program",
        asyncio: "asyncio.run(main())",
        rt: "rt::run(main())",
        run: hello::hello,
    },
    Step {
        name: "sequence",
        what: "wait for one thing after the other",
        asyncio: "await say_after(1, 'hello')",
        rt: "say_after(1, \"hello\").await",
        run: say_after::sequence,
    },
    Step {
        name: "tasks",
        what: "wait for two things at once",
        asyncio: "asyncio.create_task(say_after(1, 'hello'))",
        rt: "rt::spawn(say_after(1, \"hello\"))",
        run: say_after::tasks,
    },
    Step {
        name: "cores",
        what: "compute on one worker, then on all",
        asyncio: "asyncio.gather(*tasks), on one core whatever the machine has",
        rt: "rt::spawn(count_primes(range)), on every core",
        run: fan_out::cores,
    },
];

fn main() -> ExitCode {
    let names: Vec<String> = std::env::args().skip(1).collect();
    if names.iter().any(|name| name == "--list") {
        print!("{}", list());
        return ExitCode::SUCCESS;
    }
    if let Some(wrong) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        eprint!("no step is called {wrong:?}; the steps are\n{}", list());
        return ExitCode::from(2);
    }
    for step in STEPS.iter().filter(|step| names.is_empty() || names.iter().any(|n| n == step.name))
    {
        println!("{}: {}", step.name, step.what);
        println!("    asyncio  {}", step.asyncio);
        println!("    rt       {}", step.rt);
        println!();
        (step.run)();
        println!();
    }
    ExitCode::SUCCESS
}

fn list() -> String {
    STEPS.iter().map(|step| format!("    {:<10} {}\n", step.name, step.what)).collect()
}
