//! The languages that the page speaks; what it says in them stands in the table of texts (`i18n`).

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
}

impl Lang {
    /// As `lang="…"` has it.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh-CN",
        }
    }

    /// The language that a code such as `zh-Hans-CN` asks for.
    pub fn of_code(code: &str) -> Lang {
        if code.starts_with("zh") { Lang::Zh } else { Lang::En }
    }

    /// The other one.
    pub fn other(self) -> Lang {
        match self {
            Lang::En => Lang::Zh,
            Lang::Zh => Lang::En,
        }
    }
}
