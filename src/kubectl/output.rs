//! What kubectl prints of objects: tables and the `-o` formats. Pure functions of objects; they know no server.

pub mod columns;
mod custom_columns;
mod format;
mod go_value;
mod json;
mod jsonpath;
mod kyaml;
mod list;
mod sort;
mod table;
mod tabwriter;
mod template;
mod yaml;

pub use custom_columns::{ColumnsError, CustomColumns, relaxed_path};
pub use format::{FormatError, FormatFlags, ObjectFormat, Printed};
pub(crate) use go_value::{plain as go_plain, syntax as go_syntax};
pub use json::{to_compact_json, to_json};
pub use jsonpath::{JsonPath, JsonPathError};
pub use kyaml::to_kyaml;
pub use list::{list_of, name_of, typed_list, without_managed_fields};
pub use sort::{SortError, sorted_places};
pub(crate) use table::escape_terminal;
pub use table::{Table, TableOptions, TablePrinter, Tables, table_object};
pub use tabwriter::TabWriter;
pub use template::{GoTemplate, TemplateError};
pub use yaml::to_yaml;

/// The steps of every recorded session.
#[cfg(test)]
pub(crate) fn recorded_steps(folder: &str) -> Vec<crate::api::Value> {
    let sorted = |dir: std::path::PathBuf| {
        let mut paths: Vec<_> = std::fs::read_dir(dir).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    let files = sorted(format!("{folder}/cases").into()).into_iter().flat_map(sorted);
    let steps = files.flat_map(|file| {
        let text = std::fs::read_to_string(&file).expect("a recorded session");
        let case = crate::api::Value::from_json(&text).expect("JSON");
        case.at(&["expect", "steps"]).items().to_vec()
    });
    steps.collect()
}
