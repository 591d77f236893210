//! Long manifests are read before the command begins that they are for, a part in each step, so that they hold nothing up.

use super::command::{Flow, Task};
use super::context::Context;
use super::error::CliError;
use super::files;
use super::host::Step;
use crate::api::yaml::{DecodeError, Document, Stream, Words};
use crate::base::List as _;

/// A shorter text is read in one go, and so much of a longer one in each step, in bytes.
const PART_BYTES: usize = 32 << 10;

/// A long text, as far as it has been read.
#[derive(Clone, Debug)]
pub struct Manifest {
    text: String,
    stream: Stream,
    documents: Vec<Document>,
    /// Why it cannot be read on.
    error: Option<DecodeError>,
}

impl Manifest {
    /// The documents of a text, and what is wrong after them, where it is one of those that have been read.
    pub fn take(read: &mut Vec<Manifest>, text: &str) -> Option<(Vec<Document>, Option<DecodeError>)> {
        let found = read.swap_remove(read.iter().position(|m| m.text == text)?);
        Some((found.documents, found.error))
    }
}

/// A command whose manifests are being read.
#[derive(Clone, Debug)]
pub struct Reading {
    command: fn(&mut Context<'_, '_>) -> Result<Flow, CliError>,
    /// What is still to be read, the next one last.
    left: Vec<Manifest>,
}

impl Reading {
    /// Lets a command begin once what it names has been read.
    pub fn start(cx: &mut Context<'_, '_>, command: fn(&mut Context<'_, '_>) -> Result<Flow, CliError>) -> Result<Flow, CliError> {
        let long = files::texts(cx).into_iter().filter(|text| text.len() > PART_BYTES);
        let left = long.map(|text| Manifest { text, stream: Stream::default(), documents: Vec::new(), error: None }).list();
        Reading { command, left }.resume(cx)
    }

    /// Reads the next part.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let Some(next) = self.left.last_mut() else { return (self.command)(cx) };
        match next.stream.read(&next.text, Words::AreBooleans, PART_BYTES, &mut next.documents) {
            Ok(true) => {}
            read => {
                next.error = read.err();
                cx.session.manifests.extend(self.left.pop());
            }
        }
        Ok(Flow::Wait(Task::Read(Box::new(self)), Step::GoOn))
    }
}
