//! CEL's types, what a schema is as a type, and the functions there are by name and by the types of their arguments.

use std::sync::Arc;

use crate::api::Value;
use crate::base::List as _;

/// What an expression's value is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Dyn,
    /// Of what is wrong already.
    Error,
    /// A type that is named and has no parts: `int`, `kubernetes.URL`.
    Named(&'static str),
    /// A variable that unification fills.
    Var(u32),
    /// `list`, `map`, `optional_type` or `type` of others.
    Of(&'static str, Vec<Type>),
    Object(Arc<ObjectType>),
}

/// An object of a schema: its name and its fields, as CEL spells them.
#[derive(Debug)]
pub(super) struct ObjectType {
    pub name: String,
    pub fields: Vec<(String, Decl)>,
}

impl ObjectType {
    /// The field of this name. A word that CEL reserves may be written as it is.
    pub fn field(&self, name: &str) -> Option<&Decl> {
        let is = |wanted: &str| self.fields.iter().find(|(n, _)| n == wanted).map(|(_, d)| d);
        is(name).or_else(|| if RESERVED.contains(&name) { is(&format!("__{name}__")) } else { None })
    }
}

impl PartialEq for ObjectType {
    fn eq(&self, other: &ObjectType) -> bool {
        self.name == other.name
    }
}

/// A schema's type, and how large its values can be.
#[derive(Clone, Debug)]
pub(super) struct Decl {
    pub ty: Type,
    /// The fewest bytes it takes.
    pub min_bytes: u64,
    /// The most characters, items or entries.
    pub max: u64,
    /// What a list or a map holds.
    pub inner: Option<Arc<Decl>>,
}

pub(super) const BOOL: Type = Type::Named("bool");
pub(super) const INT: Type = Type::Named("int");
pub(super) const STRING: Type = Type::Named("string");

/// Names of types that can be written in expressions, with the character that stands for each in `FUNCTIONS`.
#[rustfmt::skip]
pub(super) const NAMES: [(char, &str); 21] = [
    ('b', "bool"), ('i', "int"), ('u', "uint"), ('d', "double"), ('s', "string"), ('y', "bytes"), ('n', "null_type"), ('D', "google.protobuf.Duration"),
    ('T', "google.protobuf.Timestamp"), ('U', "kubernetes.URL"), ('Q', "kubernetes.Quantity"), ('I', "net.IP"), ('C', "net.CIDR"),
    ('V', "kubernetes.Semver"), ('F', "kubernetes.NamedFormat"), ('e', "type"),
    ('a', "kubernetes.authorization.Authorizer"), ('p', "kubernetes.authorization.PathCheck"), ('g', "kubernetes.authorization.GroupCheck"),
    ('r', "kubernetes.authorization.ResourceCheck"), ('x', "kubernetes.authorization.Decision"),
];

impl Type {
    pub fn list(of: Type) -> Type {
        Type::Of("list", vec![of])
    }

    pub fn optional(of: Type) -> Type {
        Type::Of("optional_type", vec![of])
    }

    /// What an optional type holds.
    pub fn unwrapped(&self) -> (&Type, bool) {
        match self {
            Type::Of("optional_type", of) if !of.is_empty() => (&of[0], true),
            other => (other, false),
        }
    }

    pub fn is_dyn(&self) -> bool {
        matches!(self, Type::Dyn | Type::Error)
    }

    /// As messages name it.
    pub fn text(&self) -> String {
        match self {
            Type::Dyn => "dyn".to_owned(),
            Type::Error => "!error!".to_owned(),
            Type::Named("google.protobuf.Duration") => "duration".to_owned(),
            Type::Named("google.protobuf.Timestamp") => "timestamp".to_owned(),
            Type::Named("null_type") => "null".to_owned(),
            Type::Named(name) => (*name).to_owned(),
            Type::Var(i) => format!("_var{i}"),
            Type::Of(name, of) if of.is_empty() => (*name).to_owned(),
            Type::Of(name, of) => format!("{name}({})", of.iter().map(Type::text).list().join(", ")),
            Type::Object(object) => object.name.clone(),
        }
    }
}

/// Overloads by name: the arguments' types, a colon, the result's type; with a dot first where it is called on its first argument.
/// `A`, `B` are any types, `L` a list of the next, `M` a map of the next two, `O` an optional value, `t` a type, `*` is dynamic.
// The standard definitions of CEL, its extensions for strings (version 2), lists (3), sets, optional values and two variables, and the
// libraries of k8s.io/apiserver/pkg/cel/library.
const FUNCTIONS: &str = "
_?_:_ bAA:A
_&&_ bb:b
_||_ bb:b
!_ b:b
@not_strictly_false b:b
_==_ AA:b
_!=_ AA:b
_+_ yy:y dd:d DD:D DT:T TD:T ii:i LALA:LA ss:s uu:u
_-_ dd:d DD:D ii:i TD:T TT:D uu:u
_*_ dd:d ii:i uu:u
_/_ dd:d ii:i uu:u
_%_ ii:i uu:u
-_ d:d i:i
_<_ bb:b ii:b id:b iu:b uu:b ud:b ui:b dd:b di:b du:b ss:b yy:b TT:b DD:b
_<=_ bb:b ii:b id:b iu:b uu:b ud:b ui:b dd:b di:b du:b ss:b yy:b TT:b DD:b
_>_ bb:b ii:b id:b iu:b uu:b ud:b ui:b dd:b di:b du:b ss:b yy:b TT:b DD:b
_>=_ bb:b ii:b id:b iu:b uu:b ud:b ui:b dd:b di:b du:b ss:b yy:b TT:b DD:b
_[_] LAi:A MABA:B OLAi:OA OMABA:OB
_[?_] LAi:OA OLAi:OA MABA:OB OMABA:OB
@in ALA:b AMAB:b
size y:i .y:i LA:i .LA:i MAB:i .MAB:i s:i .s:i
type A:tA
bool b:b s:b
bytes y:y s:y
double d:d i:d s:d u:d
duration D:D s:D
dyn A:*
int i:i d:i D:i s:i T:i u:i
string s:s b:s y:s d:s D:s i:s T:s u:s I:s C:s
timestamp T:T i:T s:T
uint u:u d:u i:u s:u
contains .ss:b
endsWith .ss:b
startsWith .ss:b
matches ss:b .ss:b
getFullYear .T:i .Ts:i
getMonth .T:i .Ts:i
getDayOfYear .T:i .Ts:i
getDayOfMonth .T:i .Ts:i
getDate .T:i .Ts:i
getDayOfWeek .T:i .Ts:i
getHours .T:i .Ts:i .D:i
getMinutes .T:i .Ts:i .D:i
getSeconds .T:i .Ts:i .D:i
getMilliseconds .T:i .Ts:i .D:i
optional.of A:OA
optional.ofNonZeroValue A:OA
optional.none :OA
optional.unwrap LOA:LA
unwrapOpt .LOA:LA
value .OA:A
hasValue .OA:b
or .OAOA:OA
orValue .OAA:A
first .LA:OA
last .LA:OA
charAt .si:s
indexOf .ss:i .ssi:i .LAA:i
lastIndexOf .ss:i .ssi:i .LAA:i
lowerAscii .s:s
upperAscii .s:s
replace .sss:s .sssi:s
split .ss:Ls .ssi:Ls
substring .si:s .sii:s
trim .s:s
format .sL*:s
strings.quote s:s
jsonpatch.escapeKey s:s
join .Ls:s .Lss:s
sets.contains LALA:b
sets.equivalent LALA:b
sets.intersects LALA:b
isSorted .Li:b .Lu:b .Ld:b .Lb:b .LD:b .LT:b .Ls:b .Ly:b
sum .Li:i .Lu:u .Ld:d .LD:D
max .Li:i .Lu:u .Ld:d .Lb:b .LD:D .LT:T .Ls:s .Ly:y
min .Li:i .Lu:u .Ld:d .Lb:b .LD:D .LT:T .Ls:s .Ly:y
slice .LAii:LA
flatten .LLA:LA .L*i:L*
sort .Li:Li .Lu:Lu .Ld:Ld .Lb:Lb .LD:LD .LT:LT .Ls:Ls .Ly:Ly
@sortByAssociatedKeys .LALi:LA .LALu:LA .LALd:LA .LALb:LA .LALD:LA .LALT:LA .LALs:LA .LALy:LA
lists.range i:Li
reverse .LA:LA
distinct .LA:LA
cel.@mapInsert MABAB:MAB MABMAB:MAB
find .ss:s
findAll .ss:Ls .ssi:Ls
url s:U
isURL s:b
getScheme .U:s
getHost .U:s
getHostname .U:s
getPort .U:s
getEscapedPath .U:s
getQuery .U:MsLs
quantity s:Q
isQuantity s:b
sign Q:i
isGreaterThan .QQ:b .VV:b
isLessThan .QQ:b .VV:b
compareTo .QQ:i .VV:i
asApproximateFloat .Q:d
asInteger .Q:i
isInteger .Q:b
add .QQ:Q .Qi:Q
sub .QQ:Q .Qi:Q
ip s:I .C:I
isIP s:b
ip.isCanonical s:b
family .I:i
isUnspecified .I:b
isLoopback .I:b
isLinkLocalMulticast .I:b
isLinkLocalUnicast .I:b
isGlobalUnicast .I:b
cidr s:C
isCIDR s:b
containsIP .Cs:b .CI:b
containsCIDR .Cs:b .CC:b
masked .C:C
prefixLength .C:i
semver s:V sb:V
isSemver s:b sb:b
major .V:i
minor .V:i
patch .V:i
validate .Fs:OLs
format.named s:OF
format.dns1123Label :F
format.dns1123Subdomain :F
format.dns1035Label :F
format.qualifiedName :F
format.dns1123LabelPrefix :F
format.dns1123SubdomainPrefix :F
format.dns1035LabelPrefix :F
format.labelValue :F
format.uri :F
format.uuid :F
format.byte :F
format.date :F
format.datetime :F
path .as:p
group .as:g
serviceAccount .ass:a
resource .gs:r
subresource .rs:r
namespace .rs:r
name .rs:r
fieldSelector .rs:r
labelSelector .rs:r
check .ps:x .rs:x
allowed .x:b
reason .x:s
error .x:s
errored .x:b
";

/// One way to call a function.
pub(super) struct Overload {
    pub method: bool,
    pub args: Vec<Type>,
    pub result: Type,
}

/// The overloads of a function; none where there is no such function. Their variables are numbered from `from` on.
pub(super) fn overloads(name: &str, from: u32) -> Option<Vec<Overload>> {
    let line = FUNCTIONS.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(' '))?;
    let parse = |text: &'static str| {
        let method = text.starts_with('.');
        let mut chars = text.chars().filter(|c| *c != '.');
        let mut args = Vec::new();
        loop {
            match one(&mut chars, from) {
                Some(ty) => args.push(ty),
                // The colon.
                None => return Overload { method, args, result: one(&mut chars, from).unwrap_or(Type::Dyn) },
            }
        }
    };
    Some(line.split(' ').map(parse).list())
}

/// One type of a signature; none at the colon and at the end.
fn one(chars: &mut dyn Iterator<Item = char>, from: u32) -> Option<Type> {
    let c = chars.next()?;
    Some(match c {
        '*' => Type::Dyn,
        'A' => Type::Var(from),
        'B' => Type::Var(from + 1),
        'L' => Type::list(one(chars, from)?),
        'M' => Type::Of("map", vec![one(chars, from)?, one(chars, from)?]),
        'O' => Type::optional(one(chars, from)?),
        't' => Type::Of("type", vec![one(chars, from)?]),
        _ => Type::Named(NAMES.iter().find(|(n, _)| *n == c)?.1),
    })
}

/// An object of these fields: each a name and, after a colon, a type as in `FUNCTIONS`, a text where there is none.
pub(super) fn object(name: &str, fields: &str, inner: &[(&str, &Type)]) -> Type {
    let field = |name: &str, ty: Type| (name.to_owned(), Decl { ty, min_bytes: 0, max: 0, inner: None });
    let plain = fields.split(' ').map(|text| {
        let (name, code) = text.split_once(':').unwrap_or((text, "s"));
        field(name, one(&mut code.chars(), 0).unwrap_or(Type::Dyn))
    });
    let fields = plain.chain(inner.iter().map(|(name, ty)| field(name, (*ty).clone()))).list();
    Type::Object(Arc::new(ObjectType { name: name.to_owned(), fields }))
}

/// Bytes of the largest request.
const REQUEST_MAX: u64 = 3 << 20;

fn simple(name: &'static str, min_bytes: u64, max: u64) -> Decl {
    Decl { ty: Type::Named(name), min_bytes, max, inner: None }
}

/// A limit that a schema states.
fn limit(schema: &Value, member: &str) -> Option<u64> {
    schema.get(member).as_int().map(|n| n.max(0) as u64)
}

/// What a schema is to an expression; none where it says too little. `name` is what objects in it are named after.
// Models apiextensions' model.SchemaDeclType and DeclType.MaybeAssignTypeName.
pub(super) fn declare(schema: &Value, root: bool, name: &str, depth: usize) -> Option<Decl> {
    if depth > 64 {
        return None;
    }
    let text_max = limit(schema, "maxLength").map_or(REQUEST_MAX - 2, |n| n.saturating_mul(4));
    if schema.get("x-kubernetes-int-or-string").is_true() {
        return Some(Decl { ty: Type::Dyn, min_bytes: 1, max: text_max, inner: None });
    }
    let with_meta;
    let schema = if root {
        with_meta = super::value::with_meta(schema);
        &with_meta
    } else {
        schema
    };
    let nested = |inner: &Value, part: &str| {
        declare(inner, inner.get("x-kubernetes-embedded-resource").is_true(), &format!("{name}.{part}"), depth + 1)
    };
    Some(match schema.get("type").str() {
        "boolean" => simple("bool", 4, 0),
        "number" => simple("double", 1, 0),
        "integer" => simple("int", 1, 0),
        "string" => match schema.get("format").str() {
            "byte" => simple("bytes", 2, limit(schema, "maxLength").unwrap_or(REQUEST_MAX - 2)),
            "duration" => simple("google.protobuf.Duration", 3, 32),
            "date" => simple("google.protobuf.Timestamp", 12, 12),
            "date-time" => simple("google.protobuf.Timestamp", 21, 32),
            _ => {
                let words = schema.get("enum").items();
                let longest = words.iter().map(|w| w.str().len() as u64).max();
                let max = longest.filter(|_| schema.get("maxLength").is_null()).unwrap_or(text_max);
                simple("string", 2, max)
            }
        },
        "array" => {
            let inner = nested(schema.get("items"), "@idx")?;
            let max = limit(schema, "maxItems").unwrap_or((REQUEST_MAX - 2) / (inner.min_bytes + 1));
            Decl { ty: Type::list(inner.ty.clone()), min_bytes: 2, max, inner: Some(Arc::new(inner)) }
        }
        "object" if matches!(schema.get("additionalProperties"), Value::Map(_)) => {
            let inner = nested(schema.get("additionalProperties"), "@elem")?;
            let max = limit(schema, "maxProperties").unwrap_or((REQUEST_MAX - 2) / (inner.min_bytes + 6));
            Decl { ty: Type::Of("map", vec![STRING, inner.ty.clone()]), min_bytes: 2, max, inner: Some(Arc::new(inner)) }
        }
        "object" => {
            let (mut fields, mut min_bytes) = (Vec::new(), 2);
            let required = schema.get("required").items();
            for (key, property) in schema.get("properties").entries() {
                let Some(inner) = nested(property, key) else { continue };
                if property.get("default").is_null() && required.iter().any(|r| r.str() == key.as_str()) {
                    min_bytes += key.len() as u64 + inner.min_bytes + 4;
                }
                if let Some(escaped) = escape(key) {
                    fields.push((escaped, inner));
                }
            }
            let object = ObjectType { name: name.to_owned(), fields };
            Decl { ty: Type::Object(Arc::new(object)), min_bytes, max: 0, inner: None }
        }
        _ => return None,
    })
}

#[rustfmt::skip]
const RESERVED: [&str; 21] = [
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
];

/// Whether a word is one that CEL keeps for itself.
pub fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

const ESCAPES: [(&str, &str); 4] = [("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__")];

/// A property's name as an identifier; none where it cannot be one.
// Models k8s.io/apiserver/pkg/cel.Escape.
pub(super) fn escape(name: &str) -> Option<String> {
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if RESERVED.contains(&name) {
        return Some(format!("__{name}__"));
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let escape = ESCAPES.iter().find(|(from, _)| rest.starts_with(from));
        match escape {
            Some((from, to)) => {
                out.push_str(to);
                rest = &rest[from.len()..];
            }
            None if c.is_ascii_alphanumeric() || c == '_' => {
                out.push(c);
                rest = &rest[1..];
            }
            None => return None,
        }
    }
    Some(out)
}
