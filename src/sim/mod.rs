//! The whole cluster on one clock: sessions, inputs, faults, keyframes, digest. Nothing here may know the browser.
