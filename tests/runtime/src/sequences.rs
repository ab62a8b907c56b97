//! Random lives: sequences of steps, each played from the same begin, until one fails; then the shortest that does.
//!
//! `HASHCARD_SEQUENCES` sets their number for every such test.

use crate::World;
use frame_support::storage::{with_transaction, TransactionOutcome};
use proptest::{
    strategy::Strategy,
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};
use sp_runtime::DispatchError;
use std::{cell::RefCell, fmt::Debug, panic::AssertUnwindSafe};

/// How lives of one kind are lived.
pub struct Lives<State, Step> {
    /// How many, unless the environment says otherwise.
    pub unless_told: u32,
    /// Of so many that are asked for, one is lived: 1, unless these are dear.
    pub one_of: u32,
    /// Most steps of one.
    pub most_steps: usize,
    /// Makes of a new world what each of them begins with.
    pub begin: fn() -> State,
    /// Lives one of them. What it does to the world is undone.
    pub live: fn(State, &[Step]),
}

thread_local! {
    /// Of the sequence that failed last: shrinking fails hundreds of times, and only the shortest is worth reading.
    static LAST_WORDS: RefCell<String> = const { RefCell::new(String::new()) };
}

impl<State: Clone, Step: Clone + Debug> Lives<State, Step> {
    /// How many are lived.
    pub fn number(&self) -> u32 {
        std::env::var("HASHCARD_SEQUENCES")
            .ok()
            .and_then(|n| n.parse().ok())
            .unwrap_or(self.unless_told)
            .div_ceil(self.one_of)
    }

    /// Lives them, on every processor; the shortest script that fails is the panic's message.
    pub fn all<S: Strategy<Value = Step>>(&self, step: impl Fn() -> S + Sync) {
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(8) as u32);
        let each = self.number().div_ceil(threads);
        std::panic::set_hook(Box::new(|panic| LAST_WORDS.set(panic.to_string())));
        let fates: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| scope.spawn(|| self.some(each, step())))
                .collect();
            workers.into_iter().map(|worker| worker.join()).collect()
        });
        let _ = std::panic::take_hook();
        for fate in fates {
            if let Err(panic) = fate {
                let script = panic.downcast_ref::<String>().map_or("no message", |text| text);
                panic!("{script}");
            }
        }
    }

    /// Lives some of them in one world, which is made once, unless one of them breaks it.
    fn some<S: Strategy<Value = Step>>(&self, cases: u32, step: S) {
        let config = Config {
            cases,
            failure_persistence: None,
            max_shrink_iters: 4_096,
            ..Config::default()
        };
        let stage = RefCell::new(None);
        let scripts = proptest::collection::vec(step, 1..self.most_steps);
        let played = TestRunner::new(config).run(&scripts, |script| {
            let lived = std::panic::catch_unwind(AssertUnwindSafe(|| self.one(&stage, &script)));
            lived.map_err(|_| TestCaseError::fail(LAST_WORDS.take()))
        });
        match played {
            Ok(()) => {}
            Err(TestError::Fail(reason, script)) => panic!("{reason}\nthe script:\n{script:#?}"),
            Err(TestError::Abort(reason)) => panic!("{reason}"),
        }
    }

    fn one(&self, stage: &RefCell<Option<(World, State)>>, script: &[Step]) {
        let (mut world, state) = stage.take().unwrap_or_else(|| {
            let mut world = World::new(sp_genesis_builder::DEV_RUNTIME_PRESET);
            let state = world.execute_with(self.begin);
            (world, state)
        });
        let begin = state.clone();
        world.execute_with(|| {
            with_transaction(|| -> TransactionOutcome<Result<(), DispatchError>> {
                (self.live)(begin, script);
                TransactionOutcome::Rollback(Ok(()))
            })
            .expect("a rollback succeeds");
        });
        stage.replace(Some((world, state)));
    }
}
