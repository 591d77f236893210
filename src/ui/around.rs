//! The page around this one, where it is embedded: the commands that it wants in the terminal, and what it is told.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use yew::prelude::*;

use kubarium::api::Value;
use kubarium::base::List as _;
use kubarium::obj;
use kubarium::views::{ExerciseView, said};

use super::app::EMBEDDED;
use super::lang::Lang;
use super::link::Link;
use super::state::State;
use super::task::is_done;
use super::vendor::{on_around, tell_around};

/// Tells how far the reader of an exercise is: `{ kubarium: 'exercise', title, checks, done }`.
pub fn tell(task: &ExerciseView, lang: Lang) {
    let checks = task.checks.iter().map(|c| Value::from(c.1)).list();
    tell_around(
        &obj!({ "kubarium": "exercise", "title": said(&task.title, lang.code()), "checks": checks, "done": is_done(task) }).to_json(),
    );
}

/// Listens to it as long as the page lives, where it embeds what is made for that: another one may hold what a visitor has kept.
pub fn listen(newest: Rc<RefCell<UseReducerHandle<State>>>, link: &Link) {
    if EMBEDDED.with(|e| e.is_empty()) {
        return;
    }
    let link = link.clone();
    let typed = Closure::<dyn Fn(String, bool)>::new(move |command: String, run: bool| {
        let terminal = newest.borrow().terminal();
        // What was typed there before it goes.
        let line = format!("\x15{command}");
        if run {
            // Whoever reads around it goes on there.
            link.type_in_sight(terminal, &(line + "\r"));
        } else {
            link.type_line(terminal, &line);
        }
    });
    on_around(typed.as_ref().unchecked_ref());
    typed.forget();
}
