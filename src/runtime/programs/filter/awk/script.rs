//! A program of awk's, as it was read.

use super::commands::To;

/// A parsed program.
#[derive(Debug, Default)]
pub struct Script {
    pub begin: Vec<Vec<Stmt>>,
    pub end: Vec<Vec<Stmt>>,
    pub rules: Vec<Rule>,
    pub functions: Vec<Function>,
    pub globals: Vec<String>,
    /// What of it may need something of others in the midst of an expression.
    pub asks: Asks,
}

/// The parts of a program that ask.
#[derive(Debug, Default)]
pub struct Asks {
    pub begin: bool,
    pub rules: bool,
    pub end: bool,
}

/// `pattern { action }`.
#[derive(Debug)]
pub struct Rule {
    /// The pattern; every record where there is none.
    pub from: Option<Expr>,
    /// The end of a range of records.
    pub to: Option<Expr>,
    /// The action; the record is printed where there is none.
    pub body: Option<Vec<Stmt>>,
}

/// A function of the script.
#[derive(Debug)]
pub struct Function {
    pub name: String,
    /// How many parameters it has.
    pub params: usize,
    pub body: Vec<Stmt>,
}

/// A statement.
#[derive(Debug, Clone)]
pub enum Stmt {
    Expr(Expr),
    /// `print`, or `printf` with a format; to a file or a command, where one is named.
    Print {
        args: Vec<Expr>,
        format: bool,
        to: Option<(To, Expr)>,
    },
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    While(Expr, Vec<Stmt>),
    Do(Vec<Stmt>, Expr),
    For(Option<Box<Stmt>>, Option<Expr>, Option<Box<Stmt>>, Vec<Stmt>),
    /// `for (key in array)`.
    ForIn(Place, Place, Vec<Stmt>),
    Next,
    Exit(Option<Expr>),
    Return(Option<Expr>),
    Break,
    Continue,
    /// An array, or what it has under a key.
    Delete(Place, Option<Vec<Expr>>),
    Block(Vec<Stmt>),
}

/// A variable: global or of the function's frame.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    Global(usize),
    Local(usize),
}

/// An expression.
#[derive(Debug, Clone)]
pub enum Expr {
    Number(f64),
    Text(String),
    Regex(String),
    Var(Place),
    Field(Box<Expr>),
    Index(Place, Vec<Expr>),
    /// `=`, or with the operator that comes before that.
    Assign(Box<Expr>, Option<char>, Box<Expr>),
    Cond(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Operators of one level, from the left: a list, which does not nest as it grows.
    Chain(Box<Expr>, Vec<(Link, Expr)>),
    In(Vec<Expr>, Place),
    Compare(&'static str, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Minus(Box<Expr>),
    Plus(Box<Expr>),
    /// `++x`, `x++`: by how much, and whether before.
    Step(Box<Expr>, f64, bool),
    /// A function of the script, by its place there.
    Call(usize, Vec<Expr>),
    Builtin(String, Vec<Expr>),
    /// `getline`: what it is given to, and the file or (true) the command that it reads.
    Getline(Option<Box<Expr>>, Option<(bool, Box<Expr>)>),
}

/// What joins the parts of a chain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Link {
    And,
    Or,
    /// `~`, or `!~`.
    Match(bool),
    Concat,
    Arith(char),
}
