//! seq: numbers, as many as are asked for, a piece at a time.

use std::fmt::Write as _;

use super::super::super::kernel::Kernel;
use super::super::super::process::{Process, Step};
use super::super::{Options, Program, Refusal, Run, become_program};
use crate::base::List as _;

/// A sequence being written.
#[derive(Debug, Clone)]
pub struct Seq {
    first: f64,
    step: f64,
    /// The same as whole numbers, where all are: they have more digits than the others keep.
    whole: Option<(i128, i128)>,
    at: u64,
    last: u64,
    separator: String,
    digits: usize,
    width: usize,
}

/// How much is written at once, in bytes.
const PIECE: usize = 32 << 10;
/// What that takes, in microseconds: some 80 ns for each number.
const PIECE_US: u64 = 300;
/// How many digits are shown behind the point: more than a number has.
const DIGITS_MAX: usize = 400;
/// Whole numbers are counted exactly below this: twice as many have room.
const WHOLE_MAX: i128 = 1 << 126;

/// Why there is no such sequence.
#[derive(Debug, thiserror::Error)]
enum SeqError {
    /// An argument is no number.
    #[error("invalid number '{0}'")]
    NotANumber(String),
    /// There is no argument.
    #[error("missing operand")]
    NoOperand,
    /// It would never end.
    #[error("increment may not be 0")]
    NoIncrement,
}

pub fn start(r: &mut Run<'_>, o: &Options) -> Step {
    if o.rest.is_empty() || o.rest.len() > 3 {
        let extra = o.rest.get(3).map(|a| format!("extra operand '{a}'"));
        return Step::Exit(r.refuse(Refusal::Operands(extra.unwrap_or_else(|| "missing operand".into()))), 150);
    }
    match read(o) {
        Ok(Some(mut seq)) => match seq.step(r.k, r.p) {
            Step::Again(_) => become_program(Program::Seq(Box::new(seq)), 150),
            done => done,
        },
        Ok(None) => Step::Exit(0, 150),
        Err(error) => {
            r.err(error.to_string());
            Step::Exit(1, 150)
        }
    }
}

fn read(o: &Options) -> Result<Option<Seq>, SeqError> {
    let separator = o.value('s').unwrap_or("\n").to_owned();
    let mut numbers = Vec::new();
    for a in &o.rest {
        match a.parse::<f64>() {
            Ok(v) if v.is_finite() => numbers.push((v, a.split_once('.').map_or(0, |(_, f)| f.len()))),
            _ => return Err(SeqError::NotANumber(a.clone())),
        }
    }
    // The last number only says where to end.
    let digits = numbers.iter().rev().skip(1).map(|n| n.1).max().unwrap_or(0).min(DIGITS_MAX);
    let (first, step, last) = match numbers[..] {
        [z] => (1.0, 1.0, z.0),
        [a, z] => (a.0, 1.0, z.0),
        [a, s, z] => (a.0, s.0, z.0),
        _ => return Err(SeqError::NoOperand),
    };
    if step == 0.0 {
        return Err(SeqError::NoIncrement);
    }
    let whole: Vec<i128> = o.rest.iter().map_while(|a| a.parse().ok().filter(|n| (-WHOLE_MAX..WHOLE_MAX).contains(n))).list();
    let whole = match whole[..] {
        [z] if o.rest.len() == 1 => Some((1, 1, z)),
        [a, z] if o.rest.len() == 2 => Some((a, 1, z)),
        [a, s, z] => Some((a, s, z)),
        _ => None,
    };
    let steps = ((last - first) / step + 1e-9).floor();
    // Whole numbers are as wide as they are written.
    let long = |text: Option<&String>, v: f64| match (whole, text) {
        (Some(_), Some(text)) => text.trim_start_matches('+').len(),
        _ => format!("{v:.digits$}").len(),
    };
    let width = if o.has('w') { long(o.rest.first(), first).max(long(o.rest.last(), last)) } else { 0 };
    if whole.is_some_and(|(a, s, z)| a != z && (z < a) != (s < 0)) {
        return Ok(None);
    }
    let count = whole.map_or(steps as u64, |(a, s, z)| u64::try_from((z - a) / s).unwrap_or(u64::MAX - 1));
    let whole = whole.map(|(a, s, _)| (a, s));
    Ok((steps >= 0.0).then_some(Seq { first, step, whole, at: 0, last: count, separator, digits, width }))
}

impl Seq {
    pub fn step(&mut self, k: &mut Kernel, p: &mut Process) -> Step {
        let Seq { digits, width, .. } = *self;
        let mut text = String::new();
        while self.at <= self.last && text.len() < PIECE {
            // Writing to a text does not fail.
            let _ = match self.whole {
                Some((first, step)) => write!(text, "{:0width$}", first + step * i128::from(self.at)),
                None => write!(text, "{:0width$.digits$}", self.first + self.step * self.at as f64),
            };
            text += if self.at == self.last { "\n" } else { &self.separator };
            self.at += 1;
        }
        match k.put(p, 1, text.as_bytes()) {
            Ok(()) if self.at <= self.last => Step::Again(PIECE_US),
            Ok(()) => Step::Exit(0, 150),
            Err(_) => Step::Exit(1, 10),
        }
    }
}
