//! `-o`: what a command that prints objects may be asked for besides a table.

use crate::base::{Case as _, Order as _};
use thiserror::Error;

use super::{ColumnsError, CustomColumns, GoTemplate, JsonPath, JsonPathError, TemplateError};
use super::{name_of, to_json, to_kyaml, to_yaml, without_managed_fields};
use crate::api::{Value, json_order};
use crate::kubectl::host::FileError;

/// How objects are printed.
#[derive(Clone, Debug)]
pub enum ObjectFormat {
    /// `-o json`
    Json,
    /// `-o yaml`
    Yaml,
    /// `-o kyaml`
    Kyaml,
    /// `-o name`
    Name,
    /// `-o jsonpath=`, `-o jsonpath-file=`
    JsonPath(JsonPath),
    /// `-o jsonpath-as-json=`
    JsonPathAsJson(JsonPath),
    /// `-o go-template=`, `-o template=`, `-o go-template-file=`, `-o templatefile=`
    GoTemplate(GoTemplate),
    /// `-o custom-columns=`, `-o custom-columns-file=`
    CustomColumns(CustomColumns),
}

/// Why a format cannot be had, in kubectl's words.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum FormatError {
    /// There is no such format, or not for this command.
    #[error("unable to match a printer suitable for the output format {format}, allowed formats are: {allowed}", format = crate::api::quote(format), allowed = allowed.join(","))]
    Unknown {
        /// What was asked for.
        format: String,
        /// What may be asked for.
        allowed: Vec<&'static str>,
    },
    /// Nothing stands after `jsonpath=` or the like.
    #[error("template format specified but no template given")]
    NoTemplate,
    /// A template cannot be read.
    #[error("error parsing jsonpath {0}, {1}")]
    JsonPath(String, JsonPathError),
    /// A template cannot be read.
    #[error("error parsing template {0}, {1}")]
    GoTemplate(String, TemplateError),
    /// Columns cannot be read.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// A template's file cannot be read.
    #[error("error reading --template {0}, open {0}: {1}")]
    TemplateFile(String, FileError),
    /// A file of columns cannot be read.
    #[error("error reading template {0}, open {0}: {1}\n")]
    ColumnsFile(String, FileError),
}

/// The formats of every command that prints objects, sorted.
const ALLOWED: &[&str] = &[
    "go-template",
    "go-template-file",
    "json",
    "jsonpath",
    "jsonpath-as-json",
    "jsonpath-file",
    "kyaml",
    "name",
    "template",
    "templatefile",
    "yaml",
];

/// What printing came to: what stands on standard output, and what is wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Printed {
    /// For standard output, as it is.
    pub output: String,
    /// For standard error, after `error: `.
    pub error: Option<String>,
}

/// The flags that go with `-o`.
#[derive(Clone, Copy, Debug)]
pub struct FormatFlags {
    /// `--show-managed-fields`
    pub managed_fields: bool,
    /// `--allow-missing-template-keys`, which is on unless it is turned off.
    pub allow_missing: bool,
    /// `--no-headers`
    pub no_headers: bool,
    /// Whether objects are of Go's types: JSON has their members in the order of the structs.
    pub typed: bool,
}

impl Default for FormatFlags {
    fn default() -> Self {
        FormatFlags { managed_fields: false, allow_missing: true, no_headers: false, typed: false }
    }
}

impl ObjectFormat {
    /// The format that `-o` and `--template` ask for. `for_get`: whether custom columns and `wide` (which is the caller's to look at
    /// first, as is no format at all) are allowed. `read` reads one of the workstation's files.
    pub fn parse(
        output: &str,
        template: &str,
        for_get: bool,
        read: &mut dyn FnMut(&str) -> Result<String, FileError>,
    ) -> Result<ObjectFormat, FormatError> {
        let output = if output.is_empty() && !template.is_empty() { "go-template" } else { output };
        match output.lower().as_str() {
            "json" => return Ok(ObjectFormat::Json),
            "yaml" => return Ok(ObjectFormat::Yaml),
            "kyaml" => return Ok(ObjectFormat::Kyaml),
            _ => {}
        }
        if output == "name" {
            return Ok(ObjectFormat::Name);
        }
        // `format=argument`, or the argument from --template.
        let (format, argument) = match output.split_once('=') {
            Some((format, argument)) if template.is_empty() => (format, argument),
            _ => (output, template),
        };
        let given = |argument: &str| if argument.is_empty() { Err(FormatError::NoTemplate) } else { Ok(argument.to_owned()) };
        let mut from_file = |path: String| read(&path).map_err(|why| FormatError::TemplateFile(path, why));
        let json_path = |text: String| JsonPath::parse(&text).map_err(|e| FormatError::JsonPath(text, e));
        let go_template = |text: String| GoTemplate::parse(&text).map_err(|e| FormatError::GoTemplate(text, e));
        match format {
            "jsonpath" => Ok(ObjectFormat::JsonPath(json_path(given(argument)?)?)),
            "jsonpath-as-json" => Ok(ObjectFormat::JsonPathAsJson(json_path(given(argument)?)?)),
            "jsonpath-file" => Ok(ObjectFormat::JsonPath(json_path(from_file(given(argument)?)?)?)),
            "go-template" | "template" => Ok(ObjectFormat::GoTemplate(go_template(given(argument)?)?)),
            "go-template-file" | "templatefile" => Ok(ObjectFormat::GoTemplate(go_template(from_file(given(argument)?)?)?)),
            "custom-columns" if for_get => Ok(ObjectFormat::CustomColumns(CustomColumns::parse(argument)?)),
            "custom-columns-file" if for_get && argument.is_empty() => Err(ColumnsError::None.into()),
            "custom-columns-file" if for_get => {
                let text = read(argument).map_err(|why| FormatError::ColumnsFile(argument.to_owned(), why))?;
                Ok(ObjectFormat::CustomColumns(CustomColumns::parse_file(&text)?))
            }
            _ => {
                let mut allowed = ALLOWED.to_vec();
                if for_get {
                    allowed.extend(["custom-columns", "custom-columns-file", "wide"]);
                    allowed.order();
                }
                Err(FormatError::Unknown { format: output.to_owned(), allowed })
            }
        }
    }

    /// Whether a template shows all of the metadata, or says all of an object with what is wrong with it.
    pub fn shows_metadata(&self, object: &Value, flags: &FormatFlags) -> bool {
        if matches!(self, ObjectFormat::Json | ObjectFormat::Yaml | ObjectFormat::Kyaml | ObjectFormat::Name) {
            return false;
        }
        // A key that all metadata has.
        let all = |text: &str| text.contains("resourceVersion");
        let printed = self.print(object, 0, flags);
        all(&printed.output) || printed.error.as_deref().is_some_and(all)
    }

    /// What stands before, between and after the objects of a `List`, in the formats that print one after the other: where there are
    /// thousands, they are printed a few at a time. The others look at the whole of it.
    pub fn around_items(&self) -> Option<[&'static str; 3]> {
        match self {
            ObjectFormat::Json => Some([
                "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n",
                ",\n",
                "\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n",
            ]),
            ObjectFormat::Yaml => Some(["apiVersion: v1\nitems:\n", "", "kind: List\nmetadata:\n  resourceVersion: \"\"\n"]),
            _ => None,
        }
    }

    /// Prints an object or a `List`; it is the `nth` that one command prints, counted from 0.
    pub fn print(&self, object: &Value, nth: usize, flags: &FormatFlags) -> Printed {
        let bare = || if flags.managed_fields { object.clone() } else { without_managed_fields(object.clone()) };
        let items = || match object.get("items") {
            Value::List(items) => items.to_vec(),
            _ => vec![object.clone()],
        };
        let done = |output: String| Printed { output, error: None };
        match self {
            ObjectFormat::Json if flags.typed => done(json_order::indented(&bare(), "    ") + "\n"),
            ObjectFormat::Json => done(to_json(&bare()) + "\n"),
            ObjectFormat::Yaml => done(format!("{}{}", if nth > 0 { "---\n" } else { "" }, to_yaml(&bare()))),
            ObjectFormat::Kyaml => {
                let object = bare();
                let layout = if flags.typed { json_order::Layout::of(&object) } else { json_order::Layout::SORTED };
                done(to_kyaml(&object, layout))
            }
            ObjectFormat::Name => done(items().iter().map(|o| name_of(o) + "\n").collect()),
            ObjectFormat::JsonPath(path) => printed(path.print(object, flags.allow_missing), path, object),
            ObjectFormat::JsonPathAsJson(path) => printed(path.print_as_json(object, flags.allow_missing), path, object),
            ObjectFormat::GoTemplate(template) => {
                let (mut output, error) = template.print(object, flags.allow_missing);
                if let Some(e) = &error {
                    output.push_str(&template.failure_output(e, object));
                }
                Printed { output, error: error.map(|e| template.failure(&e)) }
            }
            ObjectFormat::CustomColumns(columns) => {
                let (output, error) = columns.print(&items(), flags.no_headers || nth > 0);
                Printed { output, error: error.map(|e| e.to_string()) }
            }
        }
    }
}

fn printed(result: Result<String, JsonPathError>, path: &JsonPath, object: &Value) -> Printed {
    match result {
        Ok(output) => Printed { output, error: None },
        Err(e) => Printed { output: String::new(), error: Some(path.failure(&e, object)) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    fn parse(output: &str, template: &str, for_get: bool) -> Result<ObjectFormat, String> {
        let mut read = |path: &str| match path {
            "jp.txt" => Ok("{.kind}".to_owned()),
            "bad.txt" => Ok("{.kind".to_owned()),
            "cc.txt" => Ok("A B\n.a\n".to_owned()),
            _ => Err(FileError::NotFound),
        };
        ObjectFormat::parse(output, template, for_get, &mut read).map_err(|e| e.to_string())
    }

    #[test]
    fn mistakes_are_named_as_kubectl_names_them() {
        let get = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml";
        let other = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml";
        for (output, for_get, want) in [
            ("foo", true, &*format!("unable to match a printer suitable for the output format \"foo\", allowed formats are: {get}")),
            (
                "kyaml=x",
                true,
                &*format!("unable to match a printer suitable for the output format \"kyaml=x\", allowed formats are: {get}"),
            ),
            ("wide", false, &*format!("unable to match a printer suitable for the output format \"wide\", allowed formats are: {other}")),
            (
                "custom-columns=A:.b",
                false,
                &*format!("unable to match a printer suitable for the output format \"custom-columns=A:.b\", allowed formats are: {other}"),
            ),
            ("jsonpath", true, "template format specified but no template given"),
            ("jsonpath=", true, "template format specified but no template given"),
            ("template", true, "template format specified but no template given"),
            ("jsonpath={.items[", true, "error parsing jsonpath {.items[, unterminated array"),
            ("jsonpath-file=nope.txt", true, "error reading --template nope.txt, open nope.txt: no such file or directory"),
            ("jsonpath-file=bad.txt", true, "error parsing jsonpath {.kind, unclosed action"),
            ("go-template={{foo}}", true, "error parsing template {{foo}}, template: output:1: function \"foo\" not defined"),
            ("go-template-file=nope", true, "error reading --template nope, open nope: no such file or directory"),
            ("custom-columns", true, "custom-columns format specified but no custom columns given"),
            ("custom-columns-file=nope", true, "error reading template nope, open nope: no such file or directory\n"),
            ("custom-columns-file=cc.txt", true, "number of headers (2) and field specifications (1) don't match"),
        ] {
            assert_eq!(parse(output, "", for_get).err().as_deref(), Some(want), "{output}");
        }
    }

    #[test]
    fn objects_are_printed() {
        let list = obj!({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "managedFields": [1]}}]});
        let print = |output: &str, template: &str| parse(output, template, true).expect("valid").print(&list, 0, &FormatFlags::default());
        for (output, template, want) in [
            ("name", "", "pod/a\n"),
            ("YAML", "", "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\nkind: List\n"),
            ("jsonpath={.kind}", "", "List"),
            ("jsonpath", "{.items[0].metadata.managedFields}", "[1]"),
            ("jsonpath-file=jp.txt", "", "List"),
            ("jsonpath-as-json={.kind}", "", "[\n    \"List\"\n]\n"),
            ("", "{{.kind}}", "List"),
            ("custom-columns=N:.metadata.name", "", "N\na\n"),
        ] {
            assert_eq!(print(output, template), Printed { output: want.into(), error: None }, "{output}");
        }
        let failed = print("jsonpath={.items[9]}", "");
        assert!(failed.output.is_empty() && failed.error.is_some_and(|e| e.starts_with("error executing jsonpath \"{.items[9]}\": ")));
    }
}
