//! awk's statements.

use super::*;

impl Awk {
    /// Does a statement.
    pub(super) fn stmt(&mut self, s: &Stmt, frame: &mut Vec<Cell>, sink: &mut Sink) -> Flow {
        if self.tired(sink) {
            return Flow::Exit;
        }
        match s {
            Stmt::Expr(e) => {
                self.eval(e, frame, sink);
                if self.exit.is_some() { Flow::Exit } else { Flow::Next }
            }
            Stmt::Print { args, format, to } => self.print(args, *format, to.as_ref(), frame, sink),
            Stmt::If(cond, yes, no) => {
                let block = if self.eval(cond, frame, sink).truth() { yes } else { no };
                self.all(block, frame, sink)
            }
            Stmt::While(cond, body) => {
                while self.eval(cond, frame, sink).truth() {
                    if self.tired(sink) {
                        return Flow::Exit;
                    }
                    if let Some(flow) = self.turn(body, frame, sink) {
                        return flow;
                    }
                }
                Flow::Next
            }
            Stmt::Do(body, cond) => {
                loop {
                    if self.tired(sink) {
                        return Flow::Exit;
                    }
                    if let Some(flow) = self.turn(body, frame, sink) {
                        return flow;
                    }
                    if !self.eval(cond, frame, sink).truth() {
                        break;
                    }
                }
                Flow::Next
            }
            Stmt::For(init, cond, step, body) => {
                if let Some(i) = init {
                    self.stmt(i, frame, sink);
                }
                loop {
                    if self.tired(sink) {
                        return Flow::Exit;
                    }
                    if let Some(c) = cond
                        && !self.eval(c, frame, sink).truth()
                    {
                        break;
                    }
                    if let Some(flow) = self.turn(body, frame, sink) {
                        return flow;
                    }
                    if let Some(s) = step {
                        self.stmt(s, frame, sink);
                    }
                }
                Flow::Next
            }
            Stmt::ForIn(var, array, body) => {
                let keys = self.keys(*array, frame);
                self.steps += keys.len() as u64;
                for key in keys {
                    *self.cell(*var, frame) = Cell::Scalar(Value::Input(key.into()));
                    if let Some(flow) = self.turn(body, frame, sink) {
                        return flow;
                    }
                }
                Flow::Next
            }
            Stmt::Next => Flow::NextRecord,
            Stmt::Exit(code) => {
                if let Some(code) = code {
                    self.status = self.eval(code, frame, sink).number() as i32 & 255;
                }
                self.exit = Some(self.status);
                Flow::Exit
            }
            Stmt::Return(v) => {
                let v = v.as_ref().map_or(Value::Nothing, |v| self.eval(v, frame, sink));
                Flow::Return(v)
            }
            Stmt::Break => Flow::Break,
            Stmt::Continue => Flow::Continue,
            Stmt::Delete(array, index) => {
                let key = index.as_ref().map(|i| self.key(i, frame, sink));
                if let Cell::Array(a) = self.cell(*array, frame) {
                    match key {
                        Some(k) => drop(a.remove(&k)),
                        None => a.clear(),
                    }
                }
                Flow::Next
            }
            Stmt::Block(b) => self.all(b, frame, sink),
        }
    }

    /// The body of a loop once; with what the loop is left, where it is left.
    fn turn(&mut self, body: &[Stmt], frame: &mut Vec<Cell>, sink: &mut Sink) -> Option<Flow> {
        match self.all(body, frame, sink) {
            Flow::Next | Flow::Continue => None,
            Flow::Break => Some(Flow::Next),
            other => Some(other),
        }
    }

    /// The keys of an array, numbers first and in their order.
    fn keys(&mut self, array: Place, frame: &mut Vec<Cell>) -> Vec<String> {
        let mut keys: Vec<String> = match self.cell(array, frame) {
            Cell::Array(a) => a.keys().cloned().list(),
            _ => Vec::new(),
        };
        keys.order_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(x), Ok(y)) => x.total_cmp(&y),
            (Ok(_), _) => std::cmp::Ordering::Less,
            (_, Ok(_)) => std::cmp::Ordering::Greater,
            _ => a.cmp(b),
        });
        keys
    }

    /// `print` and `printf`, to a file or a command where one is named.
    fn print(&mut self, args: &[Expr], format: bool, to: Option<&(To, Expr)>, frame: &mut Vec<Cell>, sink: &mut Sink) -> Flow {
        let mut out = Vec::new();
        if format {
            let values: Vec<Value> = args.iter().map(|a| self.eval(a, frame, sink)).list();
            out = self.sprintf(&values).into_bytes();
        } else {
            let (ofs, ors) = (self.global_text("OFS"), self.global_text("ORS"));
            if args.is_empty() {
                out.extend(self.record_text().bytes());
            }
            for (i, a) in args.iter().enumerate() {
                if i > 0 {
                    out.extend(ofs.bytes());
                }
                out.extend(self.eval(a, frame, sink).text().bytes());
            }
            out.extend(ors.bytes());
        }
        let to = to.map(|(kind, name)| (*kind, self.eval(name, frame, sink).text().to_string()));
        if self.exit.is_some() {
            return Flow::Exit;
        }
        match to {
            Some((To::Command, name)) => self.write_to(name, &out),
            Some((kind, name)) if name != "/dev/stdout" && name != "-" => {
                let again = kind == To::End || self.written.contains(&name);
                if !again {
                    self.written.push(name.clone());
                }
                sink.files.push((name, again, out));
            }
            _ => sink.out.extend(out),
        }
        Flow::Next
    }
}
