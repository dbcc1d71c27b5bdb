//! Whether a model holds what a schema says.

use std::collections::BTreeMap;

use super::{Attributes, Kind, Nesting, Schema};
use crate::model::{Model, Parts, Shape};
use crate::value::{Path, Type, Value};

impl Schema {
    /// Whether hosts take this schema, a model has just these attributes with just these types and a word for every value
    /// that a configuration can give them, and each default is of its attribute's type: what a provider asserts in a test.
    ///
    /// In a configuration each value that can be set may be null or unknown, in elements of collections and in nested
    /// objects too, and the rest is null. So a field is an [`Attr`](crate::Attr) where its attribute can be set, and at
    /// least an `Option` where it cannot.
    ///
    /// # Errors
    /// A text that names the first difference.
    pub fn agrees_with<M: Model>(&self) -> Result<(), String> {
        if let Some(fault) = self.faults().into_iter().next() {
            return Err(fault);
        }
        let model: BTreeMap<&str, Type> = M::attributes().into_iter().collect();
        for (name, attribute) in &self.attributes {
            if let Some(Err(error)) = attribute.default().map(|value| value.to_msgpack(&attribute.value_type())) {
                return Err(format!("the default of `{name}` is not of its type: {error}"));
            }
            match model.get(name.as_str()) {
                None => return Err(format!("the model has no field for `{name}`")),
                Some(ty) if *ty != attribute.value_type() => {
                    return Err(format!(
                        "`{name}` is {:?} in the model, {:?} in the schema",
                        ty,
                        attribute.value_type()
                    ));
                }
                Some(_) => {}
            }
        }
        if let Some(name) = model.keys().find(|name| !self.attributes.contains_key(**name)) {
            return Err(format!("the schema has no attribute `{name}`"));
        }
        object_has_words(&self.attributes, &M::shapes(), &Path::root())
    }
}

fn object_has_words(attributes: &Attributes, fields: &[(&str, Shape)], path: &Path) -> Result<(), String> {
    for (name, shape) in fields {
        let Some(attribute) = attributes.get(*name) else { continue };
        let path = path.clone().attribute(*name);
        match attribute.kind() {
            _ if !attribute.is_configurable() => {
                if !shape.nullable {
                    return Err(format!("`{path}` is null in a configuration: make it an `Attr` in the model"));
                }
            }
            Kind::Value(_) => has_words(shape, &path)?,
            Kind::Nested(nesting, nested) => {
                has_word(shape, &path)?;
                let (object, path) = match (&shape.parts, nesting) {
                    (Parts::Elements(element), Nesting::List | Nesting::Set | Nesting::Map) => {
                        let path = path.element(Value::Null);
                        has_word(element, &path)?;
                        (&element.parts, path)
                    }
                    (parts, _) => (parts, path),
                };
                if let Parts::Attributes(fields) = object {
                    object_has_words(nested, fields, &path)?;
                }
            }
        }
    }
    Ok(())
}

/// At every depth.
fn has_words(shape: &Shape, path: &Path) -> Result<(), String> {
    has_word(shape, path)?;
    match &shape.parts {
        Parts::None => Ok(()),
        Parts::Elements(element) => has_words(element, &path.clone().element(Value::Null)),
        Parts::Attributes(fields) => {
            fields.iter().try_for_each(|(name, field)| has_words(field, &path.clone().attribute(*name)))
        }
    }
}

fn has_word(shape: &Shape, path: &Path) -> Result<(), String> {
    if shape.nullable && shape.unknowable {
        return Ok(());
    }
    Err(format!("`{path}` can be null or unknown in a configuration: make it an `Attr` in the model"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Attr;
    use crate::model::Set;
    use crate::schema::{list, list_of, map, map_of, object, set_of, string};

    fn schema(usage: fn(Schema, &str, super::super::Draft) -> Schema, draft: super::super::Draft) -> Schema {
        usage(Schema::new(""), "it", draft)
    }

    fn element() -> Schema {
        Schema::new("").required("name", string("")).computed("id", string(""))
    }

    macro_rules! one_field {
        ($($name:ident: $ty:ty),* $(,)?) => {$(
            #[derive(Model)]
            struct $name {
                it: $ty,
            }
        )*};
    }

    #[derive(Model)]
    struct Good {
        name: Attr<String>,
        id: Option<String>,
    }

    #[derive(Model)]
    struct Plain {
        name: Attr<String>,
        id: String,
    }

    #[derive(Model)]
    struct Deaf {
        name: Option<String>,
        id: Attr<String>,
    }

    one_field! {
        Text: String,
        OptionalText: Option<String>,
        AttrText: Attr<String>,
        Texts: Attr<Vec<String>>,
        AttrTexts: Attr<Vec<Attr<String>>>,
        TextMap: Attr<BTreeMap<String, Option<String>>>,
        One: Attr<Good>,
        OnePlain: Attr<Plain>,
        OneDeaf: Attr<Deaf>,
        Many: Attr<Vec<Good>>,
        ManyAttr: Attr<Vec<Attr<Good>>>,
        ManySet: Attr<Set<Attr<Deaf>>>,
        ManyMap: Attr<BTreeMap<String, Attr<Good>>>,
    }

    #[test]
    fn a_model_has_a_word_for_all_that_a_configuration_can_say() {
        let (optional, computed) = (Schema::optional, Schema::computed);
        let cases = [
            (schema(optional, string("")).agrees_with::<Text>(), Some("`it` can be")),
            (schema(optional, string("")).agrees_with::<OptionalText>(), Some("`it` can be")),
            (schema(optional, string("")).agrees_with::<AttrText>(), None),
            (schema(computed, string("")).agrees_with::<Text>(), Some("`it` is null")),
            (schema(computed, string("")).agrees_with::<OptionalText>(), None),
            (schema(optional, list(Type::String, "")).agrees_with::<Texts>(), Some("`it[*]` can be")),
            (schema(optional, list(Type::String, "")).agrees_with::<AttrTexts>(), None),
            (schema(computed, list(Type::String, "")).agrees_with::<Texts>(), None),
            (schema(optional, map(Type::String, "")).agrees_with::<TextMap>(), Some("`it[*]` can be")),
            (schema(optional, object(element(), "")).agrees_with::<One>(), None),
            (schema(optional, object(element(), "")).agrees_with::<OnePlain>(), Some("`it.id` is null")),
            (schema(optional, object(element(), "")).agrees_with::<OneDeaf>(), Some("`it.name` can be")),
            (schema(computed, object(element(), "")).agrees_with::<OneDeaf>(), None),
            (schema(optional, list_of(element(), "")).agrees_with::<Many>(), Some("`it[*]` can be")),
            (schema(computed, list_of(element(), "")).agrees_with::<Many>(), None),
            (schema(optional, list_of(element(), "")).agrees_with::<ManyAttr>(), None),
            (schema(optional, set_of(element(), "")).agrees_with::<ManySet>(), Some("`it[*].name` can be")),
            (schema(optional, map_of(element(), "")).agrees_with::<ManyMap>(), None),
        ];
        for (index, (found, expected)) in cases.into_iter().enumerate() {
            let fits = match (&found, expected) {
                (Ok(()), None) => true,
                (Err(message), Some(expected)) => message.starts_with(expected),
                _ => false,
            };
            assert!(fits, "case {index}: {found:?}");
        }
    }
}
