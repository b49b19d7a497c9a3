//! What an action takes, decoded in the order of BEHAVIOUR 4 step 8: types of all parameters, unknown names (strict mode),
//! missing names, empty required values. Everything after that is the action's own.

use std::borrow::Cow;

use mien_wire::{Code, Params, Refusal};

use crate::shape::{Kind, Output, Param, Shape, Version};

/// A text as the client sent it.
pub type Text<'a> = Cow<'a, str>;

/// A type that a parameter can be read as.
pub trait Value<'a>: Sized {
    /// The wire type.
    const KIND: Kind;

    /// The value, `None` when the parameter is absent or null.
    fn read(params: &'a Params<'_>, name: &str) -> Result<Option<Self>, Refusal>;

    /// Refuses a value that lacks a required field.
    fn complete(&self) -> Result<(), Refusal> {
        Ok(())
    }

    /// Whether a required parameter with this value counts as empty.
    fn is_empty(&self) -> bool {
        false
    }
}

impl<'a> Value<'a> for Text<'a> {
    const KIND: Kind = Kind::Text;

    fn read(params: &'a Params<'_>, name: &str) -> Result<Option<Self>, Refusal> {
        params.text(name)
    }

    fn is_empty(&self) -> bool {
        str::is_empty(self)
    }
}

impl<'a> Value<'a> for u64 {
    const KIND: Kind = Kind::Unsigned;

    fn read(params: &'a Params<'_>, name: &str) -> Result<Option<Self>, Refusal> {
        params.uint64(name)
    }
}

impl<'a> Value<'a> for i64 {
    const KIND: Kind = Kind::Signed;

    fn read(params: &'a Params<'_>, name: &str) -> Result<Option<Self>, Refusal> {
        params.int64(name)
    }
}

impl<'a> Value<'a> for f64 {
    const KIND: Kind = Kind::Float;

    fn read(params: &'a Params<'_>, name: &str) -> Result<Option<Self>, Refusal> {
        params.float(name)
    }
}

impl<'a> Value<'a> for Vec<Text<'a>> {
    const KIND: Kind = Kind::List(&Kind::Text);

    fn read(params: &'a Params<'_>, name: &str) -> Result<Option<Self>, Refusal> {
        params.texts(name)
    }

    fn is_empty(&self) -> bool {
        Vec::is_empty(self)
    }
}

/// Names the two fields of a description entry: an index and a text.
pub trait EntryNames {
    /// The nested type.
    const SHAPE: Shape;
    /// Name of the index.
    const INDEX: &'static str;
    /// Name of the text.
    const TEXT: &'static str;
}

/// `GroupExDescriptionInfo`.
#[derive(Debug)]
pub enum OfGroup {}

impl EntryNames for OfGroup {
    const SHAPE: Shape = Shape {
        name: "GroupExDescriptionInfo",
        fields: &entry_fields("GroupExDescriptionIndex", "GroupExDescription"),
    };
    const INDEX: &'static str = "GroupExDescriptionIndex";
    const TEXT: &'static str = "GroupExDescription";
}

/// `PersonExDescriptionInfo`.
#[derive(Debug)]
pub enum OfPerson {}

impl EntryNames for OfPerson {
    const SHAPE: Shape = Shape {
        name: "PersonExDescriptionInfo",
        fields: &entry_fields("PersonExDescriptionIndex", "PersonExDescription"),
    };
    const INDEX: &'static str = "PersonExDescriptionIndex";
    const TEXT: &'static str = "PersonExDescription";
}

const fn entry_fields(index: &'static str, text: &'static str) -> [Output; 2] {
    [
        Output {
            name: index,
            kind: Kind::Unsigned,
            nullable: false,
        },
        Output {
            name: text,
            kind: Kind::Text,
            nullable: false,
        },
    ]
}

/// One description entry: the index of a field and a text.
#[derive(Debug)]
pub struct Entry<Names> {
    /// Index of the field, counted from 0.
    pub index: u64,
    /// The text.
    pub text: String,
    missing: Option<Refusal>,
    names: std::marker::PhantomData<Names>,
}

impl<'a, Names: EntryNames> Value<'a> for Vec<Entry<Names>> {
    const KIND: Kind = Kind::List(&Kind::Object(&Names::SHAPE));

    fn read(params: &'a Params<'_>, name: &str) -> Result<Option<Self>, Refusal> {
        let Some(objects) = params.objects(name)? else {
            return Ok(None);
        };
        objects.iter().map(Entry::read).collect::<Result<Vec<_>, _>>().map(Some)
    }

    fn complete(&self) -> Result<(), Refusal> {
        self.iter().find_map(|entry| entry.missing.clone()).map_or(Ok(()), Err)
    }

    fn is_empty(&self) -> bool {
        Vec::is_empty(self)
    }
}

impl<Names: EntryNames> Entry<Names> {
    fn read(object: &Params<'_>) -> Result<Self, Refusal> {
        let index = object.uint64(Names::INDEX)?;
        let text = object.text(Names::TEXT)?;
        let absent = if index.is_none() {
            Some(Names::INDEX)
        } else {
            text.is_none().then_some(Names::TEXT)
        };
        Ok(Self {
            index: index.unwrap_or_default(),
            text: text.unwrap_or_default().into_owned(),
            missing: absent.map(|name| object.refusal(Code::MissingParameter, name)),
            names: std::marker::PhantomData,
        })
    }
}

/// The arguments of one action.
pub trait Arguments<'a>: Sized {
    /// The parameters in the order of the contract.
    const PARAMS: &'static [Param];

    /// Reads the types and presence of all parameters.
    fn decode(params: &'a Params<'_>, version: Version, strict: bool) -> Result<Self, Refusal>;
}

/// Refuses names that the action does not have in this version (strict mode, BEHAVIOUR 13 #23).
pub fn refuse_unknown(params: &Params<'_>, known: &[Param], version: Version) -> Result<(), Refusal> {
    let names: Vec<&str> = known
        .iter()
        .filter(|param| param.versions.contains(&version))
        .map(|p| p.name)
        .collect();
    params.refuse_unknown(&names)
}

/// The value of a parameter, `None` where the version does not have it.
pub fn read<'a, T: Value<'a>>(params: &'a Params<'_>, param: &Param, version: Version) -> Result<Option<T>, Refusal> {
    if param.versions.contains(&version) {
        T::read(params, param.name)
    } else {
        Ok(None)
    }
}

/// Refuses an absent required parameter, and entries that lack a field.
pub fn complete<'a, T: Value<'a>>(params: &Params<'_>, param: &Param, value: Option<&T>) -> Result<(), Refusal> {
    match value {
        Some(value) => value.complete(),
        None if param.required => Err(params.refusal(Code::MissingParameter, param.name)),
        None => Ok(()),
    }
}

/// Refuses an empty value where one is needed (BEHAVIOUR 5.7).
pub fn filled<'a, T: Value<'a>>(params: &Params<'_>, param: &Param, value: Option<&T>) -> Result<(), Refusal> {
    if param.filled && value.is_some_and(Value::is_empty) {
        return Err(params.refusal(Code::MissingParameterErrorParameterEmpty, param.name));
    }
    Ok(())
}

/// Declares the arguments of an action: `name: required Type = PARAM` or `name: optional Type = PARAM`.
macro_rules! arguments {
    ($($field:ident: $presence:ident $kind:ty = $param:ident),* $(,)?) => {
        /// What the action takes.
        #[derive(Debug)]
        pub struct Arguments<'a> {
            $($field: $crate::arguments::arguments!(@type $presence $kind),)*
            lifetime: std::marker::PhantomData<&'a ()>,
        }

        impl<'a> $crate::arguments::Arguments<'a> for Arguments<'a> {
            const PARAMS: &'static [$crate::shape::Param] = &[$($crate::shape::Param {
                kind: <$kind as $crate::arguments::Value<'a>>::KIND,
                ..$crate::params::$param
            }),*];

            fn decode(
                params: &'a mien_wire::Params<'_>,
                version: $crate::shape::Version,
                strict: bool,
            ) -> Result<Self, mien_wire::Refusal> {
                use $crate::arguments as read;
                $(let $field: Option<$kind> = read::read(params, &$crate::params::$param, version)?;)*
                if strict {
                    read::refuse_unknown(params, Self::PARAMS, version)?;
                }
                $(read::complete(params, &$crate::params::$param, $field.as_ref())?;)*
                $(read::filled(params, &$crate::params::$param, $field.as_ref())?;)*
                Ok(Self {
                    $($field: $crate::arguments::arguments!(@take $presence params $param $field),)*
                    lifetime: std::marker::PhantomData,
                })
            }
        }
    };
    (@type required $kind:ty) => { $kind };
    (@type optional $kind:ty) => { Option<$kind> };
    (@take required $params:ident $param:ident $field:ident) => {
        $params.required($crate::params::$param.name, $field)?
    };
    (@take optional $params:ident $param:ident $field:ident) => { $field };
}
pub(crate) use arguments;
