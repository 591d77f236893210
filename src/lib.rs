//! Kubarium: a whole simulated Kubernetes cluster.
//!
//! The library knows nothing of browsers. Layers, each importing only those before it:
//! `base <- api <- store <- server <- {controllers, scheduler, kubelet (+ runtime, network), kubectl} <- sim <- views`.
//! The Yew page (`ui`) and the native program (`src/bin/kubarium.rs`) stand on top.

pub mod api;
pub mod base;
