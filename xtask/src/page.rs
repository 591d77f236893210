//! Building and serving the page.

use crate::process::{Cmd, root};
use crate::report::{heading, seconds};
use crate::tools::{Browser, Need, set_up};
use crate::{Failure, size};
use std::net::TcpListener;
use std::num::NonZeroU16;
use std::time::Instant;

/// Bundles the editor and the terminal, where their sources changed. The wasm build imports the result.
pub fn bundle() -> Result<(), Failure> {
    Cmd::new("node", ["vendor/build.mjs"]).run()
}

/// Builds `dist/` as it is published.
pub fn build() -> Result<(), Failure> {
    bundle()?;
    Cmd::new("trunk", ["build", "--release", "--offline"]).run()
}

/// `cargo xtask build`: builds `dist/` and shows what it weighs.
pub fn build_and_weigh() -> Result<(), Failure> {
    set_up(Need::Page)?;
    heading("build the page");
    let began = Instant::now();
    build()?;
    println!("dist/ is ready after {}: any static host or folder serves it", seconds(began.elapsed()));
    heading("what the page weighs");
    size::check()
}

/// `cargo xtask bench page`: builds `dist/` and measures it in Chromium.
pub fn bench(parts: &[String]) -> Result<(), Failure> {
    set_up(Need::Test)?;
    let browser = Browser::find_or_install()?;
    heading("build the page");
    build()?;
    heading("measure the page");
    Cmd::new("node", ["benches/page.mjs"]).args(parts).env("CHROMIUM", &browser.chromium).run()
}

/// `cargo xtask serve`: builds and serves the page, again after every change of a file.
pub fn serve(args: &[String]) -> Result<(), Failure> {
    let (mut release, mut port) = (false, None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--release" => release = true,
            "--port" => {
                let value = args.next().ok_or("--port wants a number")?;
                port = Some(value.parse::<NonZeroU16>().map_err(|_| format!("--port wants a number from 1 to 65535, not `{value}`"))?);
            }
            other => return Err(format!("serve does not know `{other}`")),
        }
    }
    // Trunk would find out only after the first build, and whoever has the port would be taken for it.
    let port = match port.map(NonZeroU16::get) {
        Some(port) => TcpListener::bind(("127.0.0.1", port)).map(|_| port).map_err(|why| format!("cannot serve at port {port}: {why}"))?,
        None => free_port()?,
    };
    set_up(Need::Page)?;
    heading("build the page and serve it");
    bundle()?;
    let address = format!("http://127.0.0.1:{port}/");
    println!("The first build takes some minutes, later ones seconds. Then the page is at {address} (Ctrl-C ends this).");
    let stop = announce(port, address);
    let port = port.to_string();
    let serve = Cmd::new("trunk", ["serve", "--offline", "--port", &port]).args(release.then_some("--release"));
    let outcome = serve.run();
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    outcome.map_err(|why| format!("{why} in {}", root().display()))
}

/// Says so once the page can be opened: Trunk starts to listen only when the first build is done.
fn announce(port: u16, address: String) -> std::sync::Arc<std::sync::atomic::AtomicBool> {
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = std::sync::Arc::clone(&stop);
    std::thread::spawn(move || {
        while !stopped.load(std::sync::atomic::Ordering::Relaxed) {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                println!("\nKubarium is at {address}\n");
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    });
    stop
}

/// 8080, or else the next port nobody listens on.
fn free_port() -> Result<u16, Failure> {
    (8080..8180)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .ok_or_else(|| "no free port from 8080 to 8179: name one with --port".to_owned())
}
