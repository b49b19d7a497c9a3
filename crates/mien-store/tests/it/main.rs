//! Tests of the store through its public interface.

mod backup;
mod changes;
mod crash;
mod schema;
mod soundness;
mod world;
mod writes;
