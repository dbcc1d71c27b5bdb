//! The derive macro of tfplugin's models. Use it through `tfplugin::Model`.

use proc_macro::TokenStream;
use proc_macro2::{Span, TokenStream as Tokens};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, Error, Fields, Ident, parse_macro_input};

/// Makes a struct the model of an object: each field is the attribute of its name (`r#type` is `type`).
///
/// The struct also becomes a field of other models, as a nested object.
#[proc_macro_derive(Model, attributes(model))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> syn::Result<Tokens> {
    refuse_options(&input.attrs)?;
    let fields = named_fields(input)?;
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let idents: Vec<&Ident> = fields.iter().map(|(ident, _)| *ident).collect();
    let types: Vec<&syn::Type> = fields.iter().map(|(_, ty)| *ty).collect();
    let names: Vec<String> = idents.iter().map(|ident| ident.unraw().to_string()).collect();
    let attributes = Ident::new("attributes", Span::mixed_site());
    // A type that is none of a field is told where it stands.
    let take = types.iter().zip(&names).map(|(ty, name)| quote_spanned!(ty.span()=> #attributes.take::<#ty>(#name)));

    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::tfplugin::model::Model for #name #type_generics #where_clause {
            fn attributes() -> ::std::vec::Vec<(&'static str, ::tfplugin::value::Type)> {
                ::std::vec![#((#names, <#types as ::tfplugin::model::Field>::value_type())),*]
            }

            fn shapes() -> ::std::vec::Vec<(&'static str, ::tfplugin::model::Shape)> {
                ::std::vec![#((#names, <#types as ::tfplugin::model::Field>::shape())),*]
            }

            fn from_value(
                value: ::tfplugin::value::Value,
            ) -> ::std::result::Result<Self, ::tfplugin::value::ValueError> {
                let mut #attributes = ::tfplugin::model::derive::Attributes::new(value)?;
                let model = Self { #(#idents: #take?),* };
                #attributes.finish()?;
                ::std::result::Result::Ok(model)
            }

            fn into_value(self) -> ::tfplugin::value::Value {
                let Self { #(#idents),* } = self;
                ::tfplugin::value::Value::object([
                    #((#names, ::tfplugin::model::Field::into_value(#idents))),*
                ] as [(&str, ::tfplugin::value::Value); _])
            }
        }

        #[automatically_derived]
        impl #impl_generics ::tfplugin::model::Field for #name #type_generics #where_clause {
            fn value_type() -> ::tfplugin::value::Type {
                ::tfplugin::value::Type::object(<Self as ::tfplugin::model::Model>::attributes())
            }

            fn shape() -> ::tfplugin::model::Shape {
                ::tfplugin::model::Shape::object(<Self as ::tfplugin::model::Model>::shapes())
            }

            fn from_value(
                value: ::tfplugin::value::Value,
            ) -> ::std::result::Result<Self, ::tfplugin::value::ValueError> {
                <Self as ::tfplugin::model::Model>::from_value(value)
            }

            fn into_value(self) -> ::tfplugin::value::Value {
                <Self as ::tfplugin::model::Model>::into_value(self)
            }
        }
    })
}

fn named_fields(input: &DeriveInput) -> syn::Result<Vec<(&Ident, &syn::Type)>> {
    let message = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => {
                fields.named.iter().try_for_each(|field| refuse_options(&field.attrs))?;
                return Ok(fields.named.iter().filter_map(|field| Some((field.ident.as_ref()?, &field.ty))).collect());
            }
            Fields::Unnamed(_) | Fields::Unit => "a model needs named fields: each one is the attribute of its name",
        },
        Data::Enum(_) => "an enum is no model; for a set of words use `tfplugin::string_enum!`",
        Data::Union(_) => "a union is no model",
    };
    Err(Error::new_spanned(&input.ident, message))
}

/// Authors who know other derives look for options; there are none.
fn refuse_options(attributes: &[Attribute]) -> syn::Result<()> {
    let message = "a model has no options: each field is the attribute of its name (`r#type` is `type`), and all else is \
                   said in the schema";
    match attributes.iter().find(|attribute| attribute.path().is_ident("model")) {
        Some(attribute) => Err(Error::new_spanned(attribute, message)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_str;

    use super::*;

    #[test]
    fn what_cannot_be_a_model_is_told_what_to_do() {
        let cases = [
            ("struct Team(String);", "a model needs named fields: each one is the attribute of its name"),
            ("struct Team;", "a model needs named fields: each one is the attribute of its name"),
            ("enum Role { Admin }", "an enum is no model; for a set of words use `tfplugin::string_enum!`"),
        ];
        for (source, message) in cases {
            let error = expand(&parse_str(source).unwrap()).unwrap_err();
            assert_eq!(error.to_string(), message, "{source}");
        }
    }

    #[test]
    fn a_field_is_the_attribute_of_its_plain_name() {
        let code = expand(&parse_str("struct Queue { r#type: String }").unwrap()).unwrap().to_string();
        assert!(code.contains("\"type\""), "{code}");
    }
}
