//! What the browser keeps for the page. Where it keeps nothing (private windows, a full store) the page works without.
//!
//! A session is kept twice: for the tab that it runs in, which has it again when it is loaded anew, and for whoever opens the page
//! next, who has the one that was acted on last. So two tabs that begin with one session do not write over each other.

use web_sys::{Storage, Window};

/// The language's code.
pub const LANG: &str = "kubarium.lang";
/// `dark` or `light`.
pub const THEME: &str = "kubarium.theme";
/// The session's inputs so far.
pub const SESSION: &str = "kubarium.session";
/// Those since then: the length of the text they go on from, then one on each line.
pub const TAIL: &str = "kubarium.tail";
/// How far it had come, in seconds.
pub const MOMENT: &str = "kubarium.moment";
/// How many of the session's last inputs the next load leaves out: set while it is not known that the page outlives them.
pub const RESTORE: &str = "kubarium.restore";

/// The session whose place this one took: how far it had come, in seconds, then the session on one line.
pub const REPLACED: &str = "kubarium.replaced";
/// Whether the way back to it is offered.
pub const OFFER: &str = "kubarium.offer";

/// The names of the lessons that were done, one on each line.
const LESSONS: &str = "kubarium.lessons";

/// The tab whose session is the one kept for whoever comes next; none where that tab was left.
const WRITER: &str = "kubarium.writer";
/// What stands in a session's place where the visitor wants none of those that are kept.
pub const NONE: &str = "-";

/// A store of the browser: the tab's own, or the one that all tabs share.
fn store(own: bool) -> Option<Storage> {
    let of = if own { Window::session_storage } else { Window::local_storage };
    of(&web_sys::window()?).ok()?
}

/// What was kept under a key, for this tab alone or for all; none where nothing, or the empty text.
pub fn read(own: bool, key: &str) -> Option<String> {
    store(own)?.get_item(key).ok()?.filter(|v| !v.is_empty())
}

/// Keeps a text under a key, for this tab alone or for all. Says whether it fitted in: a full store keeps what it had.
pub fn write(own: bool, key: &str, value: &str) -> bool {
    store(own).is_none_or(|store| store.set_item(key, value).is_ok())
}

/// What was kept under a key.
pub fn get(key: &str) -> Option<String> {
    read(false, key)
}

/// Keeps a text under a key.
pub fn set(key: &str, value: &str) {
    write(false, key, value);
}

/// Whether the lesson of this name has been done.
pub fn is_done(lesson: &str) -> bool {
    get(LESSONS).is_some_and(|done| done.lines().any(|l| l == lesson))
}

/// Keeps that the lesson of this name has been done.
pub fn set_done(lesson: &str) {
    if !is_done(lesson) {
        set(LESSONS, &format!("{}{lesson}\n", get(LESSONS).unwrap_or_default()));
    }
}

/// This tab as long as it is not loaded anew: the moment at which it was.
fn tab() -> String {
    web_sys::window().and_then(|w| w.performance()).map_or(0.0, |p| p.time_origin()).to_string()
}

/// Whether the session kept for whoever comes next is this tab's.
pub fn is_writer() -> bool {
    get(WRITER) == Some(tab())
}

/// From now on the session kept for whoever comes next is this tab's. Says whether it was that of a tab that has not been left.
pub fn become_writer() -> bool {
    let open = get(WRITER).is_some();
    set(WRITER, &tab());
    open
}

/// The tab is left.
pub fn leave() {
    if is_writer() {
        set(WRITER, "");
    }
}

/// Keeps a text of the session: for this tab, and for whoever comes next where that has this tab's. Says whether it fitted in.
pub fn keep(key: &str, value: &str) -> bool {
    let fits = write(true, key, value);
    (!is_writer() || write(false, key, value)) && fits
}
