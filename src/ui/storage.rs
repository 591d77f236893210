//! What the browser keeps for the page. Where it keeps nothing (private windows, a full store) the page works without.

use web_sys::Storage;

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

fn store() -> Option<Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What was kept under a key; none where nothing, or the empty text.
pub fn get(key: &str) -> Option<String> {
    store()?.get_item(key).ok()?.filter(|v| !v.is_empty())
}

/// Keeps a text under a key.
pub fn set(key: &str, value: &str) {
    if let Some(store) = store() {
        // A full store keeps what it had.
        let _ = store.set_item(key, value);
    }
}
