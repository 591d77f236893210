//! Building and serving the page.

use crate::process::{Cmd, root, target_dir};
use crate::report::{heading, seconds};
use crate::tools::{Browser, Need, set_up};
use crate::{Failure, size};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    // A wrong name is refused before the build, which takes minutes.
    Cmd::new("node", ["benches/page.mjs", "--check"]).args(parts).run()?;
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
    // Trunk would notice only after the first build, and whatever has the port would be taken for it.
    let (port, _claim) = match port.map(NonZeroU16::get) {
        Some(port) => claim(port).map(|claim| (port, claim)).map_err(|why| format!("cannot serve at port {port}: {why}"))?,
        None => free_port()?,
    };
    set_up(Need::Page)?;
    heading("build the page and serve it");
    bundle()?;
    let address = format!("http://127.0.0.1:{port}/");
    println!("The first build takes some minutes, later ones seconds. Then the page is at {address} (Ctrl-C ends this).");
    let built = target_dir().join(format!("serve-{port}"));
    let _ = std::fs::remove_file(&built);
    let stop = announce(port, address, built.clone());
    let port = port.to_string();
    let serve = Cmd::new("trunk", ["serve", "--offline", "--port", &port]).args(release.then_some("--release"));
    let outcome = serve.env(BUILT, &built).run();
    stop.store(true, Ordering::Relaxed);
    let _ = std::fs::remove_file(&built);
    outcome.map_err(|why| format!("{why} in {}", root().display()))
}

/// Names the file that the last of Trunk's hooks writes after a successful build.
const BUILT: &str = "KUBARIUM_BUILT";

/// Prints when the page can be opened: when a build has succeeded and Trunk listens, which it does after the first build, even a failed
/// one.
fn announce(port: u16, address: String, built: PathBuf) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            if built.exists() && TcpStream::connect(("127.0.0.1", port)).is_ok() {
                println!("\nKubarium is at {address}\n");
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    });
    stop
}

/// Reserves a port that nobody listens on. Trunk listens on it only after its first build; until then the UDP port of the same number keeps
/// another `serve` away.
fn claim(port: u16) -> std::io::Result<UdpSocket> {
    TcpListener::bind(("127.0.0.1", port))?;
    UdpSocket::bind(("127.0.0.1", port))
}

/// 8080, or else the next port that can be taken.
fn free_port() -> Result<(u16, UdpSocket), Failure> {
    const FIRST: u16 = 8080;
    let found = (FIRST..FIRST + 100).find_map(|port| Some((port, claim(port).ok()?)));
    let (port, claim) = found.ok_or("no free port from 8080 to 8179: name one with --port")?;
    if port > FIRST {
        println!("port {FIRST} is taken: the page will be at port {port}");
    }
    Ok((port, claim))
}
