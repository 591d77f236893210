//! The shell's variables.

use super::*;

/// How much a shell's variables and parameters may hold, in bytes.
const HELD_MAX: usize = 32 << 20;
/// After how much growth it is counted anew.
const HELD_STEP: usize = 1 << 20;
/// What an item takes besides its text.
pub(super) const ITEM_BYTES: usize = 16;

impl Shell {
    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&ArcStr> {
        self.vars.get(name).map(Var::text)
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let export = self.opts.allexport;
        self.charge(value.len())?;
        if let Some(var) = self.vars.get_mut(name) {
            if var.readonly {
                return Err(if self.bash { format!("{name}: readonly variable") } else { format!("{name}: is read only") });
            }
            match &mut var.array {
                Some(a) if !a.is_empty() => a[0] = ArcStr::from(value),
                _ => var.value = ArcStr::from(value),
            }
            var.exported |= export;
            if var.exported {
                self.env = None;
            }
            return Ok(());
        }
        if self.vars.len() >= 10_000 {
            return Err("out of memory".into());
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
            Some(a) => a.iter().map(|v| v.to_string()).collect(),
            None => vec![var.value.to_string()],
        })
    }

    /// One item of an array; negative ones count from the end.
    pub fn element(&self, name: &str, i: i64) -> Option<String> {
        let var = self.vars.get(name)?;
        let items = var.array.as_deref().unwrap_or(std::slice::from_ref(&var.value));
        let i = if i < 0 { i + items.len() as i64 } else { i };
        usize::try_from(i).ok().and_then(|i| items.get(i)).map(ArcStr::to_string)
    }

    /// How many items an array has.
    pub fn count(&self, name: &str) -> usize {
        self.vars.get(name).map_or(0, |var| var.array.as_ref().map_or(1, Vec::len))
    }

    /// Counts what variables and the like hold towards the shell's memory; an error where that is full.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), String> {
        self.grown += bytes;
        // What was overwritten since counts no more.
        if self.grown > HELD_STEP || self.held + bytes > HELD_MAX {
            let texts = |list: &[ArcStr]| list.iter().map(|t| t.len() + ITEM_BYTES).sum::<usize>();
            let one = |var: &Var| var.value.len() + var.array.as_deref().map_or(0, texts);
            let calls = self.frames.iter().map(|f| match &f.kind {
                FrameKind::Function { params, locals } => {
                    texts(params) + locals.iter().filter_map(|l| l.1.as_ref()).map(one).sum::<usize>()
                }
                _ => 0,
            });
            self.held = self.vars.values().map(one).sum::<usize>() + texts(&self.params) + calls.sum::<usize>();
            self.grown = bytes;
        }
        if self.held + bytes > HELD_MAX { Err("out of memory".into()) } else { Ok(()) }
    }

    /// bash's `PIPESTATUS`: there once something was run, and of the last command from then on.
    pub(super) fn note_statuses(&mut self, statuses: impl Iterator<Item = i32>, make: bool) {
        if self.bash && (make || self.vars.contains_key("PIPESTATUS")) {
            let array = Some(statuses.map(|s| ArcStr::from(s.to_string())).collect());
            self.vars.insert(arcstr::literal!("PIPESTATUS"), Var { array, ..Var::default() });
        }
    }

    pub(super) fn environment(&mut self) -> Arc<Env> {
        if let Some(env) = &self.env {
            return env.clone();
        }
        let env: Env = self.vars.iter().filter(|(_, v)| v.exported).map(|(n, v)| (n.clone(), v.text().clone())).collect();
        let env = Arc::new(env);
        self.env = Some(env.clone());
        env
    }
}
