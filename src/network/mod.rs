//! The network: addresses, names and messages with latency and cost.
