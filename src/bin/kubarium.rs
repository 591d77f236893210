//! The native program: runs scripts and replays sessions without a page.

fn main() {}
