//! Random programs with children keep the rules of cancellation on random schedules.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use rt::cancel::{CancelExt, Cancelled, mask, scope};
use rt::task::{gather, group, yield_now};
use rt::testing::settle;
use rt::time::{Duration, sleep, timeout};

/// One step of a program.
#[derive(Clone, Debug)]
enum Step {
    Yield,
    Sleep(u64),
    /// Catches a request in the first, and then runs the second as clean-up.
    Region(Vec<Step>, Vec<Step>),
    /// The same, but throws the token away before the second.
    Swallow(Vec<Step>, Vec<Step>),
    Mask(Vec<Step>),
    Scope(Vec<Step>),
    Timeout(u64, Vec<Step>),
    Join(Vec<Step>, Vec<Step>),
    Group(Vec<Vec<Step>>),
    Gather(Vec<Vec<Step>>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let leaf = prop_oneof![Just(Step::Yield), (0u64..20).prop_map(Step::Sleep)].boxed();
    let step = leaf.prop_recursive(4, 32, 3, |inner| {
        let some = move || prop::collection::vec(inner.clone(), 0..3);
        let several = prop::collection::vec(some(), 0..3);
        prop_oneof![
            Just(Step::Yield),
            (some(), some()).prop_map(|(body, clean_up)| Step::Region(body, clean_up)),
            (some(), some()).prop_map(|(body, rest)| Step::Swallow(body, rest)),
            some().prop_map(Step::Mask),
            some().prop_map(Step::Scope),
            (1u64..30, some()).prop_map(|(limit, body)| Step::Timeout(limit, body)),
            (some(), some()).prop_map(|(one, other)| Step::Join(one, other)),
            several.clone().prop_map(Step::Group),
            several.prop_map(Step::Gather),
        ]
    });
    prop::collection::vec(step, 1..5)
}

/// How often something has begun and ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    masks_begun: usize,
    masks_ended: usize,
    clean_ups_begun: usize,
    clean_ups_ended: usize,
    /// All that was done.
    steps: usize,
}

#[derive(Clone, Default)]
struct Run(Arc<Mutex<Counts>>);

type Ended<'a> = Pin<Box<dyn Future<Output = Result<(), Cancelled>> + Send + 'a>>;

impl Run {
    fn count(&self, change: impl FnOnce(&mut Counts)) {
        let mut counts = self.0.lock().unwrap();
        change(&mut counts);
        counts.steps += 1;
    }

    fn steps(&self, steps: Vec<Step>) -> Ended<'static> {
        let run = self.clone();
        Box::pin(async move {
            for step in steps {
                run.step(step).await?;
                run.count(|_| ());
            }
            Ok(())
        })
    }

    fn step(&self, step: Step) -> Ended<'_> {
        Box::pin(async move {
            match step {
                Step::Yield => yield_now().await,
                Step::Sleep(millis) => sleep(Duration::from_millis(millis)).await,
                Step::Region(body, clean_up) => match self.steps(body).catch_cancel().await {
                    Ok(ended) => return ended,
                    Err(token) => {
                        self.count(|counts| counts.clean_ups_begun += 1);
                        let cleaned = self.steps(clean_up).await;
                        self.count(|counts| counts.clean_ups_ended += 1);
                        return cleaned.and(Err(token));
                    }
                },
                Step::Swallow(body, rest) => {
                    if self.steps(body).catch_cancel().await.is_err() {
                        return self.steps(rest).await;
                    }
                }
                Step::Mask(body) => {
                    self.count(|counts| counts.masks_begun += 1);
                    let ended = mask(self.steps(body)).await;
                    self.count(|counts| counts.masks_ended += 1);
                    return ended;
                }
                Step::Scope(body) => return scope(|_| self.steps(body)).await.unwrap_or(Ok(())),
                Step::Timeout(millis, body) => {
                    let limit = Duration::from_millis(millis);
                    return timeout(limit, self.steps(body)).await.unwrap_or(Ok(()));
                }
                Step::Join(one, other) => {
                    let (one, other) = rt::join!(self.steps(one), self.steps(other));
                    return one.and(other);
                }
                Step::Group(children) => {
                    let ended = group(async |g| {
                        for child in children {
                            drop(g.spawn(self.steps(child)));
                        }
                    });
                    // Its token, if there is one, protects to the end of this step.
                    return match ended.await.map_err(|error| error.into_cancelled()) {
                        Err(Some(token)) => Err(token),
                        _ => Ok(()),
                    };
                }
                Step::Gather(children) => {
                    let children = children.into_iter().map(|child| self.steps(child));
                    drop(gather(children).await);
                }
            }
            Ok(())
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever the program, the schedule and the moments: the task ends; no mask is cut; nothing
    /// that it has started in a group runs on after it; and a clean-up is cut by a second request
    /// or a deadline alone.
    #[test]
    fn a_program_keeps_the_rules_on_every_schedule(
        program in steps(),
        seed in any::<u64>(),
        moments in prop::collection::vec(0u64..40, 0..3),
    ) {
        let has_deadlines = format!("{program:?}").contains("Timeout");
        let run = Run::default();
        let requests = moments.len();
        let runtime = rt::Builder::new_deterministic(seed).build().unwrap();
        let (at_end, later) = runtime.block_on(async {
            let task = rt::spawn(run.steps(program));
            for moment in moments {
                sleep(Duration::from_millis(moment)).await;
                task.cancel();
            }
            let ended = task.await;
            assert!(ended.is_ok() || ended.is_err_and(|error| error.is_cancelled()));
            let at_end = *run.0.lock().unwrap();
            settle().await;
            sleep(Duration::from_secs(60)).await;
            assert_eq!(rt::task::all().len(), 1);
            (at_end, *run.0.lock().unwrap())
        });
        prop_assert_eq!(at_end, later, "something ran on");
        prop_assert_eq!(at_end.masks_begun, at_end.masks_ended, "a mask was cut");
        if requests <= 1 && !has_deadlines {
            prop_assert_eq!(at_end.clean_ups_begun, at_end.clean_ups_ended, "a clean-up was cut");
        }
    }
}
