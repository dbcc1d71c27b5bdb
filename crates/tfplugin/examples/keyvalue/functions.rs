//! Functions: pure, and without the provider's configuration.

use std::collections::BTreeMap;

use tfplugin::function::{Definition, Object, Variadic};
use tfplugin::{Function, FunctionError, Model};

/// `provider::keyvalue::checksum(text)`.
pub(crate) struct Checksum;

impl Function for Checksum {
    const NAME: &'static str = "checksum";
    /// An `Option` takes null. An `Attr` would take unknown as well; so where the text is unknown, the host does not ask.
    type Arguments = (Option<String>,);
    type Output = Option<String>;

    fn definition(&self) -> Definition {
        Definition::new("The checksum that an entry of this content has.")
            .parameter("content", "The content. Null has no checksum.")
    }

    fn call(&self, (content,): (Option<String>,)) -> Result<Option<String>, FunctionError> {
        Ok(content.as_deref().map(checksum))
    }
}

/// A checksum that tells changes apart and proves nothing (FNV-1a).
pub(crate) fn checksum(content: &str) -> String {
    let hash = content
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("fnv:{hash:016x}")
}

/// `provider::keyvalue::join(separator, part, ...)`.
pub(crate) struct Join;

impl Function for Join {
    const NAME: &'static str = "join";
    /// The last argument may stand any number of times.
    type Arguments = (String, Variadic<String>);
    type Output = String;

    fn definition(&self) -> Definition {
        Definition::new("Joins parts to a key.")
            .parameter("separator", "What stands between the parts.")
            .parameter("parts", "The parts, none of which may contain the separator.")
    }

    fn call(&self, (separator, Variadic(parts)): (String, Variadic<String>)) -> Result<String, FunctionError> {
        let ambiguous = parts.iter().position(|part| !separator.is_empty() && part.contains(&separator));
        match ambiguous {
            // Arguments are counted from 0, and the separator is the first. Its text is not shown: it may be secret.
            Some(index) => Err(FunctionError::new("a part contains the separator").at(index + 1)),
            None => Ok(parts.join(&separator)),
        }
    }
}

/// `provider::keyvalue::labels({ team = "...", environment = "..." })`.
pub(crate) struct Labels;

/// Options by name: those of type `Option` may be left out, and unknown names are refused.
#[derive(Model)]
pub(crate) struct LabelOptions {
    team: String,
    environment: Option<String>,
}

impl Function for Labels {
    const NAME: &'static str = "labels";
    type Arguments = (Object<LabelOptions>,);
    type Output = BTreeMap<String, String>;

    fn definition(&self) -> Definition {
        Definition::new("The labels that every entry of a team carries.")
            .description("The labels that every entry of a team carries: `team`, and `environment` where there is one.")
            .parameter("options", "An object with `team` and, where there is one, `environment`.")
    }

    fn call(&self, (Object(options),): (Object<LabelOptions>,)) -> Result<BTreeMap<String, String>, FunctionError> {
        let environment = options.environment.map(|environment| ("environment".to_owned(), environment));
        Ok([("team".to_owned(), options.team)].into_iter().chain(environment).collect())
    }
}
