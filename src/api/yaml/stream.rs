//! A text as a stream of documents: JSON values one after another, or what stands between lines of dashes.

use super::{DecodeError, Document, Positions, Words, dialect, line_and_column};
use crate::api::Value;
use crate::api::go_json::{DecoderError, decoder_error};

/// The longest text that is read, in bytes.
const TEXT_BYTES_MAX: usize = 8 << 20;

/// How far a text has been read, so that a long one need not be read in one go.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// In bytes.
    at: usize,
    /// The line, from 1, at which the rest begins; 0 where nothing has been read.
    first_line: u32,
    /// Why it is no JSON, which it looks like: that is said where the rest is no YAML either.
    no_json: Option<DecodeError>,
}

impl Stream {
    /// Reads on, until the text ends or at least so many bytes of it were read, and says whether there is more. Each call is with the
    /// same text and documents; after an error there is none. Documents in JSON are read in one go.
    // Models yaml.YAMLOrJSONDecoder: a text that opens with a brace is JSON until it is not.
    pub fn read(&mut self, text: &str, words: Words, bytes: usize, documents: &mut Vec<Document>) -> Result<bool, DecodeError> {
        let enough = self.at.saturating_add(bytes);
        if self.first_line == 0 {
            self.begin(text, documents)?;
        }
        while self.at < enough {
            let no_json = self.no_json.take();
            let Some(chunk) = self.next_chunk(text).map_err(|error| no_json.clone().unwrap_or(error))? else { return Ok(false) };
            match dialect::read(chunk.text, words) {
                Ok(Value::Null) => {}
                Ok(value) => documents.push(document(chunk.text, chunk.first_line, value)),
                Err(failure) => return Err(no_json.unwrap_or_else(|| failure.in_chunk(&chunk))),
            }
        }
        Ok(self.at < text.len())
    }

    fn begin(&mut self, whole: &str, documents: &mut Vec<Document>) -> Result<(), DecodeError> {
        // Some editors put a byte order mark first.
        let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
        if text.len() > TEXT_BYTES_MAX {
            let reason = format!("the text is {} bytes, more than the {TEXT_BYTES_MAX} that are read", text.len());
            return Err(DecodeError { reason, converts: false, line: None, column: None });
        }
        let mut rest = Chunk { text, first_line: 1 };
        if text.trim_start().starts_with('{') {
            let (consumed, error) = read_json(text, documents);
            rest = match error {
                None => Chunk { text: "", first_line: 1 },
                Some(error) if documents.len() > 1 => return Err(error),
                Some(error) => {
                    self.no_json = Some(error);
                    rest.skip(consumed)
                }
            };
        }
        (self.at, self.first_line) = (whole.len() - rest.text.len(), rest.first_line);
        Ok(())
    }

    /// What stands before the next line that starts with `---`.
    // Models yaml.YAMLReader: nothing but a comment may follow the dashes.
    fn next_chunk<'a>(&mut self, whole: &'a str) -> Result<Option<Chunk<'a>>, DecodeError> {
        let (start, mut at, mut line, first_line) = (self.at, self.at, self.first_line, self.first_line);
        for text in whole[self.at..].split_inclusive('\n') {
            let end = at + text.len();
            if let Some(after) = text.strip_prefix("---") {
                let after = after.trim();
                if !after.is_empty() && !after.starts_with('#') {
                    let reason = format!("invalid Yaml document separator: {after}");
                    return Err(DecodeError { reason, converts: false, line: Some(line), column: Some(1) });
                }
                if at > start {
                    (self.at, self.first_line) = (end, line + 1);
                    return Ok(Some(Chunk { text: &whole[start..at], first_line }));
                }
                // Dashes without anything before them are the first line of what follows.
            }
            at = end;
            line += 1;
        }
        self.at = at;
        Ok((at > start).then(|| Chunk { text: &whole[start..], first_line }))
    }
}

fn document(text: &str, first_line: u32, value: Value) -> Document {
    Document { value, positions: Positions { text: text.into(), first_line }, first_line }
}

/// Makes whole numbers of those that are written with a fraction or an exponent all the same, as Go does that reads them and writes them
/// again.
fn settle_numbers(value: &mut Value) {
    match value {
        Value::Float(f) => *value = dialect::number(*f).unwrap_or_default(),
        Value::List(_) => value.list_mut().iter_mut().for_each(settle_numbers),
        Value::Map(_) => value.map_mut().iter_mut().for_each(|(_, v)| settle_numbers(v)),
        _ => {}
    }
}

/// Reads JSON values one after another; how far it came, and why no further.
fn read_json(text: &str, documents: &mut Vec<Document>) -> (usize, Option<DecodeError>) {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let (mut consumed, mut line, mut counted) = (0, 1, 0);
    while let Some(item) = stream.next() {
        match item {
            Ok(mut value) => {
                settle_numbers(&mut value);
                let part = &text[consumed..stream.byte_offset()];
                let leading = part.len() - part.trim_start().len();
                line += newlines(&text[counted..consumed + leading]);
                counted = consumed + leading;
                documents.push(document(part.trim_start(), line, value));
                consumed = stream.byte_offset();
            }
            Err(e) => {
                let (reason, at) = match decoder_error(text.as_bytes(), consumed) {
                    // Where more than one was JSON, the stream is that, and only the mistake is told.
                    Some(DecoderError::Odd { error, at }) if documents.len() > 1 => (error.to_string(), at),
                    Some(error @ DecoderError::Odd { at, .. }) => (error.to_string(), at),
                    Some(error) => (error.to_string(), text.len()),
                    None => (e.to_string(), consumed),
                };
                let (line, column) = line_and_column(text, text.floor_char_boundary(at));
                let error = DecodeError { reason, converts: false, line: Some(line), column: Some(column) };
                return (consumed, Some(error));
            }
        }
    }
    (consumed, None)
}

/// A part of the text and the line that it starts at, from 1.
#[derive(Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub text: &'a str,
    pub first_line: u32,
}

impl<'a> Chunk<'a> {
    fn skip(self, bytes: usize) -> Chunk<'a> {
        let (before, mut after) = self.text.split_at(bytes);
        let mut first_line = self.first_line + newlines(before);
        // White space up to the end of the line belongs to what was read.
        if bytes > 0
            && let Some((blank, rest)) = after.split_once('\n')
            && blank.trim().is_empty()
        {
            (after, first_line) = (rest, first_line + 1);
        }
        Chunk { text: after, first_line }
    }
}

pub(super) fn newlines(text: &str) -> u32 {
    text.bytes().filter(|b| *b == b'\n').count() as u32
}
