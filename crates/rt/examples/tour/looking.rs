//! Which tasks there are, what each waits for, and which of them wait for ever.

use std::sync::Arc;

use rt::sync::{Event, Mutex};
use rt::task::Builder;
use rt::time::{Duration, sleep};

pub(crate) fn current_and_all() {
    rt::run(async {
        println!("    this is {}", rt::task::current().name());
        drop(Builder::new().name("napper").spawn(sleep(Duration::from_secs(3_600))));
        sleep(Duration::from_millis(20)).await;
        for task in rt::task::all() {
            println!("    {task}");
        }
    });
}

pub(crate) fn tree() {
    rt::run(async {
        let ready = Arc::new(Event::new());
        let source = Builder::new().name("source").spawn({
            let ready = ready.clone();
            async move { ready.wait().await }
        });
        let filter = Builder::new().name("filter").spawn(source);
        let sink = Builder::new().name("sink").spawn(filter);
        sleep(Duration::from_millis(20)).await;
        print_dump();
        ready.set();
        sink.await.expect("it was not cancelled").expect("nor was that").expect("nor that");
    });
}

pub(crate) fn deadlock() {
    rt::run(async {
        let (fork, knife) = (Arc::new(Mutex::new("fork")), Arc::new(Mutex::new("knife")));
        let eat = |name, first: Arc<Mutex<&'static str>>, second: Arc<Mutex<&'static str>>| {
            Builder::new().name(name).spawn(async move {
                let _first = first.lock().await;
                sleep(Duration::from_millis(20)).await;
                let _second = second.lock().await;
            })
        };
        let plato = eat("Plato", fork.clone(), knife.clone());
        let kant = eat("Kant", knife, fork);
        sleep(Duration::from_millis(60)).await;
        print_dump();
        plato.abort();
        kant.await.expect("it has both once the other has ended");
        println!("    Plato was aborted, and Kant has eaten");
    });
}

fn print_dump() {
    for line in rt::dump().to_string().lines() {
        println!("    {line}");
    }
}
