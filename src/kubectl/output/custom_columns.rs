//! `-o custom-columns=`: a table of one's own, a JSONPath for each column.

use thiserror::Error;

use super::table::escape_terminal;
use super::{JsonPath, JsonPathError, TabWriter, go_value};
use crate::api::Value;
use crate::base::List as _;

/// What is wrong with the columns, in kubectl's words.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ColumnsError {
    /// Nothing stands after `custom-columns=`.
    #[error("custom-columns format specified but no custom columns given")]
    None,
    /// A column without its path.
    #[error("unexpected custom-columns spec: {0}, expected <header>:<json-path-expr>")]
    Spec(String),
    /// A path that is neither `name` nor `.name` nor those in braces.
    #[error("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{{name1.name2}}' or '{{.name1.name2}}'")]
    Path,
    /// A file without its first line.
    #[error(
        "invalid template, missing header line. Expected format is one line of space separated headers, one line of space separated column specs."
    )]
    NoHeaderLine,
    /// A file without its second line.
    #[error(
        "invalid template, missing spec line. Expected format is one line of space separated headers, one line of space separated column specs."
    )]
    NoSpecLine,
    /// A file whose lines do not fit.
    #[error("number of headers ({0}) and field specifications ({1}) don't match")]
    Count(usize, usize),
    /// A path that cannot be read or evaluated.
    #[error(transparent)]
    JsonPath(#[from] JsonPathError),
}

/// Columns that were asked for: headings and paths.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomColumns(Vec<(String, String)>);

impl CustomColumns {
    /// Reads `NAME:.metadata.name,NODE:.spec.nodeName`.
    pub fn parse(spec: &str) -> Result<CustomColumns, ColumnsError> {
        if spec.is_empty() {
            return Err(ColumnsError::None);
        }
        let column = |part: &str| {
            let (header, path) = part.split_once(':').ok_or_else(|| ColumnsError::Spec(part.to_owned()))?;
            Ok((header.to_owned(), relaxed_path(path)?))
        };
        Ok(CustomColumns(spec.split(',').map(column).collect::<Result<_, ColumnsError>>()?))
    }

    /// Reads a file of two lines: headings, and a path for each.
    pub fn parse_file(text: &str) -> Result<CustomColumns, ColumnsError> {
        let mut lines = text.lines();
        let headers: Vec<&str> = lines.next().ok_or(ColumnsError::NoHeaderLine)?.split_whitespace().list();
        let specs: Vec<&str> = lines.next().ok_or(ColumnsError::NoSpecLine)?.split_whitespace().list();
        if headers.len() != specs.len() {
            return Err(ColumnsError::Count(headers.len(), specs.len()));
        }
        let column = |(header, spec): (&str, &str)| Ok((header.to_owned(), relaxed_path(spec)?));
        Ok(CustomColumns(headers.into_iter().zip(specs).map(column).collect::<Result<_, ColumnsError>>()?))
    }

    /// The table; where a path is wrong, what was printed before it was met, and the error.
    pub fn print(&self, objects: &[Value], no_headers: bool) -> (String, Option<ColumnsError>) {
        let mut writer = TabWriter::for_tables();
        if !no_headers {
            let headers: Vec<&str> = self.0.iter().map(|(header, _)| header.as_str()).list();
            writer.write(&format!("{}\n", headers.join("\t")));
        }
        let error = self.rows(objects, &mut writer).err();
        (writer.flush(), error)
    }

    fn rows(&self, objects: &[Value], writer: &mut TabWriter) -> Result<(), ColumnsError> {
        let paths = self.0.iter().map(|(_, path)| JsonPath::parse(path)).collect::<Result<Vec<_>, _>>()?;
        for object in objects {
            let mut cells = Vec::with_capacity(paths.len());
            for path in &paths {
                let found = path.find(object, true)?;
                let mut texts = Vec::new();
                if found.first().is_none_or(Vec::is_empty) {
                    texts.push("<none>".to_owned());
                }
                texts.extend(found.iter().flatten().map(|v| escape_terminal(&go_value::plain(v))));
                cells.push(texts.join(","));
            }
            writer.write(&format!("{}\n", cells.join("\t")));
        }
        Ok(())
    }
}

/// A path as people write it, without braces or the first dot, as a JSONPath template.
// Models RelaxedJSONPathExpression.
pub fn relaxed_path(path: &str) -> Result<String, ColumnsError> {
    if path.is_empty() {
        return Ok(String::new());
    }
    let inner = path.strip_prefix('{').and_then(|p| p.strip_suffix('}')).unwrap_or(path);
    let inner = inner.strip_prefix('.').filter(|rest| !rest.is_empty()).unwrap_or(inner);
    if inner.is_empty() || inner.contains(['{', '}']) {
        return Err(ColumnsError::Path);
    }
    Ok(format!("{{.{inner}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn columns_are_found_and_aligned() {
        let objects = [
            obj!({"metadata": {"name": "web-1", "labels": {"app": "web"}}, "spec": {"containers": [{"name": "a", "image": "nginx"}, {"name": "b", "image": "busybox"}]}}),
            obj!({"metadata": {"name": "x"}}),
        ];
        let columns = CustomColumns::parse("NAME:.metadata.name,IMAGES:spec.containers[*].image,L:{.metadata.labels},NO:").expect("valid");
        let want = "NAME    IMAGES          L              NO\nweb-1   nginx,busybox   map[app:web]   <none>\nx       <none>          <none>         <none>\n";
        assert_eq!(columns.print(&objects, false), (want.to_owned(), None));
        assert_eq!(columns.print(&[], true), (String::new(), None));
        let file = CustomColumns::parse_file("NAME  APP\n.metadata.name {metadata.labels.app}\n").expect("valid");
        assert_eq!(file.print(&objects[..1], false).0, "NAME    APP\nweb-1   web\n");
    }

    #[test]
    fn mistakes_are_named() {
        for (spec, want) in [
            ("", "custom-columns format specified but no custom columns given"),
            ("NAME", "unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>"),
            ("NAME:.metadata.name,", "unexpected custom-columns spec: , expected <header>:<json-path-expr>"),
            ("N:{a", "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"),
        ] {
            assert_eq!(CustomColumns::parse(spec).err().map(|e| e.to_string()).as_deref(), Some(want), "{spec}");
        }
        let (out, error) = CustomColumns::parse("NAME:.metadata[").expect("read later").print(&[obj!({})], false);
        assert_eq!((out.as_str(), error.map(|e| e.to_string()).as_deref()), ("NAME\n", Some("unterminated array")));
        assert_eq!(
            CustomColumns::parse_file("A B\n.a").err().map(|e| e.to_string()).as_deref(),
            Some("number of headers (2) and field specifications (1) don't match")
        );
    }
}
