//! The columns that a definition gives its kind (`additionalPrinterColumns`).

use super::{Column, NAME, age, timestamp_micros};
use crate::api::{KindRef, Object, Value, custom::Custom};
use crate::base::{List as _, Time};
use crate::kubectl::output::jsonpath::JsonPath;

/// What the table of a custom kind is made of.
// Models apiextensions' tableconvertor.
#[derive(Debug)]
pub struct CustomPrinter {
    /// The columns, wide ones included.
    pub columns: Vec<Column>,
    paths: Vec<Option<JsonPath>>,
}

impl CustomPrinter {
    /// The printer of a kind, by the columns of its preferred version; its age where there are none.
    pub fn new(kind: KindRef, custom: &'static Custom) -> CustomPrinter {
        let given = custom.version(kind.version).get("additionalPrinterColumns").items();
        let mut printer = CustomPrinter { columns: vec![NAME], paths: Vec::new() };
        let mut add = |name, kind, wide, path: &str| {
            printer.columns.push(Column { name, kind, is_name: false, wide });
            printer.paths.push(JsonPath::parse(&format!("{{{path}}}")).ok());
        };
        if given.is_empty() {
            add("Age", "date", false, ".metadata.creationTimestamp");
        }
        for column in given {
            add(column.get("name").str(), column.get("type").str(), column.get("priority").int() > 0, column.get("jsonPath").str());
        }
        printer
    }

    /// An object's cells, one for each column.
    pub fn cells(&self, object: &Value, now: Time) -> Vec<String> {
        let rest = self.columns.iter().skip(1).zip(&self.paths).map(|(column, path)| {
            let found = path.as_ref().and_then(|p| p.find(object, true).ok()).and_then(|r| r.into_iter().next()?.into_iter().next());
            found.map_or_else(String::new, |value| cell(column.kind, &value, now))
        });
        std::iter::once(object.name().to_owned()).chain(rest).list()
    }
}

/// A value in a column of this type; what is of another type is not shown.
fn cell(kind: &str, value: &Value, now: Time) -> String {
    match (kind, value) {
        ("date", Value::Str(_)) if timestamp_micros(value).is_none() => "<invalid>".into(),
        ("date", Value::Str(_)) => age(value, now),
        ("string", _) => crate::kubectl::output::jsonpath::text_of(value),
        ("integer", Value::Float(f)) => (*f as i64).to_string(),
        ("integer" | "number", Value::Int(_)) | ("number", Value::Float(_)) | ("boolean", Value::Bool(_)) => value.to_json(),
        _ => String::new(),
    }
}
