//! Kubarium: a whole simulated Kubernetes cluster.
//!
//! The library knows nothing of browsers. Layers, each importing only those before it:
//! `base <- api <- store <- server <- {controllers, scheduler, kubelet (+ runtime, network), kubectl} <- sim <- views`.
//! The Yew page (`ui`) and the native program (`src/bin/kubarium.rs`) stand on top.

pub mod api;
pub mod base;
pub mod controllers;
pub mod kubectl;
pub mod kubelet;
pub mod network;
pub mod runtime;
pub mod scheduler;
pub mod server;
pub mod sim;
pub mod store;
pub mod views;
