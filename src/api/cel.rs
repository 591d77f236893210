//! The Common Expression Language, in which rules of custom resources and admission policies are written: parsed, checked and evaluated
//! within a budget. Nothing here may know of definitions, only of schemas and values.

mod check;
mod compile_error;
mod cost;
mod device;
mod eval;
mod lex;
mod library;
mod lists;
mod macros;
mod parse;
mod policy;
mod semver;
mod strings;
mod types;
mod url;
mod value;

use super::{ArcStr, Value};
use crate::base::List as _;
use check::Checker;
pub use compile_error::CompileError;
pub use device::Device;
use eval::Eval;
use parse::Expr;
pub use policy::{ExpressionError, Facts, Names, OutOfBudget, Wanted};
pub use types::is_reserved;
use types::{Decl, Type};
pub use value::Fail;
use value::Val;

/// Whether a text is a semantic version: `1.2.3`, `1.2.3-beta.1+build`.
pub fn is_semantic_version(text: &str) -> bool {
    semver::Semver::parse(text).is_ok()
}

/// An error in an expression.
#[derive(Clone, Debug)]
struct Issue {
    /// Its position in characters; the highest number for the whole expression.
    at: usize,
    message: String,
}

/// A compiled expression.
#[derive(Debug)]
pub struct Program {
    tree: Expr,
    /// Whether it uses the old object.
    pub uses_old: bool,
    /// An upper bound on its cost.
    pub cost_max: u64,
    /// The error in the type names of the patch that it makes.
    misplaced: String,
}

/// The data of a schema, as expressions see it.
#[derive(Clone, Debug)]
pub struct Scope {
    decl: Decl,
}

impl Scope {
    /// The scope of a schema; none if that describes its data too little. `root` says that it is that of a resource.
    pub fn new(schema: &Value, root: bool) -> Option<Scope> {
        types::declare(schema, root, "selfType", 0).map(|decl| Scope { decl })
    }

    /// The least number of bytes that the data takes.
    pub fn min_bytes(&self) -> u64 {
        self.decl.min_bytes
    }

    /// Compiles a rule, or with `message` a message expression. With `optional`, the old object may be absent.
    pub fn compile(&self, text: &str, optional: bool, message: bool) -> Result<Program, CompileError> {
        let this = self.decl.ty.clone();
        let old = if optional { Type::optional(this.clone()) } else { this.clone() };
        let read = || {
            let mut program = read(text, vec![("self".into(), this), ("oldSelf".into(), old)], false)?;
            match check::is(&program.tree.ty, message) {
                false if message => Err(CompileError::MessageIsNoText),
                false => Err(CompileError::RuleIsNoBool),
                true => check::demand_patterns(&mut program.tree).map(|()| program),
            }
        };
        let mut program = read().map_err(|error| if message { error.of_message() } else { error })?;
        program.cost_max = cost::estimate(&program.tree, &self.decl);
        Ok(program)
    }
}

/// Parses and type-checks an expression, with these names in scope, and the types of patches if it may make one.
fn read(text: &str, scope: Vec<(ArcStr, Type)>, makes_patches: bool) -> Result<Program, CompileError> {
    let source: Vec<char> = text.chars().list();
    let failed = |issues: Vec<Issue>| CompileError::Issues(shown(&source, issues));
    let mut tree = parse::parse(&source, device::is_scope(&scope)).map_err(failed)?;
    let mut checker = Checker::new(scope, makes_patches);
    checker.check(&mut tree);
    if !checker.issues.is_empty() {
        return Err(failed(checker.issues));
    }
    checker.settle(&mut tree);
    checker.validate(&mut tree, false);
    if !checker.issues.is_empty() {
        return Err(failed(checker.issues));
    }
    Ok(Program { tree, uses_old: checker.old, cost_max: 0, misplaced: checker.misplaced.join("\n") })
}

/// The object and the old object, as expressions see them.
#[derive(Debug)]
pub struct Data {
    this: Result<Val, Fail>,
    old: Option<Result<Val, Fail>>,
}

impl Data {
    /// The data of a schema.
    pub fn new(schema: &Value, root: bool, value: &Value, old: Option<&Value>) -> Data {
        let with_meta;
        let schema = if root {
            with_meta = value::with_meta(schema);
            &with_meta
        } else {
            schema
        };
        Data { this: value::from_value(value, schema), old: old.map(|old| value::from_value(old, schema)) }
    }
}

impl Program {
    /// Evaluates it; returns its value and the cost.
    fn run(&self, data: &Data, optional: bool) -> (Result<Val, Fail>, u64) {
        let mut scope: Vec<(ArcStr, Val)> = Vec::new();
        match &data.this {
            Ok(value) => scope.push(("self".into(), value.clone())),
            Err(fail) => return (Err(fail.clone()), 1),
        }
        match &data.old {
            Some(Ok(old)) if optional => scope.push(("oldSelf".into(), Val::some(old.clone()))),
            Some(Ok(old)) => scope.push(("oldSelf".into(), old.clone())),
            Some(Err(fail)) if self.uses_old => return (Err(fail.clone()), 1),
            None if optional => scope.push(("oldSelf".into(), Val::Optional(None))),
            _ => {}
        }
        let mut eval = Eval { scope, variables: &[], ask: None, cost: 0, work: 0 };
        let value = eval.eval(&self.tree);
        (value, eval.cost)
    }

    /// Whether a rule holds, or the error of its evaluation; and the cost.
    pub fn holds(&self, data: &Data, optional: bool) -> (Result<bool, Fail>, u64) {
        let (value, cost) = self.run(data, optional);
        (value.map(|v| matches!(v, Val::Bool(true))), cost)
    }

    /// The value of a message expression, or the error; and the cost.
    pub fn message(&self, data: &Data, optional: bool) -> (Result<String, Fail>, u64) {
        let (value, cost) = self.run(data, optional);
        let text = value.map(|v| if let Val::Str(s) = v { s.trim().to_owned() } else { String::new() });
        (text, cost)
    }
}

/// Issues as they are reported: each with its line, and a mark below it.
fn shown(source: &[char], mut issues: Vec<Issue>) -> String {
    const ISSUES_MAX: usize = 100;
    let lines: Vec<&[char]> = source.split(|c| *c == '\n').list();
    // Issues of the whole expression come first.
    crate::base::Order::order_by_key(&mut issues[..], |i| i.at.wrapping_add(1));
    let more = issues.len().saturating_sub(ISSUES_MAX);
    let mut out: Vec<String> = Vec::new();
    for issue in issues.iter().take(ISSUES_MAX) {
        let (mut line, mut column) = (0, issue.at);
        if issue.at == usize::MAX {
            out.push(format!("ERROR: <input>:-1:0: {}", issue.message));
            continue;
        }
        while line + 1 < lines.len() && column > lines[line].len() {
            column -= lines[line].len() + 1;
            line += 1;
        }
        let mut text = format!("ERROR: <input>:{}:{}: {}", line + 1, column + 1, issue.message);
        let snippet = lines[line];
        if snippet.len() <= 16_384 {
            text.push_str("\n | ");
            text.extend(snippet.iter().map(|c| if *c == '\t' { ' ' } else { *c }));
            text.push_str("\n | ");
            text.extend((0..column.min(snippet.len())).map(|i| if snippet[i].len_utf8() > 1 { '\u{ff0e}' } else { '.' }));
            text.push(if snippet.get(column).is_some_and(|c| c.len_utf8() > 1) { '\u{ff3e}' } else { '^' });
        }
        out.push(text);
    }
    if more > 0 {
        out.push(format!("{more} more errors were truncated"));
    }
    out.join("\n")
}

#[cfg(test)]
mod tests;
