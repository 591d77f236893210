//! The fields of every kind: their names and types, how lists merge, simple defaults. Strict decoding, patches, server-side apply,
//! `explain` and completion all go by this one table.
//!
//! It is read once from `schema.txt`, which `cargo xtask schema` writes, and from `schema_scheduler.txt`, which holds the types of the
//! scheduler's configuration, since no API server serves those. In these files
//!
//! - `@package` begins a package;
//! - a name that begins with a capital begins a type; ` A` behind it says that the type is merged as a whole;
//! - `name type flags` is a field of that type; the fields stand in Go's order;
//! - `+Type` inlines the fields of another type;
//! - after `=` come the kinds, as `group/version package.Type`.
//!
//! Types are `s` string, `e:Name` named string, `i` int32, `l` int64, `b` bool, `f` float64, `q` Quantity, `x` IntOrString, `t` Time,
//! `m` MicroTime, `d` Duration, `y` bytes, `r` anything, `a` a schema or a list of them, `o` a schema or a boolean, `[]T` list, `%T` map
//! from strings, `*T` pointer, and otherwise the name of a type.
//!
//! Flags are
//!
//! | flag | of a field | flag | of a field |
//! |---|---|---|---|
//! | `!` | is written even when empty | `A` | a map that is merged as a whole (atomic) |
//! | `Z` | `omitzero` in Go | `P` | granular, though its type is atomic |
//! | `Mkey` | a strategic merge patch merges it by this key | `Dvalue` | has this default |
//! | `R` | a strategic merge patch retains its keys | `GName` | has this name in Go, not its capitalised JSON name |
//! | `W` | a strategic merge patch replaces it | `N` | is required |
//! | `S` | a list that is a set | `Evalues` | a string with only these values |
//! | `Kkeys` | a list that is a map with these keys | `L` | a list, which defaults tell apart from none when it is empty |

use std::sync::OnceLock;

use super::{KINDS, Kind, KindRef, Value};
use crate::base::{List as _, Order as _, SortedMap, text};

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// Text.
    String,
    /// A 32-bit integer.
    Int32,
    /// A 64-bit integer.
    Int64,
    /// A boolean.
    Bool,
    /// A floating point number.
    Double,
    /// `resource.Quantity`.
    Quantity,
    /// `intstr.IntOrString`.
    IntOrString,
    /// `metav1.Time`: RFC 3339 with seconds.
    Time,
    /// `metav1.MicroTime`.
    MicroTime,
    /// `metav1.Duration`: `1m30s`.
    Duration,
    /// Base64 text.
    Bytes,
    /// Anything (raw JSON).
    Any,
    /// `JSONSchemaPropsOrArray`, a field of `JSONSchemaProps`.
    SchemaOrArray,
    /// `JSONSchemaPropsOrBool`, a field of `JSONSchemaProps`.
    SchemaOrBool,
    /// A map from strings.
    MapOf(Box<Ty>),
    /// A list.
    ListOf(Box<Ty>),
    /// An object of this type.
    Object(TypeRef),
}

/// A type of the schema, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeRef(u16);

impl TypeRef {
    /// Its place in [`Schema::types`].
    pub(super) fn place(self) -> usize {
        usize::from(self.0)
    }
}

/// How a list is merged by server-side apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListType {
    /// Replaced as a whole.
    Atomic,
    /// A set of scalars.
    Set,
    /// Items with keys.
    Map,
}

/// One field of a type.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub ty: Ty,
    /// Whether Go holds a pointer, so that absent and zero differ.
    pub pointer: bool,
    /// Whether Go's encoder leaves it out when it is empty (`omitempty`).
    pub omit_empty: bool,
    /// Whether Go's encoder leaves out an empty struct too (`omitzero`).
    pub omit_zero: bool,
    /// How a list is merged by server-side apply.
    pub list_type: ListType,
    /// The keys of a [`ListType::Map`].
    pub map_keys: Vec<&'static str>,
    /// Whether server-side apply takes the map or object as a whole.
    pub atomic: bool,
    /// Whether it takes the object apart though its type is taken as a whole elsewhere.
    pub granular: bool,
    /// Whether a strategic merge patch merges the list (`patchStrategy=merge`).
    pub patch_merge: bool,
    /// Whether a strategic merge patch may keep only what the patch names (`patchStrategy=retainKeys`).
    pub retain_keys: bool,
    /// Whether a strategic merge patch replaces the object as a whole (`patchStrategy=replace`).
    pub patch_replace: bool,
    /// The key by which a strategic merge patch merges the list; empty for a list of scalars.
    pub merge_key: &'static str,
    /// The default that the schema states, as text.
    pub default: Option<&'static str>,
    /// The Go name of the string type that it holds (`v1.RestartPolicy`); empty for a plain string.
    pub string_name: String,
    /// The Go name of the field.
    pub go_name: String,
    /// Whether the API's description says that it is required.
    pub required: bool,
    /// Whether it is a list of which the defaults tell an empty one from none.
    pub empty_counts: bool,
    /// The only values that it may have, with commas between them; empty where there is no such list.
    pub values: &'static str,
}

impl Field {
    /// What an item of a list has for a key that it leaves out: the default, or what Go has where nothing is set.
    pub fn of_key(&self) -> Option<Value> {
        match (self.default, &self.ty) {
            (Some(text), _) => Some(text.into()),
            _ if self.omit_empty || self.pointer => None,
            (None, Ty::String) => Some("".into()),
            (None, Ty::Int32 | Ty::Int64) => Some(0.into()),
            _ => None,
        }
    }
}

/// A part of a Go struct in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoPart {
    /// A field, by its number in [`Type::fields`].
    Field(u16),
    /// An embedded struct, inlined in JSON.
    Embedded(TypeRef),
}

/// One type of the schema.
#[derive(Clone, Debug, Default)]
pub struct Type {
    /// Name in Go: `PodSpec`.
    pub name: &'static str,
    /// The Go package that it is in: `v1`.
    pub package: &'static str,
    /// Whether server-side apply takes it as a whole.
    pub atomic: bool,
    /// Fields in order of their names, those of inlined structs among them.
    pub fields: Vec<Field>,
    /// The struct in Go's order.
    pub layout: Vec<GoPart>,
}

impl Type {
    /// The field called so.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.binary_search_by(|f| text::compare(f.name, name)).ok().map(|i| &self.fields[i])
    }
}

/// All types.
#[derive(Debug)]
pub struct Schema {
    types: Vec<Type>,
    /// `group/version Kind` to type.
    kinds: SortedMap<(&'static str, &'static str), TypeRef>,
    /// The types of [`KINDS`], in their order.
    stored: Vec<Option<TypeRef>>,
    /// `core.Pod` to type.
    names: SortedMap<(&'static str, &'static str), TypeRef>,
}

#[cfg(not(test))]
static TEXT: &str = concat!(include_str!("schema_scheduler.txt"), include_str!("schema.txt"));
/// With the types that the tables of strategic merge patches are about.
#[cfg(test)]
static TEXT: &str = concat!(include_str!("schema_test.txt"), include_str!("schema_scheduler.txt"), include_str!("schema.txt"));
static NO_TYPE: OnceLock<Type> = OnceLock::new();

impl Schema {
    /// The type of a kind's objects at its stored version; a type without fields where the schema does not know it.
    pub fn kind(&self, kind: KindRef) -> &Type {
        self.kind_ref(kind).map_or_else(|| NO_TYPE.get_or_init(Type::default), |t| self.get(t))
    }

    /// The same as a reference: kinds of the table are asked for all the time.
    pub(super) fn kind_ref(&self, kind: KindRef) -> Option<TypeRef> {
        match KINDS.iter().position(|k| std::ptr::eq(k, kind)) {
            Some(place) => self.stored[place],
            None => type_at(&self.kinds, kind.group, kind.version, kind.kind),
        }
    }

    /// All types.
    pub(super) fn types(&self) -> &[Type] {
        &self.types
    }

    /// The type of a kind's objects at one of its versions.
    pub fn kind_at(&self, kind: KindRef, version: &str) -> Option<&Type> {
        self.at_version(kind.group, version, kind.kind)
    }

    /// The type of what is called so in this group and version: kinds of requests too (`Eviction`, `Scale`).
    pub fn at_version(&self, group: &str, version: &str, name: &str) -> Option<&Type> {
        type_at(&self.kinds, group, version, name).map(|t| self.get(t))
    }

    /// The versions in which a kind is served, the stored one first.
    pub fn versions(&self, kind: &Kind) -> Vec<&'static str> {
        if let Some(custom) = &kind.custom {
            return custom.versions.clone();
        }
        let mut versions: Vec<&'static str> = self
            .kinds
            .keys()
            .filter(|(_, name)| *name == kind.kind)
            .filter_map(|(gv, _)| gv.rsplit_once('/'))
            .filter(|(group, _)| *group == kind.group)
            .map(|(_, version)| version)
            .list();
        versions.order_by_key(|v| *v != kind.version);
        versions
    }

    /// A type by package and name: `core`, `PodSpec`.
    pub fn named(&self, package: &str, name: &str) -> Option<&Type> {
        self.names.get(&(package, name)).map(|t| self.get(*t))
    }

    /// The type behind a reference.
    pub fn get(&self, reference: TypeRef) -> &Type {
        &self.types[reference.place()]
    }

    /// The package and the name of a type: `core.PodSpec`.
    pub fn full_name(&self, ty: &Type) -> String {
        let key = self.names.iter().find(|(_, reference)| std::ptr::eq(self.get(**reference), ty));
        key.map_or_else(String::new, |((package, name), _)| format!("{package}.{name}"))
    }

    /// A type as Go prints it in messages: `[]v1.Container`, `map[string]string`, `int32`.
    pub fn go_type(&self, ty: &Ty, string_name: &str) -> String {
        match ty {
            Ty::String if string_name.is_empty() => "string".into(),
            Ty::String => string_name.into(),
            Ty::Int32 => "int32".into(),
            Ty::Int64 => "int64".into(),
            Ty::Bool => "bool".into(),
            Ty::Double => "float64".into(),
            Ty::Quantity => "resource.Quantity".into(),
            Ty::IntOrString => "intstr.IntOrString".into(),
            Ty::Time => "v1.Time".into(),
            Ty::MicroTime => "v1.MicroTime".into(),
            Ty::Duration => "v1.Duration".into(),
            Ty::Bytes => "[]uint8".into(),
            Ty::Any => "interface {}".into(),
            Ty::SchemaOrArray => "v1.JSONSchemaPropsOrArray".into(),
            Ty::SchemaOrBool => "v1.JSONSchemaPropsOrBool".into(),
            Ty::MapOf(inner) if **inner == Ty::Quantity => "v1.ResourceList".into(),
            Ty::MapOf(inner) => format!("map[string]{}", self.go_type(inner, string_name)),
            Ty::ListOf(inner) => format!("[]{}", self.go_type(inner, string_name)),
            Ty::Object(t) => {
                let t = self.get(*t);
                format!("{}.{}", t.package, t.name)
            }
        }
    }
}

fn type_at(kinds: &SortedMap<(&'static str, &'static str), TypeRef>, group: &str, version: &str, name: &str) -> Option<TypeRef> {
    let group_version = format!("{group}/{version}");
    kinds.get(&(group_version.as_str(), name)).copied()
}

/// The schema, read once from the table that is built in.
pub fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| Reader::default().read(TEXT))
}

/// A struct before what is inlined into it is.
struct RawType {
    package: &'static str,
    name: &'static str,
    atomic: bool,
    parts: Vec<RawPart>,
}

enum RawPart {
    Field(Field),
    Inline(TypeRef),
}

#[derive(Default)]
struct Reader {
    names: SortedMap<(&'static str, &'static str), TypeRef>,
}

impl Reader {
    fn read(mut self, text: &'static str) -> Schema {
        let (types, kinds) = text.split_once("\n=\n").unwrap_or((text, ""));
        self.number(types);
        let raw = self.read_types(types);
        let types = raw.iter().map(|t| flatten(t, &raw)).list();
        let kinds: SortedMap<_, _> = kinds
            .lines()
            .filter_map(|line| {
                let (group_version, name) = line.split_once(' ')?;
                let (package, name) = name.split_once('.')?;
                Some(((group_version, name), *self.names.get(&(package, name))?))
            })
            .collect();
        let stored = KINDS.iter().map(|k| type_at(&kinds, k.group, k.version, k.kind)).list();
        Schema { types, kinds, stored, names: self.names }
    }

    /// Gives every type its number first, since fields may name types that come later.
    fn number(&mut self, text: &'static str) {
        let mut package = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('@') {
                package = name;
            } else if is_type_line(line) {
                let name = line.split(' ').next().unwrap_or(line);
                let number = TypeRef(self.names.len() as u16);
                self.names.insert((package, name), number);
            }
        }
    }

    fn read_types(&self, text: &'static str) -> Vec<RawType> {
        let mut types: Vec<RawType> = Vec::new();
        let mut package = "";
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('@') {
                package = name;
            } else if is_type_line(line) {
                let (name, flag) = line.split_once(' ').unwrap_or((line, ""));
                types.push(RawType { package, name, atomic: flag == "A", parts: Vec::new() });
            } else if let Some(current) = types.last_mut() {
                current.parts.push(match line.strip_prefix('+') {
                    Some("TypeMeta") => RawPart::Inline(self.type_ref("meta", "TypeMeta")),
                    Some(name) => RawPart::Inline(self.type_ref(package, name)),
                    // A field whose name begins with a capital is marked, so that it is not taken for a type.
                    None => RawPart::Field(self.read_field(package, line.strip_prefix('.').unwrap_or(line))),
                });
            }
        }
        types
    }

    fn type_ref(&self, package: &'static str, name: &'static str) -> TypeRef {
        let key = name.split_once('.').unwrap_or((package, name));
        *self.names.get(&key).expect("the generator writes every type that it names")
    }

    fn read_field(&self, package: &'static str, line: &'static str) -> Field {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or("");
        let text = words.next().unwrap_or("");
        let (pointer, text) = text.strip_prefix('*').map_or((false, text), |rest| (true, rest));
        let mut string_name = String::new();
        let ty = self.read_type(package, text, &mut string_name);
        let mut field = Field {
            name,
            ty,
            pointer,
            omit_empty: true,
            omit_zero: false,
            list_type: ListType::Atomic,
            map_keys: Vec::new(),
            atomic: false,
            granular: false,
            patch_merge: false,
            retain_keys: false,
            patch_replace: false,
            merge_key: "",
            default: None,
            string_name,
            go_name: name[..1].to_ascii_uppercase() + &name[1..],
            required: false,
            empty_counts: false,
            values: "",
        };
        for flag in words {
            let (letter, rest) = flag.split_at(1);
            match letter {
                "!" => field.omit_empty = false,
                "Z" => field.omit_zero = true,
                "M" => (field.patch_merge, field.merge_key) = (true, rest),
                "R" => field.retain_keys = true,
                "W" => field.patch_replace = true,
                "S" => field.list_type = ListType::Set,
                "K" => (field.list_type, field.map_keys) = (ListType::Map, rest.split(',').list()),
                "A" => field.atomic = true,
                "P" => field.granular = true,
                "D" => field.default = Some(rest),
                "G" => field.go_name = rest.to_owned(),
                "N" => field.required = true,
                "L" => field.empty_counts = true,
                "E" => field.values = rest,
                _ => {}
            }
        }
        field
    }

    fn read_type(&self, package: &'static str, text: &'static str, string_name: &mut String) -> Ty {
        let text = text.strip_prefix('*').unwrap_or(text);
        if let Some(rest) = text.strip_prefix("[]") {
            return Ty::ListOf(Box::new(self.read_type(package, rest, string_name)));
        }
        if let Some(rest) = text.strip_prefix('%') {
            return Ty::MapOf(Box::new(self.read_type(package, rest, string_name)));
        }
        if let Some(name) = text.strip_prefix("e:") {
            *string_name = if name.contains('.') { name.to_owned() } else { format!("{}.{name}", go_package(package)) };
            return Ty::String;
        }
        match text {
            "s" => Ty::String,
            "i" => Ty::Int32,
            "l" => Ty::Int64,
            "b" => Ty::Bool,
            "f" => Ty::Double,
            "q" => Ty::Quantity,
            "x" => Ty::IntOrString,
            "t" => Ty::Time,
            "m" => Ty::MicroTime,
            "d" => Ty::Duration,
            "y" => Ty::Bytes,
            "r" => Ty::Any,
            "a" => Ty::SchemaOrArray,
            "o" => Ty::SchemaOrBool,
            name => Ty::Object(self.type_ref(package, name)),
        }
    }
}

/// Whether a line names a type: a word that begins with a capital, alone or with the flag `A`. (A field may begin with one too.)
fn is_type_line(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_uppercase()) && line.split_once(' ').is_none_or(|(_, rest)| rest == "A")
}

/// The version at the end of a package's name in the text; `v1` for those that have none.
fn go_package(package: &str) -> &'static str {
    match package {
        "autoscaling2" => "v2",
        "metrics1beta1" => "v1beta1",
        _ => "v1",
    }
}

fn flatten(raw: &RawType, all: &[RawType]) -> Type {
    let mut fields = Vec::new();
    collect(raw, all, &mut fields);
    fields.order_by_key(|f| f.name);
    let position = |name: &str| fields.binary_search_by(|f: &Field| f.name.cmp(name)).expect("collected above") as u16;
    let layout = raw
        .parts
        .iter()
        .map(|part| match part {
            RawPart::Field(f) => GoPart::Field(position(f.name)),
            RawPart::Inline(t) => GoPart::Embedded(*t),
        })
        .list();
    Type { name: raw.name, package: go_package(raw.package), atomic: raw.atomic, fields, layout }
}

fn collect(raw: &RawType, all: &[RawType], into: &mut Vec<Field>) {
    for part in &raw.parts {
        match part {
            RawPart::Field(f) => into.push(f.clone()),
            RawPart::Inline(t) => collect(&all[usize::from(t.0)], all, into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::KINDS;
    use crate::api::kinds;

    #[test]
    fn every_kind_that_can_be_written_has_its_fields() {
        for kind in KINDS.iter().filter(|k| k.group != "metrics.k8s.io") {
            let ty = schema().kind(kind);
            assert!(ty.field("metadata").is_some(), "{} has no metadata", kind.kind);
            assert!(ty.field("apiVersion").is_some(), "{} has no apiVersion", kind.kind);
        }
    }

    #[test]
    fn fields_know_how_they_merge() {
        let pod = schema().kind(kinds::POD);
        let Some(Field { ty: Ty::Object(spec), .. }) = pod.field("spec") else { panic!("spec is an object") };
        let containers = schema().get(*spec).field("containers").expect("there");
        assert_eq!((containers.patch_merge, containers.merge_key), (true, "name"));
        assert_eq!(schema().go_type(&containers.ty, ""), "[]v1.Container");
        let Ty::ListOf(item) = &containers.ty else { panic!("a list") };
        let Ty::Object(container) = **item else { panic!("of objects") };
        let ports = schema().get(container).field("ports").expect("there");
        assert_eq!((ports.list_type, ports.map_keys.as_slice()), (ListType::Map, ["containerPort", "protocol"].as_slice()));
        assert_eq!(schema().versions(kinds::HORIZONTAL_POD_AUTOSCALER), ["v2", "v1"]);
    }
}
