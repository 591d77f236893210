//! What a command does to object after object: a few in each step, so that thousands of them hold nothing up.

use std::fmt;

use super::command::{Flow, Task};
use super::commands::OBJECTS_PER_STEP;
use super::context::Context;
use super::error::CliError;
use super::host::Step;
use super::resources::{Found, Info, Visit};

/// What is done to one object. Of several errors all but the last go into the list.
pub trait Act: FnMut(&mut Context<'_, '_>, Info, &mut Vec<CliError>) -> Result<(), CliError> {
    /// A copy, which goes its own way.
    fn copy(&self) -> Box<dyn Act>;
}

impl<F> Act for F
where
    F: FnMut(&mut Context<'_, '_>, Info, &mut Vec<CliError>) -> Result<(), CliError> + Clone + 'static,
{
    fn copy(&self) -> Box<dyn Act> {
        Box::new(self.clone())
    }
}

/// A command at work on what it found.
pub struct Each {
    visit: Visit,
    act: Box<dyn Act>,
}

impl Clone for Each {
    fn clone(&self) -> Self {
        Each { visit: self.visit.clone(), act: self.act.copy() }
    }
}

impl fmt::Debug for Each {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Each").field("visit", &self.visit).finish_non_exhaustive()
    }
}

impl Found {
    /// Does something to each object, and says at the end what went wrong.
    pub fn in_parts(
        self,
        cx: &mut Context<'_, '_>,
        act: impl FnMut(&mut Context<'_, '_>, Info, &mut Vec<CliError>) -> Result<(), CliError> + Clone + 'static,
    ) -> Result<Flow, CliError> {
        Each { visit: Visit::of(self), act: Box::new(act) }.resume(cx)
    }
}

impl Each {
    /// Goes on with the next few objects.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let act = &mut self.act;
        if self.visit.next(OBJECTS_PER_STEP, &mut |info, errors| act(cx, info, errors)) {
            return Ok(Flow::Wait(Task::Each(Box::new(self)), Step::GoOn));
        }
        CliError::check(self.visit.errors())?;
        Ok(Flow::Done)
    }
}
