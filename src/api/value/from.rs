//! Conversions into values.

use std::sync::Arc;

use super::{ArcStr, Map, Value};

impl From<Map> for Value {
    fn from(m: Map) -> Self {
        Value::Map(Arc::new(m))
    }
}
impl From<Vec<Value>> for Value {
    fn from(l: Vec<Value>) -> Self {
        Value::List(Arc::new(l))
    }
}
impl From<&Value> for Value {
    fn from(v: &Value) -> Self {
        v.clone()
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Bool(b)
    }
}
macro_rules! from_int {
    ($($t:ty),*) => { $( impl From<$t> for Value { fn from(i: $t) -> Self { Value::Int(i64::from(i)) } } )* };
}
from_int!(i64, i32, u32, u16, u8);
impl From<usize> for Value {
    fn from(i: usize) -> Self {
        Value::Int(i64::try_from(i).unwrap_or(i64::MAX))
    }
}
impl From<f64> for Value {
    fn from(f: f64) -> Self {
        if f.is_finite() { Value::Float(f) } else { Value::Null }
    }
}
impl From<ArcStr> for Value {
    fn from(s: ArcStr) -> Self {
        Value::Str(s)
    }
}
impl From<&ArcStr> for Value {
    fn from(s: &ArcStr) -> Self {
        Value::Str(s.clone())
    }
}
impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Value::Str(s.into())
    }
}
impl From<String> for Value {
    fn from(s: String) -> Self {
        Value::Str(s.into())
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(o: Option<T>) -> Self {
        o.map_or(Value::Null, Into::into)
    }
}
