//! `expr`, by precedence climbing over its arguments.

use super::{Options, Run};
use crate::base::regex::{Regex, RegexError, Syntax};

/// The operators, those that bind least first.
const LEVELS: [&[&str]; 6] = [&["|"], &["&"], &["<", "<=", "=", "==", "!=", ">=", ">"], &["+", "-"], &["*", "/", "%"], &[":"]];
/// How many operands it reads at most.
const OPERANDS_MAX: u32 = 200;

/// Why an expression has no value.
#[derive(Debug, thiserror::Error)]
enum ExprError {
    /// The words make no expression.
    #[error("syntax error")]
    Syntax,
    /// What is to be reckoned with is no number.
    #[error("non-numeric argument")]
    NotANumber,
    /// It divides by nothing.
    #[error("division by zero")]
    DivisionByZero,
    /// A pattern is none.
    #[error(transparent)]
    Pattern(#[from] RegexError),
}

pub fn expr(r: &mut Run<'_>, o: &Options) -> i32 {
    let mut reader = Reader { words: &o.rest, at: 0, operands: 0 };
    let value = reader.level(0).and_then(|value| if reader.at == o.rest.len() { Ok(value) } else { Err(ExprError::Syntax) });
    match value {
        Ok(value) => {
            r.out(format!("{value}\n"));
            i32::from(!is_true(&value))
        }
        Err(error) => {
            r.err(error.to_string());
            2
        }
    }
}

struct Reader<'a> {
    words: &'a [String],
    at: usize,
    operands: u32,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<String, ExprError> {
        self.at += 1;
        self.words.get(self.at - 1).cloned().ok_or(ExprError::Syntax)
    }

    /// What the operators of this level and those that bind more make of what comes.
    fn level(&mut self, n: usize) -> Result<String, ExprError> {
        if n == LEVELS.len() {
            return self.operand();
        }
        let mut a = self.level(n + 1)?;
        while let Some(operator) = self.words.get(self.at).filter(|word| LEVELS[n].contains(&word.as_str())) {
            self.at += 1;
            let b = self.level(n + 1)?;
            a = apply(&a, operator, &b)?;
        }
        Ok(a)
    }

    fn operand(&mut self) -> Result<String, ExprError> {
        self.operands += 1;
        if self.operands > OPERANDS_MAX {
            return Err(ExprError::Syntax);
        }
        let word = self.next()?;
        Ok(match word.as_str() {
            "(" => {
                let value = self.level(0)?;
                if self.next()? != ")" {
                    return Err(ExprError::Syntax);
                }
                value
            }
            "length" => self.next()?.chars().count().to_string(),
            "index" => {
                let (text, set) = (self.next()?, self.next()?);
                text.chars().position(|c| set.contains(c)).map_or(0, |n| n + 1).to_string()
            }
            "substr" => {
                let (text, from, len) = (self.next()?, self.next()?, self.next()?);
                let (from, len) = (from.parse::<usize>().unwrap_or(0), len.parse::<usize>().unwrap_or(0));
                if from == 0 { String::new() } else { text.chars().skip(from - 1).take(len).collect() }
            }
            "match" => {
                let (text, pattern) = (self.next()?, self.next()?);
                matched(&text, &pattern)?
            }
            _ => word,
        })
    }
}

fn is_true(value: &str) -> bool {
    !value.is_empty() && value != "0"
}

fn apply(a: &str, operator: &str, b: &str) -> Result<String, ExprError> {
    let numbers = a.parse::<i64>().ok().zip(b.parse::<i64>().ok());
    let order = numbers.map_or_else(|| a.cmp(b), |(x, y)| x.cmp(&y));
    let holds = match operator {
        "|" => return Ok(if is_true(a) { a } else { b }.to_owned()),
        "&" => return Ok(if is_true(a) && is_true(b) { a } else { "0" }.to_owned()),
        ":" => return matched(a, b),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        "=" | "==" => order.is_eq(),
        "!=" => order.is_ne(),
        ">=" => order.is_ge(),
        ">" => order.is_gt(),
        _ => {
            let (x, y) = numbers.ok_or(ExprError::NotANumber)?;
            let value = match operator {
                "+" => x.wrapping_add(y),
                "-" => x.wrapping_sub(y),
                "*" => x.wrapping_mul(y),
                _ if y == 0 => return Err(ExprError::DivisionByZero),
                "/" => x.wrapping_div(y),
                _ => x.wrapping_rem(y),
            };
            return Ok(value.to_string());
        }
    };
    Ok(i32::from(holds).to_string())
}

/// What the group of a pattern holds, or how many characters a pattern without one takes from the start of a text.
fn matched(text: &str, pattern: &str) -> Result<String, ExprError> {
    let regex = Regex::new(&format!("^{}", pattern.trim_start_matches('^')), Syntax::Basic)?;
    let found = regex.find(text);
    if pattern.contains("\\(") {
        let group = found.and_then(|m| m.groups.get(1).copied().flatten());
        return Ok(group.map_or_else(String::new, |(start, end)| text[start..end].to_owned()));
    }
    let taken = found.map_or(0, |m| text[m.range().0..m.range().1].chars().count());
    Ok(taken.to_string())
}
