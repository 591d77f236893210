//! Effects. Yew has a copy of their machinery for each closure that a page runs; here all closures share one, which makes the page smaller.

use std::any::Any;

use yew::functional::{Hook, TearDown};

/// What an effect depends on, whatever its type.
trait Dependency {
    fn as_any(&self) -> &dyn Any;
    fn is(&self, other: &dyn Dependency) -> bool;
}

impl<T: PartialEq + 'static> Dependency for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is(&self, other: &dyn Dependency) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}

struct Dependencies(Box<dyn Dependency>);

impl PartialEq for Dependencies {
    fn eq(&self, other: &Dependencies) -> bool {
        self.0.is(&*other.0)
    }
}

/// Runs an effect after the component was drawn, the first time and where what it depends on has changed, as Yew's hook of this name does.
pub fn use_effect_with<T: PartialEq + 'static, D: TearDown>(deps: T, effect: impl FnOnce(&T) -> D + 'static) -> impl Hook<Output = ()> {
    type Effect = Box<dyn FnOnce(&Dependencies) -> Box<dyn FnOnce()>>;
    let effect: Effect = Box::new(move |deps| match (*deps.0).as_any().downcast_ref() {
        Some(deps) => {
            let end = effect(deps);
            Box::new(move || end.tear_down())
        }
        // It is called with its own dependencies alone.
        None => Box::new(|| ()),
    });
    yew::functional::use_effect_with(Dependencies(Box::new(deps)), effect)
}
