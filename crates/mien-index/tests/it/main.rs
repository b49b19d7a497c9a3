//! The index from outside: always compared with brute force.

mod damage;
mod durability;
mod exactness;
mod families;
mod model;
mod operations;
mod soak;
