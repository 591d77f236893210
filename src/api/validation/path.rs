//! The paths of fields, and the list of errors at them.

use std::fmt;

use super::super::{Cause, Value, internal, json_order, quote};
use crate::base::List as _;

/// A field's path, built on the stack while going down; text only where something is wrong.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Child(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    // Never inlined: it is called so often that copies would take more bytes than calls. The same holds for those below.
    /// A path that starts here.
    #[inline(never)]
    pub const fn new(name: &'a str) -> Path<'a> {
        Path { parent: None, step: Step::Child(name) }
    }

    /// `.name`
    #[inline(never)]
    pub fn child<'b>(&'b self, name: &'b str) -> Path<'b> {
        Path { parent: Some(self), step: Step::Child(name) }
    }

    /// `[i]`
    #[inline(never)]
    pub fn index<'b>(&'b self, i: usize) -> Path<'b> {
        Path { parent: Some(self), step: Step::Index(i) }
    }

    /// `[key]`
    #[inline(never)]
    pub fn key<'b>(&'b self, key: &'b str) -> Path<'b> {
        Path { parent: Some(self), step: Step::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Child(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Child(name) => f.write_str(name),
            Step::Index(i) => write!(f, "[{i}]"),
            Step::Key(key) => write!(f, "[{key}]"),
        }
    }
}

/// The errors so far.
#[derive(Default)]
pub(super) struct Errors(pub Vec<Cause>);

// The constructors of Kubernetes' `field` package: each notes an error of its kind at a field.
impl Errors {
    /// Applies a rule that is younger than objects may be: those that broke it before may go on doing so (ratcheting validation).
    pub fn ratcheting(&mut self, judge: impl FnOnce(&mut Errors)) {
        let before = self.0.len();
        judge(self);
        self.0[before..].iter_mut().for_each(|c| c.ratchets = true);
    }

    pub fn required(&mut self, at: Path<'_>, detail: &str) {
        self.0.push(Cause::required(at.to_string(), detail));
    }

    pub fn invalid(&mut self, at: Path<'_>, value: impl Into<Value>, detail: &str) {
        self.0.push(Cause::invalid(at.to_string(), &value.into(), detail));
    }

    /// One error for each message.
    pub fn each_invalid(&mut self, at: Path<'_>, value: &str, details: Vec<String>) {
        for detail in details {
            self.invalid(at, value, &detail);
        }
    }

    pub fn not_supported(&mut self, at: Path<'_>, value: impl Into<Value>, supported: &[&str]) {
        self.0.push(Cause::not_supported(at.to_string(), &value.into(), supported));
    }

    pub fn duplicate(&mut self, at: Path<'_>, value: impl Into<Value>) {
        self.0.push(Cause::duplicate(at.to_string(), &value.into()));
    }

    /// A value that must be unique, printed as the server's own type of this name in the package `core` is.
    pub fn internal_duplicate(&mut self, at: Path<'_>, name: &str, value: &Value) {
        let message = format!("Duplicate value: {}", internal::to_json("core", name, value));
        self.0.push(Cause::new("FieldValueDuplicate", at.to_string(), message));
    }

    /// A wrong value, printed as the server's own type is.
    pub fn internal_invalid(&mut self, at: Path<'_>, (package, name): (&str, &str), value: &Value, detail: &str) {
        let text = if value.is_null() { "null".to_owned() } else { internal::to_json(package, name, value) };
        let colon = if detail.is_empty() { "" } else { ": " };
        self.0.push(Cause::new("FieldValueInvalid", at.to_string(), format!("Invalid value: {text}{colon}{detail}")));
    }

    /// The same, printed as the type is written in JSON.
    pub fn written_invalid(&mut self, at: Path<'_>, (package, name): (&str, &str), value: &Value, detail: &str) {
        let text = json_order::typed(package, name, value);
        self.0.push(Cause::new("FieldValueInvalid", at.to_string(), format!("Invalid value: {text}: {detail}")));
    }

    /// A value outside a closed set, printed as the server's own type is.
    pub fn internal_not_supported(&mut self, at: Path<'_>, (package, name): (&str, &str), value: &Value, supported: &[&str]) {
        let list: Vec<String> = supported.iter().map(|s| quote(s)).list();
        let text = internal::to_json(package, name, value);
        let message = format!("Unsupported value: {text}: supported values: {}", list.join(", "));
        self.0.push(Cause::new("FieldValueNotSupported", at.to_string(), message));
    }

    /// A wrong value that is not printed.
    pub fn invalid_without_value(&mut self, at: Path<'_>, detail: &str) {
        self.0.push(Cause::new("FieldValueInvalid", at.to_string(), format!("Invalid value: {detail}")));
    }

    pub fn too_many(&mut self, at: Path<'_>, actual: usize, max: usize) {
        self.0.push(Cause::too_many(at.to_string(), actual, max));
    }

    pub fn forbidden(&mut self, at: Path<'_>, detail: &str) {
        self.0.push(Cause::forbidden(at.to_string(), detail));
    }

    pub fn not_found(&mut self, at: Path<'_>, value: impl Into<Value>) {
        self.0.push(Cause::not_found(at.to_string(), &value.into()));
    }

    pub fn too_long(&mut self, at: Path<'_>, max_bytes: usize) {
        self.0.push(Cause::too_long(at.to_string(), max_bytes));
    }

    /// A number that may not be negative; absent counts as 0.
    pub fn nonnegative(&mut self, at: Path<'_>, value: &Value) {
        if value.int() < 0 {
            self.invalid(at, value, "must be greater than or equal to 0");
        }
    }

    /// A field that may not change.
    pub fn immutable(&mut self, at: Path<'_>, new: &Value, old: &Value) {
        if !same(new, old) {
            self.invalid(at, new, "field is immutable");
        }
    }

    /// An object of the type that may not change.
    pub fn internal_immutable(&mut self, at: Path<'_>, (package, name): (&str, &str), new: &Value, old: &Value) {
        if new.is_null() != old.is_null() || !internal::same(package, name, new, old) {
            self.internal_invalid(at, (package, name), new, "field is immutable");
        }
    }

    /// A text from a closed set that must be there.
    pub fn one_of(&mut self, at: Path<'_>, value: &Value, supported: &[&str]) {
        match value.str() {
            "" => self.required(at, ""),
            text if !supported.contains(&text) => self.not_supported(at, text, supported),
            _ => {}
        }
    }
}

/// Equality as `apiequality.Semantic` has it: absent and empty lists and maps are the same.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    let nothing = |v: &Value| match v {
        Value::Null => true,
        Value::List(l) => l.is_empty(),
        Value::Map(m) => m.is_empty(),
        _ => false,
    };
    match (a, b) {
        _ if nothing(a) && nothing(b) => true,
        (Value::Map(_), Value::Map(_)) => {
            a.same(b)
                || (a.entries().all(|(k, v)| same(v, b.get(k))) && b.entries().all(|(k, v)| !a.get(k).is_null() || same(&Value::Null, v)))
        }
        (Value::List(x), Value::List(y)) => x.len() == y.len() && x.iter().zip(y.iter()).all(|(x, y)| same(x, y)),
        _ => a == b,
    }
}
