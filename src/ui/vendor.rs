//! The bundled editor (CodeMirror) and terminal (xterm.js): `vendor/*.js`, bundled into `gen/vendor.js`.

use js_sys::{Array, Function, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Element;

#[wasm_bindgen(module = "/gen/vendor.js")]
extern "C" {
    /// The YAML editor.
    pub type JsEditor;
    /// Makes an editor inside `parent`.
    #[wasm_bindgen(js_name = createEditor)]
    pub fn create_editor(parent: &Element, text: &str, label: &str, on_change: &Function, on_apply: &Function) -> JsEditor;
    /// Shows another document.
    #[wasm_bindgen(method, js_name = setText)]
    pub fn set_text(this: &JsEditor, text: &str);
    /// Says to a screen reader what this is, and what the editor says of folding.
    #[wasm_bindgen(method, js_name = setWords)]
    pub fn set_words(this: &JsEditor, label: &str, folding: &str);
    /// Marks problems: line, column, message, line, column, message ...
    #[wasm_bindgen(method, js_name = setProblems)]
    pub fn set_problems(this: &JsEditor, flat: &Array);
    /// Puts the cursor at a line and column, counted from 1.
    #[wasm_bindgen(method, js_name = goTo)]
    pub fn go_to(this: &JsEditor, line: u32, column: u32);
    /// Takes the focus.
    #[wasm_bindgen(method)]
    pub fn focus(this: &JsEditor);
    /// Takes it off the page.
    #[wasm_bindgen(method)]
    pub fn dispose(this: &JsEditor);

    /// Compresses a text into the letters of a link and calls `done` with it.
    #[wasm_bindgen]
    pub fn pack(text: &str, done: &Function);
    /// Calls `open` with version and text for the link that the page was opened with, and for any that follows.
    #[wasm_bindgen(js_name = onLink)]
    pub fn on_link(open: &Function);
    /// Calls `open` with name and text for each file that is dropped onto the page or chosen after [`pick_file`].
    #[wasm_bindgen(js_name = onFiles)]
    pub fn on_files(open: &Function);
    /// Lets the visitor choose files.
    #[wasm_bindgen(js_name = pickFile)]
    pub fn pick_file();
    /// Saves a text as a file.
    #[wasm_bindgen(js_name = saveFile)]
    pub fn save_file(name: &str, text: &str);
    /// Fetches a page of the web, and calls `done` with its text, or with none and why not.
    #[wasm_bindgen(js_name = fetchPage)]
    pub fn fetch_page(url: &str, done: &Function);
    /// Calls `typed` with each command that the page around this one wants in the terminal, and whether it is to be run.
    #[wasm_bindgen(js_name = onAround)]
    pub fn on_around(typed: &Function);
    /// Tells the page around this one something, as JSON.
    #[wasm_bindgen(js_name = tellAround)]
    pub fn tell_around(json: &str);
    /// Lets a drop fall from the queue to where a cell is, which comes out of it.
    #[wasm_bindgen]
    pub fn fall(cell: &Element);
    /// Carries a sheet from where the source with this UID is drawn to what is drawn of a pod's copy, by way of the node.
    #[wasm_bindgen]
    pub fn carry(pod: &str, source: &str);
    /// Puts a text on the clipboard; `told` gets whether the browser let that happen.
    #[wasm_bindgen(js_name = copyText)]
    pub fn copy_text(text: &str, told: &Function);

    /// The terminal.
    pub type JsTerminal;
    /// Makes a terminal inside `parent`; `on_data` gets what is typed, `on_resize` columns and rows.
    #[wasm_bindgen(js_name = createTerminal)]
    pub fn create_terminal(parent: &Element, on_data: &Function, on_resize: &Function) -> JsTerminal;
    /// Shows bytes.
    #[wasm_bindgen(method)]
    pub fn write(this: &JsTerminal, bytes: &Uint8Array);
    /// Shows nothing any more.
    #[wasm_bindgen(method)]
    pub fn reset(this: &JsTerminal);
    /// Marks a text wherever it stands, and shows one place of it: the newest, or so many further; `tell` gets which and of how many.
    #[wasm_bindgen(method)]
    pub fn find(this: &JsTerminal, text: &str, step: i32, tell: &Function);
    /// Says to a screen reader what this is.
    #[wasm_bindgen(method, js_name = setLabel)]
    pub fn set_terminal_label(this: &JsTerminal, label: &str);
    /// Reads the colours from the page anew.
    #[wasm_bindgen(method, js_name = setTheme)]
    pub fn set_theme(this: &JsTerminal);
    /// Takes what the clipboard holds; `refused` is called where the browser does not let it.
    #[wasm_bindgen(method)]
    pub fn paste(this: &JsTerminal, refused: &Function);
    /// Its columns.
    #[wasm_bindgen(method)]
    pub fn cols(this: &JsTerminal) -> u32;
    /// Its rows.
    #[wasm_bindgen(method)]
    pub fn rows(this: &JsTerminal) -> u32;
    /// Takes the focus.
    #[wasm_bindgen(method, js_name = focus)]
    pub fn focus_terminal(this: &JsTerminal);
    /// Takes it off the page.
    #[wasm_bindgen(method, js_name = dispose)]
    pub fn dispose_terminal(this: &JsTerminal);
}
