//! Where in a value something is.

use std::fmt;
use std::str::FromStr;

use super::Value;

/// The way from the root of an object to one value in it.
///
/// Written as Terraform writes it: `rotation.interval`, `members[0].role`, `labels["env"]`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

/// One step of a [`Path`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an attribute of an object.
    Attribute(String),
    /// Into an element of a map.
    Key(String),
    /// Into an element of a list or tuple.
    Index(usize),
    /// Into an element of a set. The protocol cannot name it, so that a path ends before it on the wire.
    Element(Box<Value>),
}

impl Path {
    /// The root object itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// One step further, into an attribute.
    #[must_use]
    pub fn attribute(self, name: impl Into<String>) -> Self {
        self.step(Step::Attribute(name.into()))
    }

    /// One step further, into an element of a map.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// One step further, into an element of a list or tuple.
    #[must_use]
    pub fn index(self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// One step further, into an element of a set.
    #[must_use]
    pub fn element(self, element: Value) -> Self {
        self.step(Step::Element(Box::new(element)))
    }

    /// One step further.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// The same place, seen from one step further out.
    pub(super) fn under(mut self, step: Step) -> Self {
        self.0.insert(0, step);
        self
    }

    /// The steps, from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Path {
    /// The path of one attribute at the root.
    fn from(attribute: &str) -> Self {
        Self::root().attribute(attribute)
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                // The element may hold a secret: its place is enough.
                Step::Element(_) => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Path(vec![self.clone()]))
    }
}

/// The text is not a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a path: unexpected input at byte {offset}")]
pub struct PathError {
    offset: usize,
}

impl FromStr for Path {
    type Err = PathError;

    /// Reads what [`Display`](fmt::Display) writes, but for elements of sets.
    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let offset = text.len() - rest.len();
            let error = PathError { offset };
            if let Some(inner) = rest.strip_prefix('[') {
                let (step, after) = if inner.starts_with('"') {
                    let (key, after) = quoted(inner).ok_or(error.clone())?;
                    (Step::Key(key), after)
                } else {
                    let end = inner.find(']').ok_or(error.clone())?;
                    let digits = &inner[..end];
                    let canonical = digits == "0" || !digits.starts_with(['0', '+']);
                    let index = digits.parse().ok().filter(|_| canonical).ok_or(error.clone())?;
                    (Step::Index(index), &inner[end..])
                };
                steps.push(step);
                rest = after.strip_prefix(']').ok_or(error)?;
            } else {
                let name = if steps.is_empty() { rest } else { rest.strip_prefix('.').ok_or(error.clone())? };
                let end = name.find(['.', '[']).unwrap_or(name.len());
                let valid = name[..end].chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
                if end == 0 || !valid {
                    return Err(error);
                }
                steps.push(Step::Attribute(name[..end].to_owned()));
                rest = &name[end..];
            }
        }
        Ok(Self(steps))
    }
}

/// Reads a string in Rust's `Debug` quoting from the start of `text`; answers it and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut chars = text.strip_prefix('"')?.char_indices();
    while let Some((offset, c)) = chars.next() {
        match c {
            '"' => return Some((key, &text[1 + offset + 1..])),
            '\\' => key.push(match chars.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                'u' => {
                    let body: String =
                        chars.by_ref().map(|(_, c)| c).skip_while(|c| *c == '{').take_while(|c| *c != '}').collect();
                    char::from_u32(u32::from_str_radix(&body, 16).ok()?)?
                }
                literal @ ('\\' | '"' | '\'') => literal,
                _ => return None,
            }),
            _ => key.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_terraform_writes_them() {
        let path = Path::from("members").index(2).attribute("labels").key("a \"b\"");
        assert_eq!(path.to_string(), r#"members[2].labels["a \"b\""]"#);
        assert_eq!(path.to_string().parse(), Ok(path));
        assert_eq!("".parse(), Ok(Path::root()));
    }

    #[test]
    fn an_element_of_a_set_does_not_show_itself() {
        let path = Path::from("keys").element(Value::from("hunter2")).attribute("id");
        assert_eq!(path.to_string(), "keys[*].id");
        assert!(!format!("{path:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [".a", "a.", "a..b", "a[", "a[]", "a[01]", "a[x]", "a[\"b", "a[\"b\"", "a b", "a[0]b", "[\"\\q\"]"]
        {
            assert!(text.parse::<Path>().is_err(), "{text}");
        }
    }
}
