//! Evaluates a JSONPath template over a value.

use std::cmp::Ordering;

use super::JsonPathError;
use super::parse::{Action, Node};
use crate::api::Value;
use crate::base::List as _;
use crate::kubectl::output::go_value;

/// How many values a template may look at before it is given up.
const STEPS_MAX: usize = 2_000_000;
/// How many ranges may stand in each other.
const RANGE_DEPTH_MAX: usize = 64;

fn failed<T>(message: impl Into<String>) -> Result<T, JsonPathError> {
    Err(JsonPathError::Evaluation(message.into()))
}

pub(super) fn find(actions: &[Action], data: &Value, allow_missing: bool) -> Result<Vec<Vec<Value>>, JsonPathError> {
    let mut e = Evaluation { actions, allow_missing, begin_range: 0, in_range: 0, end_range: 0, last_end: None, steps: 0 };
    e.run(0, data)
}

struct Evaluation<'a> {
    actions: &'a [Action],
    allow_missing: bool,
    begin_range: usize,
    in_range: usize,
    end_range: usize,
    /// Where the `end` stands that was met last.
    last_end: Option<usize>,
    steps: usize,
}

impl Evaluation<'_> {
    /// What the actions from `first` on find, up to the `end` of the range that this is the inside of.
    // Models JSONPath.FindResults.
    fn run(&mut self, first: usize, data: &Value) -> Result<Vec<Vec<Value>>, JsonPathError> {
        if self.in_range > RANGE_DEPTH_MAX {
            return failed("too many ranges in each other");
        }
        let actions = self.actions;
        let mut found = Vec::new();
        let mut i = first;
        while let Some(action) = actions.get(i) {
            let results = self.walk(vec![data.clone()], action)?;
            if self.end_range > 0 && self.end_range <= self.in_range {
                self.end_range -= 1;
                self.last_end = Some(i);
                break;
            }
            if self.begin_range > 0 {
                self.begin_range -= 1;
                self.in_range += 1;
                for value in &results {
                    found.extend(self.run(i + 1, value)?);
                }
                if results.is_empty() {
                    // Only to find where the range ends.
                    self.run(i + 1, &Value::Null)?;
                }
                self.in_range -= 1;
                if let Some(end) = self.last_end.filter(|end| *end > i) {
                    i = end;
                }
                i += 1;
                continue;
            }
            found.push(results);
            i += 1;
        }
        Ok(found)
    }

    fn walk(&mut self, mut values: Vec<Value>, action: &Action) -> Result<Vec<Value>, JsonPathError> {
        self.walk_on(&mut values, action).map(|()| values)
    }

    /// Goes as far as it can: where a step fails, what it was to begin with is left, of a member that is not there nothing.
    fn walk_on(&mut self, values: &mut Vec<Value>, action: &Action) -> Result<(), JsonPathError> {
        for node in action {
            match self.step(values, node) {
                Ok(found) => *values = found,
                Err(error) => {
                    if let Node::Field(_) = node {
                        values.clear();
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, input: &[Value], node: &Node) -> Result<Vec<Value>, JsonPathError> {
        self.steps += 1 + input.len();
        if self.steps > STEPS_MAX {
            return failed("too many results");
        }
        let each = |v: Value| Ok(vec![v; input.len()]);
        match node {
            Node::Text(text) => Ok(vec![text.as_str().into()]),
            Node::Int(n) => each((*n).into()),
            Node::Float(f) => each((*f).into()),
            Node::Bool(b) => each((*b).into()),
            Node::Field(name) => self.field(input, name),
            Node::Wildcard => Ok(input.iter().flat_map(children).list()),
            Node::Recursive => {
                let mut out = Vec::new();
                for v in input {
                    self.descend(v, &mut out)?;
                }
                Ok(out)
            }
            Node::Slice { start, end, derived, step } => slice(input, *start, *end, *derived, *step),
            Node::Union(parts) => {
                let mut out = Vec::new();
                for part in parts {
                    out.extend(self.walk(input.to_vec(), part)?);
                }
                Ok(out)
            }
            Node::Filter { left, operator, right } => self.filter(input, left, operator, right),
            Node::Identifier(name) => match name.as_str() {
                "range" => {
                    self.begin_range += 1;
                    Ok(input.to_vec())
                }
                "end" if self.in_range > 0 => {
                    self.end_range += 1;
                    Ok(Vec::new())
                }
                "end" => failed("not in range, nothing to end"),
                _ => failed(format!("unrecognized identifier {name}")),
            },
        }
    }

    fn field(&self, input: &[Value], name: &str) -> Result<Vec<Value>, JsonPathError> {
        let member = |v: &Value| match v {
            Value::Map(m) => m.get(name).cloned(),
            _ => None,
        };
        let results: Vec<Value> = input.iter().filter_map(member).list();
        if results.is_empty() && !input.is_empty() && !self.allow_missing {
            return failed(format!("{name} is not found"));
        }
        Ok(results)
    }

    /// A value with everything in it, outermost first; empty values and plain numbers are left out.
    fn descend(&mut self, v: &Value, out: &mut Vec<Value>) -> Result<(), JsonPathError> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return failed("too many results");
        }
        match v {
            Value::Str(s) if !s.is_empty() => out.push(v.clone()),
            Value::List(l) if !l.is_empty() => {
                out.push(v.clone());
                for item in l.iter() {
                    self.descend(item, out)?;
                }
            }
            Value::Map(m) if !m.is_empty() => {
                out.push(v.clone());
                for (_, item) in m.iter() {
                    self.descend(item, out)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn filter(&mut self, input: &[Value], left: &Action, operator: &str, right: &Action) -> Result<Vec<Value>, JsonPathError> {
        let mut out = Vec::new();
        for v in input {
            let Value::List(items) = v else {
                return failed(format!("{} is not array or slice and cannot be filtered", go_value::plain(v)));
            };
            for item in items.iter() {
                let mut lefts = vec![item.clone()];
                let walked = self.walk_on(&mut lefts, left);
                if operator == "exists" {
                    // Whether all of the path could be gone is not asked.
                    if !lefts.is_empty() {
                        out.push(item.clone());
                    }
                    continue;
                }
                walked?;
                let one = "can only compare one element at a time";
                let l = match lefts.as_slice() {
                    [] => continue,
                    [l] => l,
                    _ => return failed(one),
                };
                let rights = self.walk(vec![item.clone()], right)?;
                let r = match rights.as_slice() {
                    [] => continue,
                    [r] => r,
                    _ => return failed(one),
                };
                if compare(l, operator, r)? {
                    out.push(item.clone());
                }
            }
        }
        Ok(out)
    }
}

/// The members or items of a value; of a string, its bytes.
fn children(v: &Value) -> Vec<Value> {
    match v {
        Value::List(l) => l.to_vec(),
        Value::Map(m) => m.iter().map(|(_, item)| item.clone()).list(),
        Value::Str(s) => s.bytes().map(Value::from).list(),
        _ => Vec::new(),
    }
}

fn slice(input: &[Value], start: Option<i64>, end: Option<i64>, derived: bool, step: Option<i64>) -> Result<Vec<Value>, JsonPathError> {
    let mut out = Vec::new();
    for v in input {
        let items = match v {
            Value::List(items) => items,
            Value::Null => continue,
            _ => return failed(format!("{} is not array or slice", v.go_type())),
        };
        let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let mut from = start.unwrap_or(0);
        if from < 0 {
            from += len;
        }
        let mut to = end.unwrap_or(len);
        if to < 0 || (to == 0 && derived) {
            to += len;
        }
        if from == to {
            return Ok(out);
        }
        if from >= len || from < 0 {
            return failed(format!("array index out of bounds: index {from}, length {len}"));
        }
        if to > len || to < 0 {
            return failed(format!("array index out of bounds: index {}, length {len}", to - 1));
        }
        if from > to {
            return failed(format!("starting index {from} is greater than ending index {to}"));
        }
        let step = match step {
            Some(step) if step <= 0 => return failed("step must be > 0"),
            Some(step) => usize::try_from(step).unwrap_or(usize::MAX),
            None => 1,
        };
        // Both lie within the list.
        let (from, to) = (usize::try_from(from).unwrap_or(0), usize::try_from(to).unwrap_or(0));
        out.extend(items[from..to].iter().step_by(step).cloned());
    }
    Ok(out)
}

/// Compares as Go's templates compare: both sides of one basic type, truths only for equality.
fn compare(left: &Value, operator: &str, right: &Value) -> Result<bool, JsonPathError> {
    let order = match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Str(a), Value::Str(b)) => Some(a.as_str().cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => {
            return match operator {
                "==" => Ok(a == b),
                "!=" => Ok(a != b),
                "<" | ">" | "<=" | ">=" => failed("invalid type for comparison"),
                _ => failed(format!("unrecognized filter operator {operator}")),
            };
        }
        _ => {
            let basic = |v: &Value| !matches!(v, Value::Null | Value::List(_) | Value::Map(_));
            let both = basic(left) && basic(right);
            return match operator {
                "==" | "!=" | "<" | ">" | "<=" | ">=" if both => failed("incompatible types for comparison"),
                "==" | "!=" | "<" | ">" | "<=" | ">=" => failed("invalid type for comparison"),
                _ => failed(format!("unrecognized filter operator {operator}")),
            };
        }
    };
    Ok(match operator {
        "==" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        ">" => order == Some(Ordering::Greater),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">=" => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        _ => return failed(format!("unrecognized filter operator {operator}")),
    })
}
