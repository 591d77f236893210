//! The shell's variables.

use super::*;

impl Shell {
    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&ArcStr> {
        self.vars.get(name).map(Var::text)
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let export = self.opts.allexport;
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
        let items = self.array(name)?;
        let i = if i < 0 { i + items.len() as i64 } else { i };
        usize::try_from(i).ok().and_then(|i| items.get(i).cloned())
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
