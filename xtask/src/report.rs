//! What a person sees of a run: headings, elapsed time, and a summary at the end.

use crate::Failure;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Steps that were run, in order, with how they ended.
pub struct Report {
    began: Instant,
    steps: Vec<Step>,
}

struct Step {
    name: &'static str,
    took: Duration,
    failure: Option<Failure>,
    /// The test runners' own closing lines.
    closing: Vec<String>,
}

impl Report {
    /// A report on a run that begins now.
    pub fn new() -> Report {
        Report { began: Instant::now(), steps: Vec::new() }
    }

    /// Runs one step under its heading. What it returns are the closing lines of the test runners it ran.
    /// A failure is kept for the summary, so that one run shows everything that is wrong.
    pub fn step(&mut self, name: &'static str, what: &str, run: impl FnOnce(&mut Vec<String>) -> Result<(), Failure>) -> bool {
        heading(&format!("{name}: {what}"));
        let began = Instant::now();
        let mut closing = Vec::new();
        let failure = run(&mut closing).err();
        let took = began.elapsed();
        match &failure {
            None => println!("{} {name}, {}", paint("ok", 32), seconds(took)),
            Some(why) => println!("{} {name}, {}: {why}", paint("FAILED", 31), seconds(took)),
        }
        let fine = failure.is_none();
        self.steps.push(Step { name, took, failure, closing });
        fine
    }

    /// Prints the summary and the runners' closing lines, and says whether everything passed.
    pub fn finish(self) -> Result<(), Failure> {
        heading("summary");
        for step in &self.steps {
            let state = if step.failure.is_none() { paint("ok    ", 32) } else { paint("FAILED", 31) };
            println!("  {state}  {:<9} {:>8}", step.name, seconds(step.took));
        }
        println!("  in all            {:>8}", seconds(self.began.elapsed()));
        for step in self.steps.iter().filter(|step| !step.closing.is_empty()) {
            println!("\n{}:", step.name);
            for line in &step.closing {
                println!("{line}");
            }
        }
        let failed: Vec<&str> = self.steps.iter().filter(|step| step.failure.is_some()).map(|step| step.name).collect();
        if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
    }
}

/// Prints a step's heading.
pub fn heading(text: &str) {
    println!("\n{} {}", paint("==>", 36), paint(text, 1));
}

/// A duration as a person reads it.
pub fn seconds(d: Duration) -> String {
    let s = d.as_secs_f64();
    if s < 60.0 { format!("{s:.1} s") } else { format!("{} min {:02} s", s as u64 / 60, s as u64 % 60) }
}

fn paint(text: &str, colour: u8) -> String {
    let plain = !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if plain { text.to_owned() } else { format!("\x1b[{colour}m{text}\x1b[0m") }
}
