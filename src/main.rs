//! The page. Everything it shows comes from `views`; natively it is empty.

#[cfg(target_arch = "wasm32")]
fn main() {
    yew::Renderer::<App>::new().render();
}

#[cfg(target_arch = "wasm32")]
#[yew::component]
fn App() -> yew::Html {
    yew::html! { <main><h1>{ "Kubarium" }</h1></main> }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program is the web page: build it with `cargo xtask build`, or use `kubarium`.");
}
