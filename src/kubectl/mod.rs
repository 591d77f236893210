//! kubectl: arguments, commands, printers, describers. It speaks to the server alone, as any client.

pub mod describe;
pub mod output;
