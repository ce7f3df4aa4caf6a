//! `join!`, `try_join!` and `select!` wait for several futures within one task.

use std::future::{pending, ready};

use rt::cancel::{CancelExt, Cancelled};
use rt::task::yield_now;

use crate::gate::Gate;
use crate::on_each_kind;

#[test]
fn join_gives_all_outputs_in_order() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let text = String::from("borrowed");
            let outputs = rt::join!(
                async {
                    yield_now().await;
                    1
                },
                async { text.len() },
                ready('c'),
            );
            assert_eq!(outputs, (1, 8, 'c'));
        });
    });
}

#[test]
fn try_join_ends_with_the_first_error() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let failed =
                async { rt::try_join!(pending::<Result<(), &str>>(), ready(Err::<(), _>("no"))) };
            assert_eq!(failed.await, Err("no"));
            let fine = async { rt::try_join!(ready(Ok::<_, ()>(1)), ready(Ok(2))) };
            assert_eq!(fine.await, Ok((1, 2)));
        });
    });
}

#[test]
fn a_join_whose_last_branches_cannot_hear_ends_when_the_others_have_cleaned_up() {
    on_each_kind(|runtime| {
        let cleaned = std::sync::Mutex::new(false);
        let cleaned = std::sync::Arc::new(cleaned);
        let says = cleaned.clone();
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let task = rt::spawn(async move {
                let hears = async {
                    let caught = at.wait().catch_cancel().await;
                    yield_now().await;
                    *says.lock().unwrap() = true;
                    caught
                };
                let (caught, ()): (Result<(), Cancelled>, ()) = rt::join!(hears, pending());
                caught
            });
            crate::until(|| gate.waiting() == 1).await;
            task.cancel();
            assert!(task.await.unwrap_err().is_cancelled());
        });
        assert!(*cleaned.lock().unwrap());
    });
}

#[test]
fn a_join_whose_branches_all_clean_up_gives_their_tokens() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let gate = Gate::default();
            let at = gate.clone();
            let task = rt::spawn(async move {
                let branch = async || {
                    let caught = at.wait().catch_cancel().await;
                    yield_now().await;
                    caught.map_err(Cancelled::acknowledge)
                };
                rt::join!(branch(), branch())
            });
            crate::until(|| gate.waiting() == 2).await;
            task.cancel();
            assert_eq!(task.await.unwrap(), (Err(0), Err(0)));
        });
    });
}

#[test]
fn select_runs_the_handler_of_the_first_that_is_ready() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let found = rt::select! {
                number = async { yield_now().await; 7 } => number,
                () = pending() => unreachable!(),
                () = ready(()), if false => unreachable!(),
            };
            assert_eq!(found, 7);
        });
    });
}

#[test]
fn select_leaves_out_what_does_not_fit() {
    on_each_kind(|runtime| {
        runtime.block_on(async {
            let selected = rt::select! {
                biased;
                Some(mut number) = ready(None::<i32>) => { number += 1; number }
                Ok(number) | Err(number) = ready(Err::<i32, i32>(3)), if true => number,
            };
            assert_eq!(selected, 3);
            let nothing = rt::select! {
                Some(_) = ready(None::<()>) => "some",
                else => "else",
            };
            assert_eq!(nothing, "else");
        });
    });
}

#[test]
fn select_passes_errors_out_of_its_handlers() {
    on_each_kind(|runtime| {
        let ended: Result<i32, std::num::ParseIntError> = runtime.block_on(async {
            rt::select! {
                text = ready("x") => Ok(text.parse::<i32>()?),
            }
        });
        assert!(ended.is_err());
    });
}

#[test]
fn select_is_fair_unless_biased() {
    let runtime = rt::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut counts = [0, 0];
        for _ in 0..1_000 {
            rt::select! {
                () = ready(()) => counts[0] += 1,
                () = ready(()) => counts[1] += 1,
            }
        }
        assert!(counts.iter().all(|&count| count > 300), "{counts:?}");
        for _ in 0..100 {
            rt::select! {
                biased;
                () = ready(()) => {}
                () = ready(()) => unreachable!(),
            }
        }
    });
}
