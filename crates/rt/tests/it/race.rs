//! A race has one winner, whenever it is won.

use std::future::poll_fn;
use std::sync::mpsc::{Sender, channel};
use std::task::Poll;

use rt::Builder;
use rt::task::race;

/// Tells when it is dropped.
struct Tells(Sender<()>);

impl Drop for Tells {
    fn drop(&mut self) {
        // Those that did not begin tell nobody.
        let _ = self.0.send(());
    }
}

#[test]
fn a_race_may_be_won_before_all_have_started() {
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let won = runtime.block_on(async {
        let (tell, told) = channel();
        let runners = (0..10).map(|number| {
            if number == 1 {
                // A worker runs the first meanwhile: it has won, and its future is gone.
                told.recv().unwrap();
            }
            let tells = Tells(tell.clone());
            poll_fn(move |_| {
                let _ = &tells;
                assert_eq!(number, 0, "the race was over");
                Poll::Ready(number)
            })
        });
        race(runners).await
    });
    assert_eq!(won.unwrap(), (0, 0));
}
