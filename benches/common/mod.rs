//! What the benchmarks measure with.

use std::time::{Duration, Instant};

/// Whether the scenario of this name is to run: one that the command line names, or any where it names none.
pub fn wanted(name: &str) -> bool {
    let mut names = std::env::args().skip(1).filter(|a| !a.starts_with('-')).peekable();
    names.peek().is_none() || names.any(|n| n == name)
}

/// Runs something, and says how many seconds this thread worked on it: CPU time where the system tells it, the wall's time elsewhere.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the machine's clock")]
pub fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let (began, cpu_began) = (Instant::now(), cpu_time());
    let result = run();
    let took = match (cpu_began, cpu_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => began.elapsed(),
    };
    (result, took.as_secs_f64())
}

/// What this thread has used of the CPU so far, as Linux counts it.
fn cpu_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
