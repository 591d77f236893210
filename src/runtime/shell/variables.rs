//! The shell's variables.

use super::*;
use crate::base::List as _;

/// Why something is not assigned.
#[derive(Debug, thiserror::Error)]
pub enum AssignError {
    /// The variable, and what the shell says of it.
    #[error("{0}: {1}")]
    ReadOnly(String, &'static str),
    /// A place before an array's first.
    #[error("{0}: bad array subscript")]
    Subscript(String),
    /// What a whole number was to be has no value.
    #[error("{0}")]
    Arithmetic(String),
    /// The shell holds as much as it may.
    #[error("out of memory")]
    Full,
}

impl From<AssignError> for Stop {
    fn from(error: AssignError) -> Stop {
        if matches!(error, AssignError::Full) { Stop::Full } else { Stop::Error(error.to_string()) }
    }
}

/// What tells an array's item from the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// From 0; one below 0 counts from the end.
    Place(i64),
    Word(ArcStr),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::Place(n) => n.fmt(f),
            Key::Word(text) => text.fmt(f),
        }
    }
}

impl Key {
    /// What an item of this key takes with its text, in bytes.
    fn item_bytes(&self, text: &str) -> usize {
        let own = if let Key::Word(word) = self { word.len() } else { 0 };
        own + text.len() + ITEM_BYTES
    }
}

impl Array {
    /// The key of what the array's name alone means.
    fn first(&self) -> Key {
        if self.associative { Key::Word(arcstr::literal!("0")) } else { Key::Place(0) }
    }

    /// The place after the last one.
    fn next(&self) -> i64 {
        match self.items.last_key_value() {
            Some((Key::Place(n), _)) => n.saturating_add(1),
            _ => 0,
        }
    }

    /// The key with places counted from the start; `None` before that.
    fn key(&self, key: Key) -> Option<Key> {
        match key {
            Key::Place(n) if n < 0 => Some(n + self.next()).filter(|n| *n >= 0).map(Key::Place),
            key => Some(key),
        }
    }

    /// What the items take, in bytes.
    fn bytes(&self) -> usize {
        self.items.iter().map(|(key, text)| key.item_bytes(text)).sum()
    }
}

impl Var {
    /// The value as one string.
    pub fn text(&self) -> &ArcStr {
        self.array.as_ref().and_then(|a| a.items.get(&a.first())).unwrap_or(&self.value)
    }

    /// How `declare -p` shows it.
    pub fn declaration(&self, name: &str) -> String {
        let array = self.array.as_ref().map(|a| if a.associative { 'A' } else { 'a' });
        let mut flags: String = array.into_iter().collect();
        flags.extend([(self.integer, 'i'), (self.readonly, 'r'), (self.exported, 'x')].into_iter().filter(|(on, _)| *on).map(|(_, c)| c));
        if flags.is_empty() {
            flags.push('-');
        }
        let Some(array) = &self.array else { return format!("declare -{flags} {name}={}\n", in_quotes(&self.value)) };
        let item = |(key, v): (&Key, &ArcStr)| match key {
            Key::Place(n) => format!("[{n}]={}", in_quotes(v)),
            // bash ends each with a blank.
            Key::Word(text) => format!("[{}]={} ", exec::quote(text), in_quotes(v)),
        };
        let items: Vec<String> = array.items.iter().map(item).list();
        format!("declare -{flags} {name}=({})\n", items.join(if array.associative { "" } else { " " }))
    }
}

/// A text between double quotes.
fn in_quotes(text: &str) -> String {
    if text.contains(char::is_control) {
        return super::super::text::quoted(text);
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// How much a shell's variables and parameters may hold, in bytes.
const HELD_MAX: usize = 32 << 20;
/// After how much growth it is counted anew.
const HELD_STEP: usize = 1 << 20;
/// What an item takes besides its text.
const ITEM_BYTES: usize = 16;

impl Shell {
    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&ArcStr> {
        self.vars.get(name).map(Var::text)
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), AssignError> {
        let export = self.opts.allexport;
        self.charge(value.len())?;
        self.check_writable(name)?;
        let value = &*self.reckoned(name, value)?;
        if let Some(var) = self.vars.get_mut(name) {
            match &mut var.array {
                Some(a) => drop(a.items.insert(a.first(), ArcStr::from(value))),
                None => var.value = ArcStr::from(value),
            }
            var.exported |= export;
            if var.exported {
                self.env = None;
            }
            return Ok(());
        }
        self.put(name, value, export);
        Ok(())
    }

    pub(super) fn put(&mut self, name: &str, value: &str, exported: bool) {
        if exported {
            self.env = None;
        }
        self.vars.insert(ArcStr::from(name), Var { value: ArcStr::from(value), exported, ..Var::default() });
    }

    pub(super) fn put_array(&mut self, name: &str, items: impl Iterator<Item = ArcStr>) {
        let items = items.enumerate().map(|(i, text)| (Key::Place(i as i64), text)).collect();
        self.vars.insert(ArcStr::from(name), Var { array: Some(Array { associative: false, items }), ..Var::default() });
    }

    pub(super) fn restore(&mut self, name: &ArcStr, var: Option<Var>) {
        self.env = None;
        match var {
            Some(v) => self.vars.insert(name.clone(), v),
            None => self.vars.remove(name),
        };
    }

    /// The characters that split words.
    pub fn ifs(&self) -> String {
        self.get("IFS").map_or_else(|| " \t\n".to_string(), |v| v.to_string())
    }

    /// An array's items; a plain variable is an array of one.
    pub fn array(&self, name: &str) -> Option<Vec<String>> {
        let var = self.vars.get(name)?;
        Some(match &var.array {
            Some(a) => a.items.values().map(|v| v.to_string()).list(),
            None => vec![var.value.to_string()],
        })
    }

    /// An array's keys.
    pub fn keys(&self, name: &str) -> Vec<String> {
        match self.vars.get(name).map(|var| &var.array) {
            Some(Some(a)) => a.items.keys().map(Key::to_string).list(),
            Some(None) => vec!["0".into()],
            None => Vec::new(),
        }
    }

    /// The functions that are running, or the files that they are in, from the innermost on.
    pub(super) fn callers(&self, functions: bool) -> Vec<ArcStr> {
        let main = self.script.then(|| if functions { arcstr::literal!("main") } else { self.arg0.clone() });
        let file = |kind: &FrameKind| match kind {
            FrameKind::Source { path, .. } => Some(path.clone()),
            FrameKind::Main => Some(self.arg0.clone()),
            _ => None,
        };
        let mut list: Vec<ArcStr> = match functions {
            true => {
                let called = |f: &Frame| if let FrameKind::Function { name, .. } = &f.kind { Some(name.clone()) } else { None };
                self.frames.iter().rev().filter_map(called).list()
            }
            false => self.frames.iter().rev().find_map(|f| file(&f.kind)).filter(|_| self.script).into_iter().list(),
        };
        if functions && !list.is_empty() {
            list.extend(main);
        }
        list
    }

    /// Whether the keys of this are words.
    pub fn is_associative(&self, name: &str) -> bool {
        self.vars.get(name).and_then(|var| var.array.as_ref()).is_some_and(|a| a.associative)
    }

    /// Whether what is assigned to this is reckoned.
    pub fn is_integer(&self, name: &str) -> bool {
        self.vars.get(name).is_some_and(|var| var.integer)
    }

    /// Whether this is a place before an array's first.
    pub fn is_before(&self, name: &str, key: &Key) -> bool {
        self.vars.get(name).and_then(|var| var.array.as_ref()).is_some_and(|a| a.key(key.clone()).is_none())
    }

    /// One item of an array; a plain variable is an array of one.
    pub fn element(&self, name: &str, key: Key) -> Option<String> {
        let var = self.vars.get(name)?;
        match &var.array {
            Some(a) => a.items.get(&a.key(key)?).map(ArcStr::to_string),
            None => matches!(key, Key::Place(0 | -1)).then(|| var.value.to_string()),
        }
    }

    /// Sets one item of an array; a plain variable becomes one.
    pub fn set_element(&mut self, name: &str, key: Key, text: &str, append: bool) -> Result<(), AssignError> {
        self.check_writable(name)?;
        self.charge(key.item_bytes(text))?;
        let text = &*self.reckoned(name, text)?;
        let array = self.make_array(name, false);
        let Some(key) = array.key(key.clone()) else { return Err(AssignError::Subscript(format!("{name}[{key}]"))) };
        let item = array.items.entry(key).or_default();
        *item = if append { ArcStr::from(format!("{item}{text}")) } else { ArcStr::from(text) };
        Ok(())
    }

    /// Sets all items of an array, or adds some; those without a key follow the one before.
    pub(super) fn set_items(&mut self, name: &str, items: Vec<(Option<Key>, String)>, append: bool) -> Result<(), AssignError> {
        self.check_writable(name)?;
        self.charge(items.iter().map(|(key, text)| key.as_ref().unwrap_or(&Key::Place(0)).item_bytes(text)).sum())?;
        let array = self.make_array(name, false);
        let mut next = if append { array.next() } else { 0 };
        if !append {
            array.items.clear();
        }
        let mut items = items.into_iter();
        while let Some((key, mut text)) = items.next() {
            let key = match key {
                Some(key) => array.key(key.clone()).ok_or_else(|| AssignError::Subscript(format!("[{key}]={text}")))?,
                // A list of words is keys and values in turn.
                None if array.associative => {
                    let value = items.next().map_or_else(String::new, |(_, value)| value);
                    Key::Word(std::mem::replace(&mut text, value).into())
                }
                None => Key::Place(next),
            };
            if let Key::Place(n) = key {
                next = n.saturating_add(1);
            }
            array.items.insert(key, ArcStr::from(text));
        }
        Ok(())
    }

    /// Removes one item of an array.
    pub(super) fn remove_element(&mut self, name: &str, key: Key) {
        if let Some(a) = self.vars.get_mut(name).and_then(|var| var.array.as_mut())
            && let Some(key) = a.key(key)
        {
            a.items.remove(&key);
        }
    }

    /// The variable's array; what it was before is the first item.
    pub(super) fn make_array(&mut self, name: &str, associative: bool) -> &mut Array {
        let var = self.vars.entry(ArcStr::from(name)).or_default();
        var.array.get_or_insert_with(|| {
            let mut array = Array { associative, items: SortedMap::new() };
            if !var.value.is_empty() {
                array.items.insert(array.first(), std::mem::take(&mut var.value));
            }
            array
        })
    }

    fn check_writable(&self, name: &str) -> Result<(), AssignError> {
        match self.vars.get(name) {
            Some(var) if var.readonly => {
                Err(AssignError::ReadOnly(name.to_owned(), if self.is_bash() { "readonly variable" } else { "is read only" }))
            }
            None if self.vars.len() >= 10_000 => Err(AssignError::Full),
            _ => Ok(()),
        }
    }

    /// Counts what variables and the like hold towards the shell's memory; an error where that is full.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), AssignError> {
        self.grown += bytes;
        // What was overwritten since counts no more.
        if self.grown > HELD_STEP || self.held + bytes > HELD_MAX {
            let texts = |list: &[ArcStr]| list.iter().map(|t| t.len() + ITEM_BYTES).sum::<usize>();
            let one = |var: &Var| var.value.len() + var.array.as_ref().map_or(0, Array::bytes);
            let calls = self.frames.iter().map(|f| match &f.kind {
                FrameKind::Function { params, locals, .. } => {
                    texts(params) + locals.iter().filter_map(|l| l.1.as_ref()).map(one).sum::<usize>()
                }
                _ => 0,
            });
            self.held = self.vars.values().map(one).sum::<usize>() + texts(&self.params) + calls.sum::<usize>();
            self.grown = bytes;
        }
        if self.held + bytes > HELD_MAX { Err(AssignError::Full) } else { Ok(()) }
    }

    /// bash's `PIPESTATUS`: there once something was run, and of the last command from then on.
    pub(super) fn note_statuses(&mut self, statuses: impl Iterator<Item = i32>, make: bool) {
        if self.is_bash() && (make || self.vars.contains_key("PIPESTATUS")) {
            self.put_array("PIPESTATUS", statuses.map(|s| ArcStr::from(s.to_string())));
        }
    }

    pub(super) fn environment(&mut self) -> Arc<Env> {
        if let Some(env) = &self.env {
            return env.clone();
        }
        let exported = self.vars.iter().filter(|(_, v)| v.exported).map(|(n, v)| (n.clone(), v.text().clone())).list();
        let env: Arc<Env> = Arc::new(exported.into());
        self.env = Some(env.clone());
        env
    }
}
