//! Random programs of regions, masks and scopes do under one request what a plain model says.

mod concurrent;

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use rt::cancel::{CancelExt, Cancelled, mask, scope};
use rt::task::{current, yield_now};

/// One step of a program.
#[derive(Clone, Debug)]
enum Step {
    /// Suspends once.
    Yield,
    /// Catches a request in the first, and then runs the second as clean-up.
    Region(Vec<Step>, Vec<Step>),
    Mask(Vec<Step>),
    Scope(Vec<Step>),
}

/// What happened: the number of a suspension, or what was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Suspend(usize),
    Resume(usize),
    CleanUp,
    Cleaned,
    MaskEnds,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let leaf = Just(Step::Yield).boxed();
    let step = leaf.prop_recursive(4, 24, 4, |inner| {
        let some = move || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            Just(Step::Yield),
            (some(), some()).prop_map(|(body, clean_up)| Step::Region(body, clean_up)),
            some().prop_map(Step::Mask),
            some().prop_map(Step::Scope),
        ]
    });
    prop::collection::vec(step, 0..5)
}

/// The program's run, on the runtime; it cancels itself at the suspension with this number.
#[derive(Clone)]
struct Run {
    events: Arc<Mutex<Vec<Event>>>,
    cancel_at: usize,
}

impl Run {
    fn add(&self, event: Event) {
        self.events.lock().unwrap().push(event);
    }

    fn suspensions(&self) -> usize {
        let events = self.events.lock().unwrap();
        events.iter().filter(|event| matches!(event, Event::Suspend(_))).count()
    }

    fn steps<'a>(
        &'a self,
        steps: &'a [Step],
    ) -> Pin<Box<dyn Future<Output = Result<(), Cancelled>> + Send + 'a>> {
        Box::pin(async move {
            for step in steps {
                self.step(step).await?;
            }
            Ok(())
        })
    }

    async fn step(&self, step: &Step) -> Result<(), Cancelled> {
        match step {
            Step::Yield => {
                let number = self.suspensions();
                self.add(Event::Suspend(number));
                if number == self.cancel_at {
                    current().cancel();
                }
                yield_now().await;
                self.add(Event::Resume(number));
                Ok(())
            }
            Step::Region(body, clean_up) => match self.steps(body).catch_cancel().await {
                Ok(ended) => ended,
                Err(token) => {
                    self.add(Event::CleanUp);
                    self.steps(clean_up).await?;
                    self.add(Event::Cleaned);
                    Err(token)
                }
            },
            Step::Mask(body) => {
                let ended = mask(self.steps(body)).await;
                self.add(Event::MaskEnds);
                ended
            }
            Step::Scope(body) => scope(|_| self.steps(body)).await.unwrap(),
        }
    }
}

/// The program's run as the rules say.
#[derive(Default)]
struct Model {
    events: Vec<Event>,
    cancel_at: usize,
    suspended: usize,
    is_asked: bool,
    is_heard: bool,
    masks: usize,
    regions: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum Flow {
    GoesOn,
    /// On its way to the innermost region.
    Raised,
    /// A token is on its way up.
    Token,
    Dropped,
}

impl Model {
    fn steps(&mut self, steps: &[Step]) -> Flow {
        for step in steps {
            let flow = self.step(step);
            if flow != Flow::GoesOn {
                return flow;
            }
        }
        Flow::GoesOn
    }

    fn step(&mut self, step: &Step) -> Flow {
        match step {
            Step::Yield => self.suspend(),
            Step::Region(body, clean_up) => {
                self.regions += 1;
                let flow = self.steps(body);
                self.regions -= 1;
                if flow != Flow::Raised {
                    return flow;
                }
                self.events.push(Event::CleanUp);
                assert_eq!(self.steps(clean_up), Flow::GoesOn, "nothing disturbs the clean-up");
                self.events.push(Event::Cleaned);
                Flow::Token
            }
            Step::Mask(body) => {
                self.masks += 1;
                let flow = self.steps(body);
                self.masks -= 1;
                self.events.push(Event::MaskEnds);
                flow
            }
            Step::Scope(body) => self.steps(body),
        }
    }

    fn suspend(&mut self) -> Flow {
        let number = self.suspended;
        self.suspended += 1;
        self.events.push(Event::Suspend(number));
        self.is_asked |= number == self.cancel_at;
        if self.is_asked && !self.is_heard && self.masks == 0 {
            self.is_heard = true;
            return if self.regions > 0 { Flow::Raised } else { Flow::Dropped };
        }
        self.events.push(Event::Resume(number));
        Flow::GoesOn
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_program_runs_as_the_rules_say(
        program in steps(),
        cancel_at in 0usize..12,
        seed in any::<u64>(),
    ) {
        let mut model = Model { cancel_at, ..Model::default() };
        let flow = model.steps(&program);
        let runtime = rt::Builder::new_deterministic(seed).build().unwrap();
        let run = Run { events: Arc::default(), cancel_at };
        let of_task = run.clone();
        let ended = runtime.block_on(async {
            rt::spawn(async move { of_task.steps(&program).await }).await
        });
        prop_assert_eq!(&*run.events.lock().unwrap(), &model.events);
        match flow {
            Flow::GoesOn => prop_assert!(ended.unwrap().is_ok()),
            _ => prop_assert!(ended.unwrap_err().is_cancelled()),
        }
    }
}
