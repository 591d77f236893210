//! kubectl's own JSONPath: templates of text and `{paths}` over an object.

mod eval;
mod parse;

use thiserror::Error;

use super::go_value;
use super::json::{to_compact_json, to_json};
use crate::api::Value;
use crate::base::List as _;
use parse::Action;

/// What is wrong with a template, or with an object for it, in kubectl's words.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum JsonPathError {
    /// The template cannot be read.
    #[error("{0}")]
    Syntax(String),
    /// The template cannot be evaluated over this object.
    #[error("{0}")]
    Evaluation(String),
}

/// A template that was read.
// Models k8s.io/client-go/util/jsonpath.
#[derive(Clone, Debug)]
pub struct JsonPath {
    template: String,
    actions: Vec<Action>,
}

impl JsonPath {
    /// Reads a template such as `{.items[*].metadata.name}`.
    pub fn parse(template: &str) -> Result<JsonPath, JsonPathError> {
        Ok(JsonPath { template: template.to_owned(), actions: parse::parse(template)? })
    }

    /// What each part of the template finds, in order; members that are not there are an error unless `allow_missing`.
    pub fn find(&self, data: &Value, allow_missing: bool) -> Result<Vec<Vec<Value>>, JsonPathError> {
        eval::find(&self.actions, data, allow_missing)
    }

    /// The text that `-o jsonpath=` prints, without a newline of its own.
    pub fn print(&self, data: &Value, allow_missing: bool) -> Result<String, JsonPathError> {
        let mut out = String::new();
        for results in self.find(data, allow_missing)? {
            let texts: Vec<String> = results.iter().map(text_of).list();
            out.push_str(&texts.join(" "));
        }
        Ok(out)
    }

    /// The text that `-o jsonpath-as-json=` prints: a JSON list for each part of the template.
    pub fn print_as_json(&self, data: &Value, allow_missing: bool) -> Result<String, JsonPathError> {
        let mut out = String::new();
        for results in self.find(data, allow_missing)? {
            out.push_str(&to_json(&results.into()));
            out.push('\n');
        }
        Ok(out)
    }

    /// What kubectl says on standard error (after `error: `) where [`JsonPath::print`] fails on an object.
    pub fn failure(&self, error: &JsonPathError, data: &Value) -> String {
        let (quoted, template) = (crate::api::quote(&self.template), &self.template);
        format!(
            "error executing jsonpath {quoted}: Error executing template: {error}. Printing more information for debugging the template:\n\
             \ttemplate was:\n\t\t{template}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
            go_value::syntax(data)
        )
    }
}

/// A value as a template prints it.
pub(super) fn text_of(v: &Value) -> String {
    match v {
        Value::List(_) | Value::Map(_) => to_compact_json(v),
        Value::Null => "null".into(),
        _ => go_value::plain(v),
    }
}

#[cfg(test)]
mod tests;
