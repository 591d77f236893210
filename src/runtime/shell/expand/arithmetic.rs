//! Arithmetic with the shell's variables.

use std::borrow::Cow;

use super::super::arith::{self, Vars};
use super::super::{AssignError, Key, Shell};
use super::{Expander, Stop};

/// The shell's variables as arithmetic sees them.
struct ArithVars<'a> {
    sh: &'a mut Shell,
    /// What `RANDOM` comes from; nothing where nobody is asked for it.
    random: Option<&'a mut crate::base::RandomStream>,
}

impl Shell {
    /// What is assigned where this is: to a whole number (`declare -i`) what the text comes to.
    pub fn reckoned<'t>(&mut self, name: &str, text: &'t str) -> Result<Cow<'t, str>, AssignError> {
        if !self.is_integer(name) {
            return Ok(text.into());
        }
        let sum = arith::eval(text, &mut ArithVars { sh: self, random: None });
        sum.map(|n| n.to_string().into()).map_err(|e| AssignError::Arithmetic(e.in_bash()))
    }
}

impl Expander<'_> {
    /// Evaluates arithmetic, once.
    pub fn arith(&mut self, text: &str) -> Result<i64, Stop> {
        let effects = text.contains('=') || text.contains("++") || text.contains("--");
        if !effects {
            return self.evaluate(text);
        }
        let v = self.record(|e| Ok(e.evaluate(text)?.to_string()))?;
        Ok(v.parse().unwrap_or(0))
    }

    pub(super) fn evaluate(&mut self, text: &str) -> Result<i64, Stop> {
        let dialect = self.sh.dialect;
        arith::eval(text, &mut ArithVars { sh: self.sh, random: Some(&mut self.k.random) }).map_err(|e| Stop::Error(e.said_by(dialect)))
    }
}

impl Vars for ArithVars<'_> {
    fn get(&mut self, name: &str, key: Option<&Key>) -> Option<String> {
        match (name, key) {
            (_, Some(key)) => self.sh.element(name, key.clone()),
            ("RANDOM", None) if !self.sh.vars.contains_key("RANDOM") => self.random.as_mut().map(|random| random.below(32768).to_string()),
            (_, None) => self.sh.get(name).map(|v| v.to_string()),
        }
    }

    fn set(&mut self, name: &str, key: Option<Key>, value: i64) {
        let text = value.to_string();
        // A read-only variable keeps its value; arithmetic has no way to say so.
        let _ = match key {
            Some(key) => self.sh.set_element(name, key, &text, false),
            None => self.sh.set(name, &text),
        };
    }

    fn is_associative(&self, name: &str) -> bool {
        self.sh.is_associative(name)
    }

    fn is_plain(&self) -> bool {
        self.sh.is_dash()
    }
}
