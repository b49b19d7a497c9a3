//! The protocol at its boundary. Names of tests begin with the rule of BEHAVIOUR that they check.

mod codes;
mod decode;
mod hostile;
mod multipart;
mod negative;
mod numbers;
mod precedence;
mod seal;
mod server;
mod tc3;
mod transport;
mod v1;
mod vectors;
