//! Two courses of events, held against each other.

use crate::api::{KINDS, Object, Value};
use crate::base::{List as _, SortedSet};
use crate::sim::Sim;

use super::history::differences;
use super::objects::columns;

/// What differs between two courses of events: kind and name, and what is said of it here and there.
pub type Difference = [String; 4];

/// The objects that are in one of two clusters only, or stand or are written differently there; at most `most`.
pub fn compare(here: &Sim, there: &Sim, most: usize) -> Vec<Difference> {
    let mut found = Vec::new();
    let passing = ["Event", "Lease", "Endpoints", "EndpointSlice"];
    for kind in KINDS.iter().filter(|k| k.verbs.contains(&"list") && !passing.contains(&k.kind)) {
        let both = here.api().iter(kind, None).chain(there.api().iter(kind, None));
        let names: SortedSet<_> = both.map(|o| (o.namespace_arc(), o.name_arc())).collect();
        // That one of two is older says only that it is later here than there.
        let told = |o: &Value, sim: &Sim, aged: bool| {
            let columns = columns(o, sim.now());
            columns.iter().take(2).filter(|c| aged || c.0 != "Age").map(|(name, is)| format!("{name}: {is}")).list().join(", ")
        };
        for (namespace, name) in &names {
            if found.len() >= most {
                return found;
            }
            let [a, b] = [here, there].map(|sim| sim.api().peek(kind, namespace, name));
            let (a, b) = match (a, b) {
                (Some(a), Some(b)) if a.same(b) => continue,
                (Some(a), Some(b)) => match (told(a, here, false), told(b, there, false)) {
                    (x, y) if x == y => (written(b, a), written(a, b)),
                    sides => sides,
                },
                (a, b) => {
                    let or_none = |o: Option<&Value>, sim| o.map_or_else(|| "–".to_owned(), |o| told(o, sim, true));
                    (or_none(a, here), or_none(b, there))
                }
            };
            if a != b {
                found.push([kind.kind.to_owned(), name.to_string(), a, b]);
            }
        }
    }
    found
}

/// The fields in which what is wanted of an object differs from what is wanted of the other, as they are in `this`.
fn written(other: &Value, this: &Value) -> String {
    let mut fields = Vec::new();
    for part in ["labels", "annotations"] {
        let of = |o: &Value| o.at(&["metadata", part]).clone();
        differences(part, &of(other), &of(this), 0, &mut fields);
    }
    let wanted = |o: &Value| {
        let mut o = o.clone();
        for part in ["metadata", "status"] {
            o.remove(&[part]);
        }
        o
    };
    differences("", &wanted(other), &wanted(this), 0, &mut fields);
    fields.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::testing::played;

    #[test]
    fn two_courses_differ_in_what_was_done() {
        let (a, b) = (played(&["kubectl run a --image=nginx"], 20), played(&["kubectl run b --image=nginx"], 20));
        let told = compare(&a, &b, 9);
        let ready = "Ready: 1/1, Status: Running".to_owned();
        assert_eq!(told[0], ["Pod".to_owned(), "a".to_owned(), ready.clone(), "–".to_owned()]);
        assert_eq!((told[1][1].as_str(), &told[1][3], told.len()), ("b", &ready, 2));
        assert!(compare(&a, &a, 9).is_empty());
    }

    #[test]
    fn two_courses_differ_in_what_objects_say_and_not_in_their_age() {
        let map = |colour: &str| played(&[&format!("kubectl create configmap sheet --from-literal=colour={colour}")], 20);
        let (a, b) = (map("coral"), map("blue"));
        let told = ["ConfigMap", "sheet", "data.colour: coral", "data.colour: blue"].map(str::to_owned);
        assert_eq!(compare(&a, &b, 9), [told]);
        assert!(compare(&played(&[], 20), &played(&[], 90), 9).is_empty());
    }
}
