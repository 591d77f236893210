//! What is wrong with a template, or with an object for it, in Go's words.

use thiserror::Error;

use crate::api::quote;

/// What is wrong with a template, or with an object for it.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum TemplateError {
    /// The template cannot be read.
    #[error("template: output:{line}: {error}")]
    Syntax {
        /// Where, counted from 1.
        line: usize,
        /// What.
        error: SyntaxError,
    },
    /// The template fails over this object.
    #[error("template: output:{line}:{column}: executing {name:?} at <{at}>: {error}")]
    Execution {
        /// The template: the whole one's is `output`.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// The byte in the line, counted from 0.
        column: usize,
        /// The part of the template that fails.
        at: String,
        /// What.
        error: Box<ExecutionError>,
    },
}

/// Why a text cannot be cut into tokens.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum LexError {
    /// A comment, a parenthesis or an action has no end.
    #[error("unclosed {0}")]
    Unclosed(&'static str),
    /// A text or a character has no end.
    #[error("unterminated {0}")]
    Unterminated(&'static str),
    /// More than a comment is between two delimiters.
    #[error("comment ends before closing delimiter")]
    CommentWithMore,
    /// A colon alone.
    #[error("expected :=")]
    NoDeclaration,
    /// A parenthesis that closes none.
    #[error("unexpected right paren")]
    RightParen,
    /// A character that begins nothing.
    #[error("unrecognized character in action: {code} '{c}'", code = code(.0), c = .0)]
    Unrecognized(char),
    /// A character, or the end, where a word cannot end.
    #[error("bad character {}", shown(.0))]
    BadCharacter(Option<char>),
    /// A number that goes on as a word.
    #[error("bad number syntax: {}", quote(.0))]
    BadNumber(String),
}

/// What of an action is not closed.
pub(super) const ACTION: &str = "action";

fn code(c: &char) -> String {
    format!("U+{:04X}", u32::from(*c))
}

fn shown(c: &Option<char>) -> String {
    match c {
        None => "U+FFFFFFFFFFFFFFFF".to_owned(),
        Some(c) if c.is_control() => code(c),
        Some(c) => format!("{} '{c}'", code(c)),
    }
}

/// Why a template cannot be read.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SyntaxError {
    /// It cannot be cut into tokens.
    #[error("{error}{}", started(.error, .action_line))]
    Lex {
        /// Why.
        error: LexError,
        /// The line of the action's beginning, where that is another.
        action_line: Option<usize>,
    },
    /// It is longer than what is read.
    #[error("template is too long")]
    TooLong,
    /// Its parts stand in each other deeper than is read.
    #[error("max expression depth exceeded")]
    TooDeep,
    /// A token that cannot be there.
    #[error("unexpected {token} in {context}")]
    Unexpected {
        /// The token.
        token: String,
        /// What it is in.
        context: &'static str,
    },
    /// The end of something, without or before what belongs to it.
    #[error("unexpected {0}")]
    UnexpectedEnd(&'static str),
    /// A second `else`.
    #[error("expected end; found {{{{else}}}}")]
    SecondElse,
    /// `break` or `continue` in nothing that runs again.
    #[error("{0} outside {{{{range}}}}")]
    OutsideRange(&'static str),
    /// A text or a character that is written wrongly.
    #[error("invalid syntax")]
    Quoting,
    /// More variables than one pipeline has values.
    #[error("too many declarations in {0}")]
    Declarations(&'static str),
    /// A range over something that is declared.
    #[error("range can only initialize variables")]
    RangeVariables,
    /// A pipeline of nothing.
    #[error("missing value for {0}")]
    MissingValue(&'static str),
    /// A value where a pipeline wants a function.
    #[error("non executable command in pipeline stage {0}")]
    NotExecutable(usize),
    /// A command of nothing.
    #[error("empty command")]
    EmptyCommand,
    /// A field of what has none.
    #[error("unexpected . after term {}", quote(.0))]
    FieldOf(String),
    /// A function that there is not.
    #[error("function {0:?} not defined")]
    NoFunction(String),
    /// A variable that nothing declares.
    #[error("undefined variable {0:?}")]
    NoVariable(String),
    /// Several characters as one.
    #[error("malformed character constant: {0}")]
    Character(String),
    /// A number that is too large.
    #[error("integer overflow: {}", quote(.0))]
    Overflow(String),
    /// A number that is none.
    #[error("illegal number syntax: {}", quote(.0))]
    Number(String),
}

fn started(error: &LexError, action_line: &Option<usize>) -> String {
    let Some(line) = action_line else { return String::new() };
    let within = if *error == LexError::Unclosed(ACTION) { "" } else { " in action" };
    format!("{within} started at output:{line}")
}

/// Why a template fails over an object.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ExecutionError {
    /// It does or prints more than is borne.
    #[error("template runs for too long")]
    TooLong,
    /// A range over what has no items.
    #[error("range can't iterate over {0}")]
    Range(String),
    /// A template that is not defined.
    #[error("template {0:?} not defined")]
    NoTemplate(String),
    /// Templates call each other too deeply.
    #[error("exceeded maximum template depth (100000)")]
    TooDeep,
    /// A variable that nothing declares.
    #[error("undefined variable: {0}")]
    NoVariable(String),
    /// Something else called as a function.
    #[error("can't give argument to non-function {0}")]
    NoFunction(String),
    /// `nil` as a command.
    #[error("nil is not a command")]
    NilCommand,
    /// A member of nothing.
    #[error("nil data; no entry for key {0:?}")]
    NoData(String),
    /// A member of null.
    #[error("nil pointer evaluating {of}.{name}")]
    NilPointer {
        /// The type.
        of: &'static str,
        /// The member.
        name: String,
    },
    /// A member with arguments.
    #[error("{0} is not a method but has arguments")]
    NoMethod(String),
    /// A member that is not there.
    #[error("map has no entry for key {0:?}")]
    NoMember(String),
    /// A member of what has none.
    #[error("can't evaluate field {name} in type {of}")]
    NoField {
        /// The member.
        name: String,
        /// The type.
        of: &'static str,
    },
    /// A function with too few or too many arguments.
    #[error("wrong number of args for {name}: want {}{least} got {got}", if *.open { "at least " } else { "" })]
    Arguments {
        /// The function.
        name: String,
        /// How many it takes.
        least: usize,
        /// Whether it takes more.
        open: bool,
        /// How many there are.
        got: usize,
    },
    /// A constant where a string should be.
    #[error("expected string; found {0}")]
    NoString(String),
    /// `nil` where a string should be.
    #[error("cannot assign nil to string")]
    NilAsString,
    /// Nothing where a string should be.
    #[error("invalid value; expected string")]
    NoValue,
    /// A value of another type where a string should be.
    #[error("wrong type for value; expected string; got {0}")]
    WrongType(&'static str),
    /// A function fails.
    #[error("error calling {name}: {error}")]
    Call {
        /// The function.
        name: String,
        /// Why.
        error: FunctionError,
    },
}

/// Why a function fails.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum FunctionError {
    /// A text that is not base64, and from which byte on.
    #[error("base64 decode failed: illegal base64 data at input byte {0}")]
    Base64(usize),
    /// `call` of what is no function.
    #[error("non-function {value} of type {of}")]
    NoFunction {
        /// What is called.
        value: String,
        /// Its type.
        of: &'static str,
    },
    /// `call` of nothing.
    #[error("call of nil")]
    NilCall,
    /// Values of types that are not compared: what Go says of them.
    #[error("non-comparable type{0}")]
    NotComparable(String),
    /// Values of two types.
    #[error("incompatible types for comparison: {0} and {1}")]
    Incompatible(&'static str, &'static str),
    /// A value of a type without an order.
    #[error("invalid type for comparison")]
    NoOrder,
    /// `eq` of one value.
    #[error("missing argument for comparison")]
    NothingToCompare,
    /// Go's own word for a value that is not there.
    #[error("reflect: call of reflect.Value.Type on zero Value")]
    ZeroValue,
    /// Something is done to null.
    #[error("{0} of nil pointer")]
    NilPointer(&'static str),
    /// Something is done to nothing.
    #[error("{0} of untyped nil")]
    UntypedNil(&'static str),
    /// The length of what has none.
    #[error("len of type {0}")]
    NoLength(&'static str),
    /// An index that is too large for anything.
    #[error("index out of range: {0}")]
    OutOfRange(i64),
    /// An index just behind the end.
    #[error("reflect: {0} index out of range")]
    BehindEnd(&'static str),
    /// Null as an index.
    #[error("cannot index slice/array with nil")]
    NilIndex,
    /// An index that is no number.
    #[error("cannot index slice/array with type {0}")]
    NoIndex(&'static str),
    /// Null as a key.
    #[error("value is nil; should be of type string")]
    NilKey,
    /// A key that is no text.
    #[error("value has type {0}; should be string")]
    NoKey(&'static str),
    /// An index into what has no items.
    #[error("can't index item of type {0}")]
    NoItems(&'static str),
    /// More ends of a slice than there are.
    #[error("too many slice indexes: {0}")]
    SliceIndexes(usize),
    /// Three ends for a text.
    #[error("cannot 3-index slice a string")]
    StringSlice,
    /// A slice of what has no items.
    #[error("can't slice item of type {0}")]
    NoSlice(&'static str),
    /// A slice that ends before it begins.
    #[error("invalid slice index: {0} > {1}")]
    SliceOrder(usize, usize),
}
