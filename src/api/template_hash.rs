//! The hash that names a ReplicaSet after its pod template.

use super::Value;
use super::schema::{GoPart, Ty, Type, schema};
use crate::base::{Fnv32, NAME_LETTERS};

/// The hasher, to which a template is fed piece by piece.
struct Hasher(Fnv32);

impl Hasher {
    fn text(&mut self, text: &str) {
        self.0.write(text.as_bytes());
    }

    /// Feeds a value as go-spew prints it with types (`dump.ForHash`). Unset fields are printed too, so that each field of each type
    /// counts.
    fn value(&mut self, ty: &Ty, name: &str, pointer: bool, value: &Value, typed: bool) {
        if typed {
            let star = if pointer { "*" } else { "" };
            self.text(&format!("({star}{})", schema().go_type(ty, name)));
        }
        if pointer && value.is_null() {
            return self.text("<nil>");
        }
        match ty {
            // In storage, empty and absent are the same.
            Ty::ListOf(_) | Ty::MapOf(_) | Ty::Bytes if value.is_empty() => self.text("<nil>"),
            Ty::ListOf(inner) => {
                for (i, item) in value.items().iter().enumerate() {
                    self.text(if i == 0 { "[" } else { " " });
                    self.value(inner, name, false, item, false);
                }
                self.text("]");
            }
            Ty::MapOf(inner) => {
                for (i, (key, item)) in value.entries().enumerate() {
                    self.text(if i == 0 { "map[" } else { " " });
                    self.text(&format!("{key}:"));
                    self.value(inner, name, false, item, false);
                }
                self.text("]");
            }
            Ty::Object(reference) => self.fields(schema().get(*reference), value),
            Ty::Int32 | Ty::Int64 => self.text(&value.int().to_string()),
            Ty::Bool => self.text(if value.is_true() { "true" } else { "false" }),
            Ty::Time => self.text("{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"),
            Ty::IntOrString => {
                let (kind, text) = value.as_str().map_or((0, ""), |text| (1, text));
                self.text(&format!("{{Type:(intstr.Type){kind} IntVal:(int32){} StrVal:(string){text}}}", value.int()));
            }
            Ty::Quantity => self.quantity(value.str()),
            _ => self.text(value.str()),
        }
    }

    fn fields(&mut self, ty: &Type, value: &Value) {
        for (i, part) in ty.layout.iter().enumerate() {
            self.text(if i == 0 { "{" } else { " " });
            match part {
                GoPart::Field(at) => {
                    let field = &ty.fields[usize::from(*at)];
                    self.text(&format!("{}:", field.go_name));
                    self.value(&field.ty, &field.string_name, field.pointer, value.get(field.name), true);
                }
                GoPart::Embedded(reference) => {
                    self.text(&format!("{}:", schema().get(*reference).name));
                    self.value(&Ty::Object(*reference), "", false, value, true);
                }
            }
        }
        self.text("}");
    }

    /// A quantity's number, its power of ten, and the text that it was read from.
    fn quantity(&mut self, text: &str) {
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
        let (number, suffix) = text.split_at(digits);
        let mut number: i64 = number.parse().unwrap_or(0);
        let (mut scale, mut format) = (0, if text == "0" { "" } else { "DecimalSI" });
        if let Some(power) = suffix.strip_suffix('i').and_then(|letter| "KMGTPE".find(letter)) {
            number = number.wrapping_shl(10 * (power as u32 + 1));
            format = "BinarySI";
        } else if let Some(place) = "num_kMGTPE".find(suffix).filter(|_| suffix.len() == 1) {
            scale = 3 * place as i64 - 9;
        }
        self.text(&format!(
            "{{i:(resource.int64Amount){{value:(int64){number} scale:(resource.Scale){scale}}} \
             d:(resource.infDecAmount){{Dec:(*inf.Dec)<nil>}} s:(string){text} Format:(resource.Format){format}}}"
        ));
    }
}

/// The `pod-template-hash` of a template, for a Deployment that has met `collisions` collisions.
// Models pkg/controller.ComputeHash. (Upstream a quantity sometimes has forgotten its text; then the hash is another.)
pub fn compute(template: &Value, collisions: Option<i64>) -> String {
    let mut hasher = Hasher(Fnv32::new());
    match schema().named("core", "PodTemplateSpec") {
        Some(ty) => {
            hasher.text("(v1.PodTemplateSpec)");
            hasher.fields(ty, template);
        }
        None => hasher.text(&template.to_json()),
    }
    if let Some(n) = collisions {
        // Four bytes of the number and four that stay empty.
        hasher.0.write(&(n as u32).to_le_bytes());
        hasher.0.write(&[0; 4]);
    }
    spell(hasher.0.0)
}

/// A hash in letters that make no words (`rand.SafeEncodeString`).
pub fn spell(hash: u32) -> String {
    hash.to_string().bytes().map(|b| NAME_LETTERS[usize::from(b) % NAME_LETTERS.len()] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn is_the_one_that_kubernetes_has() {
        let mut template = obj!({
            "metadata": {"labels": {"app": "d"}},
            "spec": {
                "containers": [{
                    "image": "nginx", "imagePullPolicy": "Always", "name": "nginx", "resources": {},
                    "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"
                }],
                "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler", "securityContext": {},
                "terminationGracePeriodSeconds": 30
            }
        });
        // `kubectl create deployment d --image=nginx`.
        assert_eq!(compute(&template, None), "54c6d8c84");
        assert_ne!(compute(&template, None), compute(&template, Some(1)));
        template.set(&["spec", "dnsPolicy"], "None");
        assert_ne!(compute(&template, None), "54c6d8c84");
    }
}
