//! Reply fields: one declaration makes the struct, its JSON and its line in the contract table.

use serde::Serialize;

use crate::shape::{Kind, Output};

pub mod analysis;
pub mod attributes;
pub mod galleries;
pub mod places;
mod seen;

/// A Rust type that stands for a wire type.
pub trait WireType: Serialize {
    /// The wire type.
    const KIND: Kind;
    /// Whether it may be `null`.
    const NULLABLE: bool = false;
}

/// The fields of a reply, beside `RequestId`.
pub trait Fields: Serialize {
    /// In the order they are written.
    const FIELDS: &'static [Output];
}

macro_rules! scalar {
    ($($rust:ty => $kind:ident),* $(,)?) => { $(impl WireType for $rust { const KIND: Kind = Kind::$kind; })* };
}

scalar!(u64 => Unsigned, i64 => Signed, f32 => Float, f64 => Float, bool => Boolean, String => Text, &'static str => Text);

impl<T: WireType> WireType for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);
}

impl<T: WireType> WireType for Option<T> {
    const KIND: Kind = T::KIND;
    const NULLABLE: bool = true;
}

/// Declares reply fields: `name: RustType = "WireName"`. With `nested "TypeName"` in front it declares a nested type.
macro_rules! fields {
    ($(#[$doc:meta])* nested $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty = $wire:literal),* $(,)? }) => {
        $crate::reply::fields!(@record $(#[$doc])* $name { $($(#[$field_doc])* $field: $kind = $wire),* });
        impl $crate::reply::WireType for $name {
            const KIND: $crate::shape::Kind = $crate::shape::Kind::Object(
                &$crate::shape::Shape { name: stringify!($name), fields: <$name as $crate::reply::Fields>::FIELDS });
        }
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty = $wire:literal),* $(,)? }) => {
        $crate::reply::fields!(@record $(#[$doc])* $name { $($(#[$field_doc])* $field: $kind = $wire),* });
    };
    (@record $(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty = $wire:literal),* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        pub struct $name { $($(#[$field_doc])* #[serde(rename = $wire)] pub $field: $kind),* }
        impl $crate::reply::Fields for $name {
            const FIELDS: &'static [$crate::shape::Output] = &[$($crate::shape::Output {
                name: $wire,
                kind: <$kind as $crate::reply::WireType>::KIND,
                nullable: <$kind as $crate::reply::WireType>::NULLABLE,
            }),*];
        }
    };
}
pub(crate) use fields;

fields! {
    /// A reply that holds nothing but `RequestId`.
    Empty {}
}
