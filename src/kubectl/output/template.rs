//! `-o go-template=`: Go's `text/template` over an object, with the functions kubectl gives it.

mod error;
mod exec;
mod funcs;
mod lex;
mod parse;
mod printf;

use super::go_value;
use super::json::to_compact_json;
use crate::api::Value;
pub use error::TemplateError;

/// A template that was read.
// Models Go's text/template as k8s.io/cli-runtime's GoTemplatePrinter uses it.
#[derive(Clone, Debug)]
pub struct GoTemplate {
    text: String,
    trees: parse::Trees,
}

impl GoTemplate {
    /// Reads a template such as `{{range .items}}{{.metadata.name}}{{end}}`.
    pub fn parse(text: &str) -> Result<GoTemplate, TemplateError> {
        Ok(GoTemplate { text: text.to_owned(), trees: parse::parse(text)? })
    }

    /// The text for an object, without a newline of its own; where the template fails, what was printed before, and the error.
    /// Members that are not there are an error unless `allow_missing`.
    pub fn print(&self, data: &Value, allow_missing: bool) -> (String, Option<TemplateError>) {
        exec::execute(&self.text, &self.trees, data.clone(), allow_missing)
    }

    /// What kubectl adds on standard output where [`GoTemplate::print`] fails on an object.
    pub fn failure_output(&self, error: &TemplateError, data: &Value) -> String {
        format!(
            "Error executing template: {error}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{}\n\
             \traw data was:\n\t\t{}\n\tobject given to template engine was:\n\t\t{}\n\n",
            self.text,
            to_compact_json(data),
            go_value::plain(data)
        )
    }

    /// What kubectl says on standard error (after `error: `) where [`GoTemplate::print`] fails.
    pub fn failure(&self, error: &TemplateError) -> String {
        format!("error executing template {}: {error}", crate::api::quote(&self.text))
    }
}

#[cfg(test)]
mod tests;
