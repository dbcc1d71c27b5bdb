//! Attributes that take one of a few words.

/// Declares an enum whose variants are the words that a string attribute takes.
///
/// It is a [`Field`](crate::model::Field) of a model, and its `WORDS` go to
/// [`one_of`](crate::schema::validator::one_of) in the schema.
///
/// ```
/// tfplugin::string_enum! {
///     /// What happens on destroy.
///     pub enum DeletionPolicy {
///         /// Refuse.
///         Prevent = "prevent",
///         /// Forget.
///         Abandon = "abandon",
///     }
/// }
/// assert_eq!(DeletionPolicy::WORDS, ["prevent", "abandon"]);
/// assert_eq!(DeletionPolicy::Abandon.as_str(), "abandon");
/// ```
#[macro_export]
macro_rules! string_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$variant_meta])* $variant),+
        }

        impl $name {
            /// The words, in the order of the variants.
            $vis const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word of this variant.
            #[must_use]
            $vis const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl $crate::model::Field for $name {
            fn value_type() -> $crate::value::Type {
                $crate::value::Type::String
            }

            fn from_value(value: $crate::value::Value) -> ::std::result::Result<Self, $crate::value::ValueError> {
                match value.as_str() {
                    $(Some($word) => Ok(Self::$variant),)+
                    _ => Err($crate::value::Problem::Kind {
                        expected: ::std::format!("one of {}", Self::WORDS.join(", ")),
                        found: value.kind(),
                    }
                    .into()),
                }
            }

            fn into_value(self) -> $crate::value::Value {
                $crate::value::Value::from(self.as_str())
            }
        }
    };
}
