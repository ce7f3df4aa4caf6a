//! Values that belong to a request, and go with it into every task it starts.

rt::context_var! {
    /// Which request the program works for.
    static REQUEST: u32 = 0;
}

fn log(what: &str) -> String {
    format!("[request {}] {what}", REQUEST.get())
}

async fn handle_request() -> Vec<String> {
    let mut lines = vec![log("begun")];
    // A spawned task inherits the value, wherever it runs.
    let query = rt::spawn(async { log("the database is asked") });
    lines.push(query.await.unwrap());
    // So do threads that are given the values along.
    let vars = rt::task::ContextVars::current();
    let thread = std::thread::spawn(move || vars.run(|| log("computed on a thread")));
    lines.push(thread.join().unwrap());
    lines
}

#[rt::main]
async fn main() {
    let requests: Vec<_> =
        (1..=3).map(|number| rt::spawn(REQUEST.scope(number, handle_request()))).collect();
    for request in requests {
        for line in request.await.unwrap() {
            println!("{line}");
        }
    }
    println!("{}", log("outside"));
}
