//! bash's `select`: a menu of words, of which somebody types the number of one.

use super::super::builtins::ReadFor;
use super::*;

/// How wide a menu is where nothing says so, in columns.
const WIDTH: usize = 80;
/// How far a terminal's tab stops are apart.
const TAB: usize = 8;

impl Shell {
    /// Shows the menu at first and where it is asked for, prompts, and reads a line into `REPLY`; leaves the loop where nothing can be
    /// chosen.
    pub(super) fn offer(&mut self, k: &mut Kernel, p: &mut Process, exit: i32) -> Flow {
        let prompt = self.get("PS3").map_or("#? ", ArcStr::as_str).to_owned();
        let width = self.get("COLUMNS").and_then(|v| v.parse().ok()).unwrap_or(WIDTH);
        let mut text = String::new();
        if let Some(Control::Loop { items: Some((items, shown)), .. }) = self.control.last_mut() {
            if items.is_empty() {
                self.advance(i64::from(exit));
                return Flow::Next;
            }
            if std::mem::replace(shown, 1) == 0 {
                text = menu(items, width);
            }
        }
        let _ = k.put(p, 2, (text + &prompt).as_bytes());
        match p.fd(0) {
            Some(fd) => {
                let line = Reading { delimiter: b'\n', ..Reading::all(fd, true, ReadFor::Variables(Vec::new())) };
                self.wait = Wait::Read(Box::new(line));
            }
            None => self.status = 1,
        }
        self.advance(0);
        Flow::Next
    }

    /// Gives the variable the word whose number was typed, or nothing where it is none; an empty line asks for the menu again.
    pub(super) fn choose(&mut self, k: &mut Kernel, p: &mut Process, var: &str, exit: i32) -> Flow {
        let (read, reply) = (self.status == 0, self.get("REPLY").cloned().unwrap_or_default());
        let Some(Control::Loop { items: Some((items, shown)), status, .. }) = self.control.last_mut() else {
            self.advance(i64::from(exit));
            return Flow::Next;
        };
        if !read {
            *status = 1;
            self.advance(i64::from(exit));
            let _ = k.put(p, 1, b"\n");
        } else if reply.is_empty() {
            *shown = 0;
            self.advance(-2);
        } else {
            let chosen = reply.trim().parse::<usize>().ok().and_then(|n| items.get(n.wrapping_sub(1))).cloned().unwrap_or_default();
            if let Err(error) = self.set(var, &chosen) {
                return self.stopped(k, p, error.into());
            }
            self.advance(0);
        }
        Flow::Next
    }
}

fn digits(n: usize) -> usize {
    n.to_string().len()
}

/// The words with their numbers, from top to bottom in as many columns as there is room for (`print_select_list`).
fn menu(items: &[String], width: usize) -> String {
    let widest = items.iter().map(|i| i.chars().count()).max().unwrap_or(0) + digits(items.len()) + 4;
    let mut rows = items.len().div_ceil((width / widest).max(1));
    if rows == 1 {
        rows = items.len();
    }
    let mut text = String::new();
    for row in 0..rows {
        let mut at = 0;
        for (i, item) in items.iter().enumerate().skip(row).step_by(rows) {
            let number = if i == row { digits(rows) } else { digits(items.len()) };
            text += &format!("{:number$}) {item}", i + 1);
            if i + rows < items.len() {
                let (mut here, next) = (at + number + 2 + item.chars().count(), at + widest);
                while here < next {
                    let stop = next / TAB > here / TAB;
                    text.push(if stop { '\t' } else { ' ' });
                    here += if stop { TAB - here % TAB } else { 1 };
                }
                at = next;
            }
        }
        text.push('\n');
    }
    text
}
