//! The functions that awk has.

use super::*;
use crate::base::{Case as _, List as _};

impl Awk {
    pub(super) fn builtin(&mut self, name: &str, args: &[Expr], frame: &mut Vec<Cell>, sink: &mut Sink) -> Value {
        if name == "length" {
            if let [Expr::Var(place)] = args
                && let Cell::Array(a) = self.cell(*place, frame)
            {
                return Value::Number(a.len() as f64);
            }
            let text = if args.is_empty() { self.record_text() } else { self.eval(&args[0], frame, sink).text() };
            return Value::Number(text.chars().count() as f64);
        }
        if matches!(name, "sub" | "gsub") {
            return self.substitute(name == "gsub", args, frame, sink);
        }
        if name == "split" {
            let text = self.eval(&args[0], frame, sink).text();
            let fs = match args.get(2) {
                None => self.global_text("FS"),
                Some(Expr::Regex(r)) if r == " " => "[ ]".into(),
                Some(Expr::Regex(r)) => r.clone(),
                Some(e) => self.eval(e, frame, sink).text().to_string(),
            };
            let parts = self.split_text(&text, &fs);
            let n = parts.len();
            if let Expr::Var(place) = &args[1] {
                *self.cell(*place, frame) =
                    Cell::Array(parts.into_iter().enumerate().map(|(i, p)| ((i + 1).to_string(), Value::Input(p.into()))).collect());
            }
            return Value::Number(n as f64);
        }
        if name == "match" {
            let text = self.eval(&args[0], frame, sink).text();
            let pattern = match &args[1] {
                Expr::Regex(r) => r.clone(),
                e => self.eval(e, frame, sink).text().to_string(),
            };
            let found = self.regex(&pattern).and_then(|re| re.find(&text)).map(|m| m.range());
            let (start, len) = found.map_or((0, -1), |(a, z)| (text[..a].chars().count() as i64 + 1, text[a..z].chars().count() as i64));
            for (n, v) in [("RSTART", start), ("RLENGTH", len)] {
                if let Some(slot) = self.slot(n) {
                    self.globals[slot] = Cell::Scalar(Value::Number(v as f64));
                }
            }
            return Value::Number(start as f64);
        }
        let values: Vec<Value> = args.iter().map(|a| self.eval(a, frame, sink)).list();
        let n = |i: usize| values.get(i).map_or(0.0, Value::number);
        let t = |i: usize| values.get(i).map_or_else(|| "".into(), Value::text);
        match name {
            "substr" => {
                let text = t(0);
                // Rounded, and cut at both ends, as POSIX has it. busybox counts from what is there.
                let from = if self.is_gnu { n(1).round() } else { n(1).round().max(1.0) };
                let end = if values.len() > 2 { from + n(2).round() } else { f64::INFINITY };
                let skip = (from.max(1.0) - 1.0) as usize;
                let take = (end - from.max(1.0)).max(0.0).min(TEXT_BYTES_MAX as f64) as usize;
                Value::of(text.chars().skip(skip).take(take).collect::<String>())
            }
            "index" => {
                let (text, part) = (t(0), t(1));
                Value::Number(text.find(&*part).filter(|_| !part.is_empty()).map_or(0.0, |n| (text[..n].chars().count() + 1) as f64))
            }
            "sprintf" => Value::of(self.sprintf(&values)),
            "tolower" => Value::of(t(0).lower()),
            "toupper" => Value::of(t(0).upper()),
            "int" => Value::Number(n(0).trunc()),
            "sqrt" => Value::Number(n(0).sqrt()),
            "sin" => Value::Number(libm::sin(n(0))),
            "cos" => Value::Number(libm::cos(n(0))),
            "atan2" => Value::Number(libm::atan2(n(0), n(1))),
            "log" => Value::Number(libm::log(n(0))),
            "exp" => Value::Number(libm::exp(n(0))),
            "rand" => Value::Number(self.random.unit()),
            "srand" => {
                self.random = crate::base::RandomStream::new(if values.is_empty() { self.now_s as u64 } else { n(0) as u64 }, "awk");
                Value::Number(0.0)
            }
            "systime" => Value::Number(self.now_s as f64),
            "strftime" => {
                let at = if values.len() > 1 { n(1) as i64 } else { self.now_s };
                Value::of(strftime(if values.is_empty() { "%c".into() } else { t(0) }.as_ref(), at.clamp(0, 250_000_000_000), 0))
            }
            "system" => self
                .ask(Ask { name: t(0).to_string(), kind: AskKind::Run(None) })
                .map_or(Value::Nothing, |a| Value::Number(f64::from(a.status))),
            "close" => self.close(&t(0)),
            _ => Value::Number(0.0),
        }
    }

    fn substitute(&mut self, all: bool, args: &[Expr], frame: &mut Vec<Cell>, sink: &mut Sink) -> Value {
        let pattern = match &args[0] {
            Expr::Regex(r) => r.clone(),
            e => self.eval(e, frame, sink).text().to_string(),
        };
        let with = self.eval(&args[1], frame, sink).text();
        let record = Expr::Field(Box::new(Expr::Number(0.0)));
        let given = args.get(2).unwrap_or(&record);
        let target = self.target(given, frame, sink);
        let text = match &target {
            Some(target) => self.get(target, frame).text(),
            None => self.eval(given, frame, sink).text(),
        };
        let Some(re) = self.regex(&pattern) else { return Value::Number(0.0) };
        let (mut out, mut copied, mut count, mut last) = (String::new(), 0, 0, None);
        for (a, z) in re.find_all(&text).map(|m| m.range()) {
            // Nothing right behind a match is none.
            if a == z && last == Some(a) {
                continue;
            }
            last = Some(z);
            count += 1;
            self.steps += 1;
            out.push_str(&text[copied..a]);
            let mut chars = with.chars();
            while let Some(c) = chars.next() {
                match c {
                    '\\' => match chars.next() {
                        Some('&') => out.push('&'),
                        Some('\\') => out.push('\\'),
                        Some(other) => {
                            out.push('\\');
                            out.push(other);
                        }
                        None => out.push('\\'),
                    },
                    '&' => out.push_str(&text[a..z]),
                    c => out.push(c),
                }
            }
            copied = z;
            if !all || out.len() > TEXT_BYTES_MAX {
                break;
            }
        }
        if count > 0 {
            out.push_str(&text[copied..]);
            if let Some(target) = target {
                self.set(target, Value::of(out), frame);
            }
        }
        Value::Number(f64::from(count))
    }

    pub(super) fn sprintf(&mut self, values: &[Value]) -> String {
        let format = values.first().map_or_else(|| "".into(), Value::text);
        let f = format.as_bytes();
        let mut out = Vec::new();
        let mut args = values.iter().skip(1);
        let mut i = 0;
        while i < f.len() && out.len() < TEXT_BYTES_MAX {
            if f[i] != b'%' {
                out.push(f[i]);
                i += 1;
                continue;
            }
            let Some((spec, end)) = Spec::read(f, i + 1, &mut || args.next().map_or(0, |v| v.number() as i64)) else {
                out.push(b'%');
                i += 1;
                continue;
            };
            i = end;
            match spec.conversion {
                b'%' => out.push(b'%'),
                b's' => spec.text(args.next().map_or_else(|| "".into(), Value::text).as_bytes(), &mut out),
                b'c' => {
                    let text = match args.next() {
                        Some(Value::Number(n)) => char::from_u32(*n as u32).map(String::from).unwrap_or_default(),
                        Some(v) => v.text().chars().next().map(String::from).unwrap_or_default(),
                        None => String::new(),
                    };
                    spec.text(text.as_bytes(), &mut out);
                }
                b'd' | b'i' | b'u' | b'x' | b'X' | b'o' => spec.integer(args.next().map_or(0.0, Value::number) as i64, &mut out),
                b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => spec.float(args.next().map_or(0.0, Value::number), &mut out),
                _ => {}
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }
}
