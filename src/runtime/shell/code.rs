//! What a script compiles to: a flat list of instructions with relative jumps, and the words they expand.
//! Fragments are relocatable, so the parser emits them without building a tree first.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use arcstr::ArcStr;

use super::parse::{Dialect, ParseError, parse};
use crate::base::{SortedMap, text};

/// A compiled script, function body or command substitution. Shared by every process that runs it.
#[derive(Debug, Default, PartialEq)]
pub struct Code {
    pub ops: Vec<Op>,
    /// Where the lines of a script start, by instruction.
    pub lines: Vec<usize>,
}

/// One instruction. Jumps are relative to the instruction after this one.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// A simple command: assignments, words, redirections.
    Simple(Arc<Simple>),
    Jump(i32),
    /// Jumps where `$?` is zero (`true`) or is not (`false`).
    JumpIf(bool, i32),
    /// `!`: turns `$?` round.
    Not,
    /// The next `len` instructions run in a child; the shell waits for it.
    Subshell(u32),
    /// The next `len` instructions run in a child that nobody waits for.
    Background(u32, ArcStr),
    /// The fragments that follow run as the stages of a pipe; `true`: standard error goes along (`|&`).
    Pipe(Arc<[(u32, bool)]>),
    /// The end of a child's code.
    Exit,
    /// Applies redirections to the next `len` instructions; where one fails they are skipped.
    Redirect(Arc<[Redirect]>, u32),
    /// Takes the last redirections back.
    Unredirect,
    /// Enters a loop of `len` instructions; `continue` goes to `again` after this one.
    Loop {
        len: u32,
        again: u32,
    },
    /// Leaves the loop by a jump where `$?` says so.
    LoopTest {
        until: bool,
        exit: i32,
    },
    /// The body's end: remembers its status and jumps back.
    LoopBack(i32),
    LoopEnd,
    /// Expands the list and enters a `for` loop of `len` instructions.
    For {
        words: Option<Arc<[Word]>>,
        len: u32,
    },
    /// Sets the variable to the next item, or jumps out.
    ForNext {
        var: ArcStr,
        exit: i32,
    },
    /// `select`: shows the menu where it is wanted and reads a line, or jumps out where there is nothing to choose.
    Menu {
        exit: i32,
    },
    /// Sets the variable to what that line chose, asks again, or jumps out where there was no line.
    Choose {
        var: ArcStr,
        exit: i32,
    },
    Case(Word),
    /// Falls into the branch where a pattern matches, jumps otherwise.
    CaseTest(Arc<[Word]>, i32),
    CaseEnd,
    Define(ArcStr, Arc<Code>),
    /// `(( expression ))`.
    Arith(Word),
    /// `[[ ... ]]`.
    Test(Arc<Cond>),
    /// `set -e` looks at `$?` here.
    Check,
    /// `time`: the clock starts, and at the end it is told.
    Time {
        end: bool,
        /// `-p`: in POSIX' words.
        plain: bool,
    },
    /// What stands here is not shell: it says so and leaves.
    SyntaxError(Arc<SyntaxError>),
}

/// Where a script is no script any more.
#[derive(Debug, PartialEq)]
pub struct SyntaxError {
    /// What is wrong.
    pub error: ParseError,
    /// The line, from 1.
    pub line: u32,
    /// The line's text.
    pub text: ArcStr,
}

/// A simple command.
#[derive(Debug, Default, PartialEq)]
pub struct Simple {
    pub assigns: Vec<Assign>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
    /// Whether a failure is looked at by someone (`if`, `&&`, `!`), which holds `set -e` back.
    pub tested: bool,
    /// The script's line, from 1.
    pub line: u32,
}

/// `name=value`, `name+=value`, `name[index]=value` or `name=(...)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assign {
    pub name: ArcStr,
    pub index: Option<Word>,
    pub append: bool,
    pub value: AssignValue,
}

#[derive(Debug, Clone, PartialEq)]
pub enum AssignValue {
    Scalar(Word),
    /// Items, and the keys of those that have one: `([key]=item ...)`.
    Array(Vec<(Option<Word>, Word)>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Redirect {
    pub fd: u32,
    pub kind: RedirectKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RedirectKind {
    Read(Word),
    /// To where, and whether `noclobber` is passed over.
    Write(Word, bool),
    Append(Word),
    ReadWrite(Word),
    /// `>&word`, `<&word`: a number, or `-` to close.
    Dup(Word),
    /// `&>file`: both outputs.
    Both(Word, bool),
    /// A here-document or here-string; a document's text is known at the end of its line.
    Here(Arc<OnceLock<Word>>),
}

/// A word: the pieces are joined after expansion, then split and globbed where unquoted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Word(pub Arc<[Piece]>);

#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Unquoted text: its `*?[` are patterns.
    Lit(ArcStr),
    /// Quoted text: stands for itself.
    Quoted(ArcStr),
    /// `~` or `~name` at a word's start.
    Tilde(ArcStr),
    Param(Arc<Param>, bool),
    Subst(Arc<Code>, bool),
    /// bash's `<(...)` and, where the flag says so, `>(...)`: the path of a pipe from or to a child.
    Process(Arc<Code>, bool),
    Arith(Word, bool),
}

/// A parameter expansion.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    pub name: ArcStr,
    pub index: Option<Index>,
    /// `${!name}`.
    pub indirect: bool,
    pub op: ParamOp,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Index {
    At,
    Star,
    Word(Word),
}

#[derive(Debug, Clone, PartialEq)]
pub enum ParamOp {
    None,
    Length,
    /// The flag: `:` was written, so that an empty value counts as unset.
    Default(bool, Word),
    Assign(bool, Word),
    Error(bool, Word),
    Alternative(bool, Word),
    /// `#`, `##`: the flag says greedy.
    Prefix(bool, Word),
    Suffix(bool, Word),
    Substring(Word, Option<Word>),
    Replace(ReplaceAt, Word, Word),
    /// `^`, `^^`, `,`, `,,`: upper case?, all?
    Case(bool, bool),
    /// `${x@Q}`.
    Quote,
    /// `${!array[@]}`.
    Keys,
    /// `${!prefix@}`: the variables that are called so.
    Names,
    /// What the shell does not know: an error when it is expanded.
    Bad(ArcStr),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReplaceAt {
    First,
    All,
    Start,
    End,
}

/// The inside of `[[ ]]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Cond {
    Not(Box<Cond>),
    /// All of them, or one: lists, which do not nest as they grow.
    And(Vec<Cond>),
    Or(Vec<Cond>),
    Unary(ArcStr, Word),
    Binary(Word, ArcStr, Word),
    Word(Word),
}

impl Word {
    /// A word of one quoted piece.
    pub fn quoted(text: &str) -> Word {
        Word(Arc::from(vec![Piece::Quoted(ArcStr::from(text))]))
    }

    /// The text of a word that is plain and unquoted.
    pub fn literal(&self) -> Option<&str> {
        match &*self.0 {
            [Piece::Lit(text)] => Some(text),
            _ => None,
        }
    }
}

thread_local! {
    static COMPILED: RefCell<SortedMap<(Dialect, ArcStr), Arc<Code>>> = const { RefCell::new(SortedMap::new()) };
}
/// How many compiled scripts are remembered, and the longest of them.
const COMPILED_MAX: usize = 128;
const COMPILED_BYTES_MAX: usize = 64 << 10;

/// A script's code, compiled once: all containers of an image run the same ones.
pub fn compile(src: &str, dialect: Dialect) -> Arc<Code> {
    let known = COMPILED.with_borrow(|all| all.get_by(|(d, text)| d.cmp(&dialect).then_with(|| text::compare(text, src))).cloned());
    if let Some(code) = known {
        return code;
    }
    let code = Arc::new(parse(src, dialect));
    if src.len() <= COMPILED_BYTES_MAX {
        COMPILED.with_borrow_mut(|all| {
            if all.len() == COMPILED_MAX {
                all.clear();
            }
            all.insert((dialect, src.into()), code.clone());
        });
    }
    code
}
