//! The line that is being typed into a terminal: editing keys, history, completion. The cluster gets whole lines, as from a
//! terminal in its usual mode; what is typed is shown from here.

use kubarium::base::List as _;

#[cfg(test)]
mod tests;

/// What a key leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Text for the screen.
    Show(String),
    /// Input for the shell.
    Send(String),
    /// The line up to the cursor wants completing: [`LineEditor::complete`] takes the answer.
    Complete(String),
}

/// How many lines the history keeps.
const HISTORY_MAX: usize = 500;
/// The longest line, in characters; what comes after is not taken in.
const LINE_MAX: usize = 64 * 1024;

/// The line, its cursor, and the lines before it.
#[derive(Clone, Debug)]
pub struct LineEditor {
    line: Vec<char>,
    cursor: usize,
    history: Vec<String>,
    /// Which line of the history is shown; its length where it is the one being typed.
    place: usize,
    /// What was being typed before the history was looked at.
    draft: Vec<char>,
    /// What is looked for in the history, while Ctrl+R looks.
    sought: Option<String>,
    /// What was cut out last, for Ctrl+Y.
    cut: Vec<char>,
    /// While Alt+. goes from line to line: how many it has gone back, and where the word begins that it brought.
    brought: Option<(usize, usize)>,
    /// What stands before the line on its row: the prompt, or what is looked for.
    prompt: String,
    /// The prompt, while something else stands there.
    behind: String,
    columns: usize,
    /// Where the screen's cursor stands, in cells from the line's beginning.
    shown_at: usize,
}

impl LineEditor {
    /// An empty line.
    pub fn new() -> LineEditor {
        LineEditor {
            line: Vec::new(),
            cursor: 0,
            history: Vec::new(),
            place: 0,
            draft: Vec::new(),
            sought: None,
            cut: Vec::new(),
            brought: None,
            prompt: String::new(),
            behind: String::new(),
            columns: 80,
            shown_at: 0,
        }
    }

    /// The screen has this many columns.
    pub fn resize(&mut self, columns: usize) {
        self.columns = columns.max(1);
    }

    /// Begins a line after this prompt; what was being typed is let go.
    pub fn restart(&mut self, prompt: &str) {
        self.line.clear();
        (self.cursor, self.shown_at, self.sought) = (0, 0, None);
        self.prompt = prompt.to_owned();
    }

    /// Text for the screen that lets `output` come before the line being typed.
    pub fn output(&mut self, output: &str) -> String {
        let mut text = self.give_back_prompt();
        if !self.line.is_empty() {
            text += &(self.to_start() + "\x1b[J");
        }
        text.push_str(output);
        match output.rfind(['\n', '\r']) {
            Some(at) => self.prompt = output[at + 1..].to_owned(),
            None => self.prompt.push_str(output),
        }
        if self.prompt.len() > LINE_MAX {
            self.prompt.clear();
        }
        self.shown_at = 0;
        if !self.line.is_empty() {
            text.push_str(&self.draw());
        }
        text
    }

    /// Whether something is being typed.
    pub fn is_begun(&self) -> bool {
        !self.line.is_empty()
    }

    /// A program has begun to take keys as they are typed: text for the screen, which has the line no more, and the line.
    pub fn hand_over(&mut self) -> (String, String) {
        let text = self.give_back_prompt() + &self.to_start() + "\x1b[J";
        (self.cursor, self.shown_at, self.place) = (0, 0, self.history.len());
        self.draft.clear();
        (text, self.line.drain(..).collect())
    }

    /// Takes what was typed or pasted.
    pub fn typed(&mut self, data: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut rest = data;
        while let Some(c) = rest.chars().next() {
            let length = match c {
                '\x1b' => escape(rest),
                _ if c.is_control() || self.sought.is_some() => c.len_utf8(),
                // What is pasted is drawn once, not once for each of its letters.
                _ => rest.find(char::is_control).unwrap_or(rest.len()),
            };
            let (key, after) = rest.split_at(length);
            rest = after;
            if self.seek(key, &mut effects) {
                continue;
            }
            match key {
                "\r\n" | "\r" | "\n" => {
                    if key == "\r" && rest.starts_with('\n') {
                        rest = &rest[1..];
                    }
                    self.enter(&mut effects);
                }
                "\t" => effects.push(Effect::Complete(self.line[..self.cursor].iter().collect())),
                "\x03" => self.give_up(&mut effects),
                "\x04" if self.line.is_empty() => effects.push(Effect::Send("\x04".to_owned())),
                _ => self.edit(key, &mut effects),
            }
        }
        effects
    }

    /// Ctrl+R looks in the history for what is typed after it, and further back each time. Ctrl+G gives back what was typed before, any
    /// other key goes on with the line that was found. Says whether the key was its own.
    fn seek(&mut self, key: &str, effects: &mut Vec<Effect>) -> bool {
        let mut sought = self.sought.take();
        let before = match (&mut sought, key) {
            (None, "\x12") => {
                sought = Some(String::new());
                self.behind = self.prompt.clone();
                None
            }
            (Some(_), "\x12") => Some(self.place),
            (Some(text), "\x7f" | "\x08") => {
                text.pop();
                Some(self.history.len())
            }
            (Some(text), _) if !key.chars().any(char::is_control) && text.len() < LINE_MAX => {
                text.push_str(key);
                Some((self.place + 1).min(self.history.len()))
            }
            _ => {
                let gives_up = sought.is_some() && key == "\x07";
                if gives_up {
                    self.recall(self.history.len());
                }
                self.sought = sought;
                let text = self.give_back_prompt();
                if !text.is_empty() {
                    effects.push(Effect::Show(text));
                }
                return gives_up;
            }
        };
        let text = sought.as_deref().unwrap_or_default();
        let found = before.and_then(|before| self.history[..before].iter().rposition(|line| line.contains(text)));
        if let Some(place) = found {
            self.recall(place);
            // As it was entered, whatever was made of it since.
            self.line = self.history[place].chars().list();
            // The cursor stands where it was found.
            let at = self.history[place].find(text).unwrap_or(0);
            self.cursor = self.history[place][..at].chars().count();
        }
        // As bash has it.
        let failed = if found.is_some() || text.is_empty() { "" } else { "failed " };
        let label = format!("({failed}reverse-i-search)`{text}': ");
        self.sought = sought;
        effects.push(Effect::Show(self.draw_after(label)));
        true
    }

    /// The line with something else before it.
    fn draw_after(&mut self, prompt: String) -> String {
        let start = move_to((self.prompt_cells() + self.shown_at) / self.columns, 0, 0) + "\x1b[J" + &prompt;
        (self.prompt, self.shown_at) = (prompt, 0);
        start + &self.draw()
    }

    /// Nothing is looked for any more: the prompt is back, where it was not there.
    fn give_back_prompt(&mut self) -> String {
        match self.sought.take() {
            Some(_) => {
                let prompt = std::mem::take(&mut self.behind);
                self.draw_after(prompt)
            }
            None => String::new(),
        }
    }

    /// What the completion found: what stands from `from` on (in characters) becomes one of `candidates`.
    pub fn complete(&mut self, from: usize, candidates: &[String]) -> Vec<Effect> {
        let typed: String = self.line[from.min(self.cursor)..self.cursor].iter().collect();
        let Some(first) = candidates.first() else { return Vec::new() };
        let common = candidates.iter().fold(first.as_str(), |common, c| {
            let same = common.char_indices().zip(c.chars()).find(|((_, a), b)| a != b).map_or(common.len().min(c.len()), |((i, _), _)| i);
            &common[..same]
        });
        let mut insert = common.strip_prefix(typed.as_str()).unwrap_or("").to_owned();
        if candidates.len() == 1 && !common.ends_with(['/', '=']) {
            insert.push(' ');
        }
        if !insert.is_empty() {
            let mut effects = Vec::new();
            self.insert(&insert, &mut effects);
            return effects;
        }
        let width = candidates.iter().map(|c| c.chars().count()).max().unwrap_or(0) + 2;
        let per_row = (self.columns / width).max(1);
        let mut text = String::from("\r\n");
        for row in candidates.chunks(per_row).take(40) {
            for c in row {
                text.push_str(&format!("{c:width$}"));
            }
            text.push_str("\r\n");
        }
        text.push_str(&self.prompt);
        self.shown_at = 0;
        text.push_str(&self.draw());
        vec![Effect::Show(text)]
    }

    fn enter(&mut self, effects: &mut Vec<Effect>) {
        self.cursor = self.line.len();
        let line: String = self.line.drain(..).collect();
        effects.push(Effect::Show(self.to_end(&line) + "\r\n"));
        if !line.trim().is_empty() && self.history.last() != Some(&line) {
            self.history.push(line.clone());
            let surplus = self.history.len().saturating_sub(HISTORY_MAX);
            self.history.drain(..surplus);
        }
        self.start_line();
        effects.push(Effect::Send(line + "\n"));
    }

    fn give_up(&mut self, effects: &mut Vec<Effect>) {
        let line: String = self.line.drain(..).collect();
        effects.push(Effect::Show(self.to_end(&line) + "^C"));
        self.start_line();
        effects.push(Effect::Send("\x03".to_owned()));
    }

    fn start_line(&mut self) {
        (self.cursor, self.shown_at, self.place) = (0, 0, self.history.len());
        self.prompt.clear();
        self.draft.clear();
    }

    fn edit(&mut self, key: &str, effects: &mut Vec<Effect>) {
        let (length, brought) = (self.line.len(), self.brought.take());
        match key {
            "\x1b[D" | "\x1bOD" | "\x02" => self.cursor = self.cursor.saturating_sub(1),
            "\x1b[C" | "\x1bOC" | "\x06" => self.cursor = (self.cursor + 1).min(length),
            "\x1b[H" | "\x1bOH" | "\x1b[1~" | "\x01" => self.cursor = 0,
            "\x1b[F" | "\x1bOF" | "\x1b[4~" | "\x05" => self.cursor = length,
            "\x1b[1;5D" | "\x1b[1;3D" | "\x1bb" => self.cursor = self.word_before(char::is_alphanumeric),
            "\x1b[1;5C" | "\x1b[1;3C" | "\x1bf" => self.cursor = self.word_after(),
            "\x1b[A" | "\x1bOA" | "\x10" => self.recall(self.place.saturating_sub(1)),
            "\x1b[B" | "\x1bOB" | "\x0e" => self.recall(self.place + 1),
            "\x7f" | "\x08" if self.cursor > 0 => {
                self.cursor -= 1;
                self.line.remove(self.cursor);
            }
            "\x1b[3~" | "\x04" if self.cursor < length => {
                self.line.remove(self.cursor);
            }
            "\x15" => self.cut(0, self.cursor),
            "\x0b" => self.cut(self.cursor, length),
            "\x17" => self.cut(self.word_before(|c| !c.is_whitespace()), self.cursor),
            "\x1b\x7f" => self.cut(self.word_before(char::is_alphanumeric), self.cursor),
            "\x1bd" => self.cut(self.cursor, self.word_after()),
            "\x19" => return self.insert(&self.cut.iter().collect::<String>(), effects),
            // The last word of the line before, then of those before that.
            "\x1b." | "\x1b_" => {
                let (back, from) = brought.map_or((0, self.cursor), |(back, from)| (back, from.min(self.cursor)));
                let Some(word) = self.history.iter().rev().nth(back).and_then(|line| line.split_whitespace().last()) else {
                    self.brought = brought;
                    return;
                };
                let word: Vec<char> = word.chars().take(LINE_MAX.saturating_sub(length)).list();
                let end = from + word.len();
                self.line.splice(from..self.cursor, word);
                (self.cursor, self.brought) = (end, Some((back + 1, from)));
            }
            "\x0c" => {
                self.shown_at = 0;
                let text = format!("\x1b[2J\x1b[H{}", self.prompt) + &self.draw();
                effects.push(Effect::Show(text));
                return;
            }
            _ if key.chars().all(|c| !c.is_control()) => return self.insert(key, effects),
            _ => return,
        }
        let text = self.to_start() + "\x1b[J" + &self.draw();
        effects.push(Effect::Show(text));
    }

    fn insert(&mut self, text: &str, effects: &mut Vec<Effect>) {
        let room = LINE_MAX.saturating_sub(self.line.len());
        let text = text.char_indices().nth(room).map_or(text, |(end, _)| &text[..end]);
        let at_end = self.cursor == self.line.len();
        let before = self.prompt_cells() + self.shown_at;
        self.line.splice(self.cursor..self.cursor, text.chars());
        self.cursor += text.chars().count();
        // The usual case: at the end of a line that does not wrap, what is typed is simply shown.
        if at_end && before % self.columns + cells(text.chars()) < self.columns {
            self.shown_at += cells(text.chars());
            match effects.last_mut() {
                Some(Effect::Show(shown)) => shown.push_str(text),
                _ => effects.push(Effect::Show(text.to_owned())),
            }
            return;
        }
        let text = self.to_start() + "\x1b[J" + &self.draw();
        effects.push(Effect::Show(text));
    }

    fn cut(&mut self, from: usize, to: usize) {
        self.cut = self.line.drain(from..to).list();
        self.cursor = from;
    }

    fn recall(&mut self, place: usize) {
        if place > self.history.len() || place == self.place {
            return;
        }
        if self.place == self.history.len() {
            self.draft = self.line.clone();
        }
        self.line = self.history.get(place).map_or_else(|| self.draft.clone(), |line| line.chars().list());
        self.place = place;
        self.cursor = self.line.len();
    }

    /// Where the word before the cursor begins. As in readline, a word is what has letters and figures; for Ctrl+W what has no blanks.
    fn word_before(&self, belongs: fn(char) -> bool) -> usize {
        let before = &self.line[..self.cursor];
        let end = before.iter().rposition(|c| belongs(*c)).map_or(0, |last| last + 1);
        before[..end].iter().rposition(|c| !belongs(*c)).map_or(0, |gap| gap + 1)
    }

    /// Where the word after the cursor ends.
    fn word_after(&self) -> usize {
        let length = self.line.len();
        let find = |from: usize, is: bool| self.line[from..].iter().position(|c| c.is_alphanumeric() == is).map_or(length, |at| from + at);
        find(find(self.cursor, true), false)
    }

    fn prompt_cells(&self) -> usize {
        let mut plain = String::new();
        let mut rest = self.prompt.as_str();
        while let Some(c) = rest.chars().next() {
            let length = if c == '\x1b' { escape(rest) } else { c.len_utf8() };
            if !c.is_control() {
                plain.push(c);
            }
            rest = &rest[length..];
        }
        cells(plain.chars())
    }

    /// Moves the screen's cursor to the line's beginning.
    fn to_start(&self) -> String {
        let start = self.prompt_cells();
        move_to((start + self.shown_at) / self.columns, start / self.columns, start % self.columns)
    }

    /// Moves the screen's cursor behind `line`, which is shown.
    fn to_end(&self, line: &str) -> String {
        let start = self.prompt_cells();
        let end = self.place_after(start, line.chars());
        move_to((start + self.shown_at) / self.columns, end / self.columns, end % self.columns)
    }

    /// How many cells from its row's beginning the cursor stands after these characters, which begin at `start`. A wide one of which one
    /// half would have room at the end of a row goes to the next row as a whole.
    fn place_after(&self, start: usize, chars: impl Iterator<Item = char>) -> usize {
        chars.map(kubarium::base::cells).fold(start, |at, cells| at + cells + usize::from(cells == 2 && (at + 1) % self.columns == 0))
    }

    /// Shows the line from its beginning on, where the screen's cursor stands, and leaves the cursor in its place.
    fn draw(&mut self) -> String {
        let start = self.prompt_cells();
        let end = self.place_after(start, self.line.iter().copied());
        // It stands where the next character does.
        let next = self.line.get(self.cursor).copied();
        let target = self.place_after(start, self.line[..self.cursor].iter().copied().chain(next)) - cells(next.into_iter());
        self.shown_at = target - start;
        let mut text: String = self.line.iter().collect();
        // A terminal goes on to the next row only with the next character.
        if end > 0 && end.is_multiple_of(self.columns) && !self.line.is_empty() {
            text.push_str("\r\n");
        }
        if self.cursor < self.line.len() {
            text.push_str(&move_to(end / self.columns, target / self.columns, target % self.columns));
        }
        text
    }
}

/// From a row to a row and column.
fn move_to(from_row: usize, row: usize, column: usize) -> String {
    let mut text = String::new();
    if from_row > row {
        text.push_str(&format!("\x1b[{}A", from_row - row));
    } else if row > from_row {
        text.push_str(&format!("\x1b[{}B", row - from_row));
    }
    text.push('\r');
    if column > 0 {
        text.push_str(&format!("\x1b[{column}C"));
    }
    text
}

/// How many cells characters take on the screen.
fn cells(chars: impl Iterator<Item = char>) -> usize {
    chars.map(kubarium::base::cells).sum()
}

/// How long the escape sequence is that a text begins with, in bytes.
fn escape(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'[') => bytes.iter().skip(2).position(|b| (0x40..=0x7e).contains(b)).map_or(bytes.len(), |i| i + 3),
        Some(b'O') if bytes.get(2).is_some_and(u8::is_ascii) => 3,
        Some(b) if b.is_ascii() => 2,
        _ => 1,
    }
}
