//! The page: one reducer (`state`), one host that runs the cluster (`host`), and thin components that take views as props.
//! It may not know the inside of the simulation. What it looks like is written down in `static/styles/`.

mod actions;
mod amiss;
mod answer;
mod app;
mod around;
mod bar;
mod crash;
mod dim;
mod edit;
mod effect;
mod environment;
mod evidence;
mod examples;
mod feed;
mod find;
mod focus;
mod format;
mod frame_loop;
mod gauge;
mod heat;
mod help;
mod host;
mod i18n;
mod icons;
mod inside;
mod keys;
mod lang;
mod line_editor;
mod link;
mod load;
mod look;
mod missed;
mod nucleus;
mod palette;
mod panels;
mod papers;
mod pod_cell;
mod pod_table;
mod ready_menu;
mod reasons;
mod section;
mod session_copy;
mod share;
mod splitter;
mod state;
mod storage;
mod tank;
mod task;
mod term;
mod timeline;
mod trace;
mod traffic;
mod transcript;
mod uses;
mod vendor;

/// Draws the page into the document's body, and keeps it alive.
pub fn run() {
    crash::install();
    yew::Renderer::<app::App>::new().render();
}
