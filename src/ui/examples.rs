//! Ready manifests, as files in `static/examples/`.

use super::i18n::Text;

/// A ready manifest.
pub struct Example {
    /// The file it opens as.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
    /// What it is.
    pub title: Text,
    /// What there is to see.
    pub note: Text,
}

macro_rules! example {
    ($file:literal, $title:ident, $note:ident) => {
        Example { path: $file, text: include_str!(concat!("../../static/examples/", $file)), title: Text::$title, note: Text::$note }
    };
}

/// All of them, in the order they are shown.
pub static EXAMPLES: [Example; 8] = [
    example!("liveness-exec.yaml", ExLiveness, ExLivenessNote),
    example!("nginx-rc.yaml", ExController, ExControllerNote),
    example!("readiness.yaml", ExReadiness, ExReadinessNote),
    example!("config-env.yaml", ExConfig, ExConfigNote),
    example!("crash-loop.yaml", ExCrash, ExCrashNote),
    example!("service.yaml", ExService, ExServiceNote),
    example!("multi-container.yaml", ExMulti, ExMultiNote),
    example!("too-big.yaml", ExPending, ExPendingNote),
];
