//! Waits with a limit, and waits that are called off.

use rt::cancel::{CancelExt, Cancelled};
use rt::task::{Builder, TakeError};
use rt::time::{Duration, sleep, timeout};

async fn eternity() {
    sleep(Duration::from_secs(3_600)).await;
    println!("    yay!");
}

pub(crate) fn wait_for() {
    rt::run(async {
        match timeout(Duration::from_millis(300), eternity()).await {
            Ok(()) => unreachable!("an hour has not passed"),
            Err(elapsed) => println!("    timeout: {elapsed}"),
        }
    });
}

async fn clean_up_first() -> Result<(), Cancelled> {
    println!("    it begins, and sleeps for an hour");
    match eternity().catch_cancel().await {
        Ok(()) => Ok(()),
        Err(cancelled) => {
            println!("    it is told to end: {}", cancelled.reason());
            sleep(Duration::from_millis(50)).await;
            println!("    it has cleaned up");
            Err(cancelled)
        }
    }
}

pub(crate) fn cancel() {
    rt::run(async {
        let mut task = Builder::new().name("sleeper").spawn(clean_up_first());
        task.on_finish(|task, outcome| println!("    callback: {} has {outcome}", task.name));
        let unwanted = task.on_finish(|_, _| println!("    this one was removed"));
        println!("    callback removed: {}", task.remove_callback(unwanted));
        sleep(Duration::from_millis(50)).await;
        println!("    done: {}", task.is_finished());
        task.task().print_stack(&mut Indented).expect("writing to standard output");
        assert!(matches!(task.try_take(), Err(TakeError::Pending)));

        println!("    cancel: {}", task.cancel());
        let end = (&mut task).await;
        println!("    cancelled: {}", end.unwrap_err().is_cancelled());
        println!("    done: {}", task.is_finished());
        sleep(Duration::from_millis(20)).await;

        let mut task = rt::spawn(async { 6 * 7 });
        while !task.is_finished() {
            rt::task::yield_now().await;
        }
        println!("    result of another: {}", task.try_take().unwrap());
    });
}

/// Standard output, each line set in.
struct Indented;

impl std::io::Write for Indented {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        print!("{}", String::from_utf8_lossy(text).replace('\n', "\n    "));
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stdout().flush()
    }
}
