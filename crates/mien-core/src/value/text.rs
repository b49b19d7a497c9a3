//! Names, tags and description texts: lengths in characters, charset by mode (BEHAVIOUR 6.2).

use super::{Invalid, Value};
use std::fmt;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

/// Which characters names and texts may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Charset {
    /// Letters, marks and digits of any script, `-`, `_`, and the punctuation that documented requests use:
    /// space and `, . # & ' ( ) / : ·`.
    #[default]
    Default,
    /// The documented set only: Chinese characters, `A-Z a-z 0-9 - _`.
    Strict,
    /// Everything but control characters.
    Lenient,
}

impl Charset {
    fn allows(self, c: char) -> bool {
        match self {
            Self::Lenient => !c.is_control(),
            Self::Strict => c.is_ascii_alphanumeric() || c == '-' || c == '_' || c.script() == Script::Han,
            Self::Default => {
                let category = c.general_category_group();
                let word = matches!(
                    category,
                    GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark | GeneralCategoryGroup::Number
                );
                word || "-_ ,.#&'()/:·".contains(c)
            }
        }
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $value:expr, $min:literal to $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Longest length in characters (Unicode scalars).
            pub const MAX_CHARACTERS: usize = $max;

            /// Checks the text: empty where a text is needed, then too long, then charset.
            pub fn parse(text: &str, charset: Charset) -> Result<Self, Invalid> {
                check(text, charset, $value, $min, $max).map(|()| Self(text.to_owned()))
            }

            pub(crate) fn stored(text: String) -> Self {
                Self(text)
            }

            /// The text as the client wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// Name of a group, 1 to 60 characters, unique in its account.
    GroupName, Value::GroupName, 1 to 60
);
text!(
    /// Tag of a group, 0 to 40 characters.
    Tag, Value::Tag, 0 to 40
);
text!(
    /// Name of a description field of a group, 1 to 30 characters, unique in its group.
    FieldName, Value::FieldName, 1 to 30
);
text!(
    /// Name of a person, 1 to 60 characters; may repeat.
    PersonName, Value::PersonName, 1 to 60
);
text!(
    /// Text of a person in one description field of a group, 0 to 60 characters.
    FieldText, Value::FieldText, 0 to 60
);

impl Tag {
    /// The tag of a group that was given none.
    pub fn empty() -> Self {
        Self(String::new())
    }
}

fn check(text: &str, charset: Charset, value: Value, min: usize, max: usize) -> Result<(), Invalid> {
    if text.is_empty() && min > 0 {
        return Err(Invalid::Empty { value });
    }
    let length = text.chars().count();
    if length > max {
        return Err(Invalid::TooLong { value, length, max });
    }
    match text.chars().find(|c| !charset.allows(*c)) {
        Some(character) => Err(Invalid::Illegal { value, character }),
        None => Ok(()),
    }
}
