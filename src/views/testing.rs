//! What the tests of views begin with.

use crate::base::{Duration, Time};
use crate::sim::{Session, Sim, TimedInput};

/// A session with these commands, so many seconds after it began.
pub fn played(lines: &[&str], seconds: u64) -> Sim {
    let mut sim = Sim::new(Session { seed: 3, ..Session::default() });
    for line in lines {
        sim.input(TimedInput { cmd: Some((*line).to_owned()), ..TimedInput::default() });
    }
    while !sim.run(Time::ZERO + Duration::from_secs(seconds), 4096).done {}
    sim
}
