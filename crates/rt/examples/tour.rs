//! A tour of the runtime, one step for each thing it does: `tour [--list | NAME…]`.
//!
//! A step is a function in a file of its own under `tour/`, and a line in [`STEPS`].

#[path = "tour/executors.rs"]
mod executors;
#[path = "tour/fan_out.rs"]
mod fan_out;
#[path = "tour/gather.rs"]
mod gather;
#[path = "tour/hello.rs"]
mod hello;
#[path = "tour/looking.rs"]
mod looking;
#[path = "tour/python.rs"]
mod python;
#[path = "tour/queue.rs"]
mod queue;
#[path = "tour/say_after.rs"]
mod say_after;
#[path = "tour/sync.rs"]
mod sync;
#[path = "tour/waiting.rs"]
mod waiting;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use python::Walk;

/// One thing shown, with its name in asyncio and its name here.
struct Step {
    name: &'static str,
    what: &'static str,
    asyncio: &'static str,
    rt: &'static str,
    run: fn(&mut Past),
}

/// What the steps have come to so far.
struct Past {
    /// The steps, and how long they took.
    took: Vec<(&'static str, Duration)>,
    /// The same programs in CPython. They sleep, so they may run beside the steps.
    python: Option<Walk>,
}

/// In the order of the tour.
const STEPS: &[Step] = &[
    Step {
        name: "hello",
        what: "run a program",
        asyncio: "asyncio.run(main())",
        rt: "rt::run(main())",
        run: |_| hello::hello(),
    },
    Step {
        name: "sequence",
        what: "wait for one thing after the other",
        asyncio: "await say_after(1, 'hello')",
        rt: "say_after(1, \"hello\").await",
        run: |_| say_after::sequence(),
    },
    Step {
        name: "tasks",
        what: "wait for two things at once",
        asyncio: "asyncio.create_task(say_after(1, 'hello'))",
        rt: "rt::spawn(say_after(1, \"hello\"))",
        run: |_| say_after::tasks(),
    },
    Step {
        name: "gather",
        what: "three factorials at once, and their results in order",
        asyncio: "await asyncio.gather(factorial('A', 2), ...)",
        rt: "rt::task::gather([factorial(\"A\", 2), ...]).await",
        run: |_| gather::gather(),
    },
    Step {
        name: "executors",
        what: "blocking and computing elsewhere, while a ticker goes on",
        asyncio: "loop.run_in_executor(None | threads | processes, f)",
        rt: "task::spawn_blocking(f), threads.spawn(f), processes.run(f, args)",
        run: |_| executors::executors(),
    },
    Step {
        name: "timeout",
        what: "give a wait up when it takes too long",
        asyncio: "asyncio.wait_for(eternity(), timeout=0.3)",
        rt: "time::timeout(300 ms, eternity()).await",
        run: |_| waiting::wait_for(),
    },
    Step {
        name: "current",
        what: "the task that runs, and all tasks there are",
        asyncio: "asyncio.current_task(), asyncio.all_tasks()",
        rt: "task::current(), task::all()",
        run: |_| looking::current_and_all(),
    },
    Step {
        name: "cancel",
        what: "cancel a task that cleans up; callbacks, state, stack, result",
        asyncio: "task.cancel(), add_done_callback(f), done(), print_stack()",
        rt: "task.cancel(), on_finish(f), is_finished(), print_stack(w)",
        run: |_| waiting::cancel(),
    },
    Step {
        name: "lock",
        what: "one at a time",
        asyncio: "async with asyncio.Lock()",
        rt: "sync::Mutex, lock().await",
        run: |_| sync::lock(),
    },
    Step {
        name: "event",
        what: "wait until something has happened",
        asyncio: "asyncio.Event()",
        rt: "sync::Event",
        run: |_| sync::event(),
    },
    Step {
        name: "condition",
        what: "wait until what a lock guards is as wanted",
        asyncio: "asyncio.Condition()",
        rt: "sync::Condvar, wait_while(guard, ...)",
        run: |_| sync::condition(),
    },
    Step {
        name: "semaphore",
        what: "two at a time",
        asyncio: "asyncio.Semaphore(2)",
        rt: "sync::Semaphore::new(2)",
        run: |_| sync::semaphore(),
    },
    Step {
        name: "queue",
        what: "twenty jobs in a queue, and three workers",
        asyncio: "asyncio.Queue(), get(), task_done(), join()",
        rt: "sync::Queue, get_job(), join()",
        run: |_| queue::queue(),
    },
    Step {
        name: "cores",
        what: "compute on one worker, then on all",
        asyncio: "asyncio.gather(*tasks), on one core whatever the machine has",
        rt: "rt::spawn(count_primes(range)), on every core",
        run: |_| fan_out::cores(),
    },
    Step {
        name: "crash",
        what: "a job that takes its process down, and nothing else",
        asyncio: "BrokenProcessPool: the whole pool is gone",
        rt: "processes.run(f, args).await is an error that says how it died",
        run: |_| executors::crash_proof(),
    },
    Step {
        name: "tree",
        what: "the live tasks, below what they wait for",
        asyncio: "asyncio.print_call_graph()",
        rt: "rt::dump()",
        run: |_| looking::tree(),
    },
    Step {
        name: "deadlock",
        what: "two locks taken crosswise, and the report",
        asyncio: "(nothing says so)",
        rt: "rt::dump()",
        run: |_| looking::deadlock(),
    },
    Step {
        name: "python",
        what: "the same programs in CPython, and how long they took there and here",
        asyncio: "python3 walk.py, which is beside this program's source",
        rt: "the steps above",
        run: python::compare,
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
    let is_chosen = |name| names.is_empty() || names.iter().any(|chosen| chosen == name);
    let mut past = Past { took: Vec::new(), python: is_chosen("python").then(Walk::start) };
    for step in STEPS.iter().filter(|step| is_chosen(step.name)) {
        println!("{}: {}", step.name, step.what);
        println!("    asyncio  {}", step.asyncio);
        println!("    rt       {}", step.rt);
        println!();
        let start = Instant::now();
        (step.run)(&mut past);
        past.took.push((step.name, start.elapsed()));
        println!();
    }
    ExitCode::SUCCESS
}

fn list() -> String {
    STEPS.iter().map(|step| format!("    {:<10} {}\n", step.name, step.what)).collect()
}
