//! `--sort-by`: objects in the order of one of their fields.

use std::cmp::Ordering;

use super::error::{CliError, fail};
use super::resources::Info;
use crate::api::Value;
use crate::api::quantity::Quantity;

/// Sorts by a field: `.metadata.name`, `{.metadata.name}` or `metadata.name`.
// Models kubectl/pkg/cmd/get.SortingPrinter.
pub fn sort(infos: &mut Vec<Info>, field: &str, several_types: bool) -> Result<(), CliError> {
    if several_types {
        let path = field.trim_start_matches('{').trim_end_matches('}');
        return fail(format!("couldn't find any field with path \"{{{path}}}\" in the list of objects"));
    }
    let path = path_of(field);
    let mut keyed: Vec<(Value, Info)> = infos.drain(..).map(|i| (field_at(&i.object, &path), i)).collect();
    if let Some((key, _)) = keyed.iter().find(|(k, _)| matches!(k, Value::List(_) | Value::Map(_))) {
        let ty = if matches!(key, Value::List(_)) { "[]interface {}" } else { "map[string]interface {}" };
        return fail(format!("Field {{{field}}} in [][][]reflect.Value is an unsortable type: interface, err: unsortable type: {ty}"));
    }
    keyed.sort_by(|(a, _), (b, _)| compare(a, b));
    infos.extend(keyed.into_iter().map(|(_, i)| i));
    Ok(())
}

fn path_of(field: &str) -> Vec<String> {
    let inner = field.trim().trim_start_matches('{').trim_end_matches('}').trim_start_matches('.');
    let mut parts = vec![String::new()];
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => parts.last_mut().expect("never empty").extend(chars.next()),
            '.' => parts.push(String::new()),
            '[' => parts.push(String::new()),
            ']' | '\'' | '"' => {}
            c => parts.last_mut().expect("never empty").push(c),
        }
    }
    parts.retain(|p| !p.is_empty());
    parts
}

fn field_at(object: &Value, path: &[String]) -> Value {
    path.iter()
        .fold(object, |v, part| match v {
            Value::List(items) => part.parse::<usize>().ok().and_then(|i| items.get(i)).unwrap_or(&Value::Null),
            v => v.get(part),
        })
        .clone()
}

/// Absent first; numbers as numbers, quantities by size, texts by their letters.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Str(a), Value::Str(b)) => match (Quantity::parse(a), Quantity::parse(b)) {
            (Ok(x), Ok(y)) => x.cmp(&y),
            _ => natural(a, b),
        },
        _ => a.to_json().cmp(&b.to_json()),
    }
}

/// Runs of digits compare as numbers, so that `web-10` comes after `web-9`.
// Models sortorder.NaturalLess.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i].is_ascii_digit() && b[j].is_ascii_digit() {
            let run = |s: &[u8], from: usize| {
                let zeros = s[from..].iter().take_while(|c| **c == b'0').count();
                let digits = s[from + zeros..].iter().take_while(|c| c.is_ascii_digit()).count();
                (from + zeros, from + zeros + digits)
            };
            let ((a0, a1), (b0, b1)) = (run(a, i), run(b, j));
            let order = (a1 - a0).cmp(&(b1 - b0)).then_with(|| a[a0..a1].cmp(&b[b0..b1])).then_with(|| (a1 - i).cmp(&(b1 - j)));
            if order != Ordering::Equal {
                return order;
            }
            (i, j) = (a1, b1);
        } else if a[i] != b[j] {
            return a[i].cmp(&b[j]);
        } else {
            i += 1;
            j += 1;
        }
    }
    (a.len() - i).cmp(&(b.len() - j))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_naturally() {
        assert_eq!(natural("web-9", "web-10"), Ordering::Less);
        assert_eq!(natural("a", "b"), Ordering::Less);
        assert_eq!(path_of("{.metadata.labels.app\\.kubernetes\\.io/name}"), ["metadata", "labels", "app.kubernetes.io/name"]);
        assert_eq!(path_of(".status.containerStatuses[0].restartCount"), ["status", "containerStatuses", "0", "restartCount"]);
    }
}
