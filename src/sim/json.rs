//! Reads and writes a session as JSON, by way of [`Value`]. A missing member means its default, and a default is not written.

use thiserror::Error;

use crate::api::{Map, Value};
use crate::base::{List as _, SortedMap};

/// A part of a session has the wrong type: `.inputs[3].t: a number is wanted`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{place}{}{wanted}", if .place.is_empty() { "" } else { ": " })]
pub struct JsonError {
    /// The path of the part; empty for the whole.
    place: String,
    /// What is wanted: `a number is wanted`.
    wanted: String,
}

impl JsonError {
    /// An error about the value itself: `a number is wanted`.
    pub fn new(wanted: impl Into<String>) -> JsonError {
        JsonError { place: String::new(), wanted: wanted.into() }
    }

    /// The same error as seen from the value around it.
    fn within(mut self, step: &str) -> JsonError {
        self.place.insert_str(0, step);
        self
    }
}

/// What can be read from JSON and written to it.
pub trait Json: Sized {
    /// The names of its members, if it has any.
    const MEMBERS: &'static [&'static str] = &[];

    /// Reads it.
    fn read(from: &Value) -> Result<Self, JsonError>;

    /// Writes it.
    fn write(&self) -> Value;
}

/// Reads a member into its place, which is left alone if there is no such member.
pub fn read_member<T: Json>(of: &Value, name: &str, place: &mut T) -> Result<(), JsonError> {
    let member = of.get(name);
    if !member.is_null() {
        *place = T::read(member).map_err(|e| e.within(&format!(".{name}")))?;
    }
    Ok(())
}

/// Writes a member, unless it has its default.
pub fn write_member<T: Json + PartialEq>(to: &mut Map, name: &'static str, member: &T, default: &T) {
    if member != default {
        to.insert(name, member.write());
    }
}

/// `members!(Type: member, other)`: how a struct with a default is read and written.
macro_rules! members {
    ($type:ident: $($name:ident),*) => {
        impl Json for $type {
            const MEMBERS: &'static [&'static str] = &[$(stringify!($name)),*];

            fn read(from: &Value) -> Result<Self, JsonError> {
                if !matches!(from, Value::Map(_)) {
                    return Err(JsonError::new("an object is wanted"));
                }
                let mut read = $type::default();
                $( json::read_member(from, stringify!($name), &mut read.$name)?; )*
                Ok(read)
            }

            fn write(&self) -> Value {
                let (mut map, default) = (Map::new(), $type::default());
                $( json::write_member(&mut map, stringify!($name), &self.$name, &default.$name); )*
                map.into()
            }
        }
    };
}

/// `words!(Type: Variant "word", Other "other")`: how an enum is read and written.
macro_rules! words {
    ($type:ident: $($variant:ident $word:literal),*) => {
        impl Json for $type {
            fn read(from: &Value) -> Result<Self, JsonError> {
                match from.str() {
                    $( $word => Ok($type::$variant), )*
                    _ => Err(JsonError::new(["one of", $( concat!(" `", $word, "`") ),*, " is wanted"].concat())),
                }
            }

            fn write(&self) -> Value {
                match self {
                    $( $type::$variant => $word.into() ),*
                }
            }
        }
    };
}

pub(super) use {members, words};

/// The error for a value of the wrong type.
fn wanted<T>(found: Option<T>, what: &str) -> Result<T, JsonError> {
    found.ok_or_else(|| JsonError::new(format!("{what} is wanted")))
}

impl Json for bool {
    fn read(from: &Value) -> Result<Self, JsonError> {
        wanted(from.as_bool(), "true or false")
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Json for u32 {
    fn read(from: &Value) -> Result<Self, JsonError> {
        wanted(from.as_int().and_then(|i| i.try_into().ok()), "a whole number of 32 bits")
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

/// Numbers from 2^63 on do not fit into a [`Value`]; they are written as strings.
impl Json for u64 {
    fn read(from: &Value) -> Result<Self, JsonError> {
        let read = match from {
            Value::Str(text) => text.parse().ok(),
            other => other.as_int().and_then(|i| i.try_into().ok()),
        };
        wanted(read, "a whole number (from 2^63 on as a text)")
    }

    fn write(&self) -> Value {
        i64::try_from(*self).map_or_else(|_| self.to_string().into(), Value::Int)
    }
}

impl Json for f64 {
    fn read(from: &Value) -> Result<Self, JsonError> {
        wanted(from.as_float(), "a number")
    }

    fn write(&self) -> Value {
        (*self).into()
    }
}

impl Json for String {
    fn read(from: &Value) -> Result<Self, JsonError> {
        wanted(from.as_str().map(str::to_owned), "a text")
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }
}

impl Json for Value {
    fn read(from: &Value) -> Result<Self, JsonError> {
        Ok(from.clone())
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

impl<T: Json> Json for Option<T> {
    fn read(from: &Value) -> Result<Self, JsonError> {
        T::read(from).map(Some)
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }
}

impl<T: Json> Json for Vec<T> {
    fn read(from: &Value) -> Result<Self, JsonError> {
        let Value::List(items) = from else { return Err(JsonError::new("a list is wanted")) };
        items.iter().enumerate().map(|(i, item)| T::read(item).map_err(|e| e.within(&format!("[{i}]")))).collect()
    }

    fn write(&self) -> Value {
        self.iter().map(T::write).list().into()
    }
}

impl Json for (f64, f64) {
    fn read(from: &Value) -> Result<Self, JsonError> {
        let part = |i: usize, number| f64::read(number).map_err(|e| e.within(&format!("[{i}]")));
        match from.items() {
            [a, b] => Ok((part(0, a)?, part(1, b)?)),
            _ => Err(JsonError::new("two numbers are wanted")),
        }
    }

    fn write(&self) -> Value {
        vec![self.0.into(), self.1.into()].into()
    }
}

impl Json for SortedMap<String, String> {
    fn read(from: &Value) -> Result<Self, JsonError> {
        if !matches!(from, Value::Map(_)) {
            return Err(JsonError::new("an object is wanted"));
        }
        from.entries()
            .map(|(name, text)| Ok((name.to_string(), String::read(text).map_err(|e| e.within(&format!("[{name:?}]")))?)))
            .collect()
    }

    fn write(&self) -> Value {
        self.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Map>().into()
    }
}
