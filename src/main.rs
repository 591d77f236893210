//! The page. Everything it shows comes from `views`; natively it is empty.

#[cfg(target_arch = "wasm32")]
mod ui;

/// Three kilobytes smaller than the allocator that comes with Rust for wasm, and as fast.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

// What of the page needs no browser is tested without one.
#[cfg(all(test, not(target_arch = "wasm32")))]
#[path = "ui"]
mod pure {
    mod examples;
    #[allow(dead_code, reason = "the page alone uses the rest")]
    mod format;
    mod i18n;
    mod lang;
    mod line_editor;
    mod transcript;
}

#[cfg(target_arch = "wasm32")]
fn main() {
    ui::run();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program is the web page: build it with `cargo xtask build`, or use `kubarium`.");
}
