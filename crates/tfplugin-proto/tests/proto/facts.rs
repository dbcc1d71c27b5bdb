//! The protocols as bare facts (`tests/fixtures/`), compared with what `proto/` compiles to. The descriptor is written
//! out in the form of the facts, so that a difference reads as a line missing here or there.

use std::collections::BTreeSet;
use std::fs;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FieldOptions, FileDescriptorProto, MessageOptions,
    MethodDescriptorProto,
};

use crate::{compile, crate_dir};

#[test]
fn terraform_protocol() {
    compare("tfplugin6.proto", "tfplugin6.txt");
}

#[test]
fn go_plugin_services() {
    compare("plugin.proto", "plugin.txt");
}

#[test]
fn health_check() {
    compare("health.proto", "health.txt");
}

fn compare(proto: &str, facts: &str) {
    let set = compile();
    let file = set.file.iter().find(|file| file.name() == proto).expect("a compiled file");
    assert_eq!(file.syntax(), "proto3");
    let compiled = describe(file);

    let text = fs::read_to_string(crate_dir().join("tests/fixtures").join(facts)).expect("the facts");
    let wanted: BTreeSet<String> = text.lines().filter(|line| !line.starts_with('#')).map(canonical).collect();
    let missing: Vec<_> = wanted.difference(&compiled).collect();
    let surplus: Vec<_> = compiled.difference(&wanted).collect();
    assert!(missing.is_empty() && surplus.is_empty(), "missing in proto/: {missing:#?}\nonly in proto/: {surplus:#?}");
}

/// A line of the facts with its fields sorted by name, as their order has no meaning.
fn canonical(line: &str) -> String {
    match line.strip_prefix("message ").and_then(|rest| rest.split_once(": ")) {
        Some((name, fields)) => message_line(name, fields.split("; ").map(str::to_owned).collect()),
        None => line.to_owned(),
    }
}

fn message_line(name: &str, mut fields: Vec<String>) -> String {
    fields.sort();
    if fields.is_empty() {
        fields.push("(empty)".to_owned());
    }
    format!("message {name}: {}", fields.join("; "))
}

fn describe(file: &FileDescriptorProto) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let scope = Scope { package: format!(".{}.", file.package()) };
    for message in &file.message_type {
        scope.message("", message, &mut lines);
    }
    for item in &file.enum_type {
        lines.insert(enum_line("", item));
    }
    for service in &file.service {
        for method in &service.method {
            lines.insert(scope.method(service.name(), method));
        }
    }
    lines
}

/// Type names as the facts have them: without the package where it is the file's own.
struct Scope {
    package: String,
}

impl Scope {
    fn local<'name>(&self, name: &'name str) -> &'name str {
        name.strip_prefix(&self.package).unwrap_or(name)
    }

    fn message(&self, parent: &str, message: &DescriptorProto, lines: &mut BTreeSet<String>) {
        let name = format!("{parent}{}", message.name());
        let fields = message.field.iter().map(|field| self.field(message, field)).collect();
        lines.insert(message_line(&name, fields));
        let inner = format!("{name}.");
        for item in &message.enum_type {
            lines.insert(enum_line(&inner, item));
        }
        for nested in message.nested_type.iter().filter(|nested| !is_map_entry(nested)) {
            self.message(&inner, nested, lines);
        }
    }

    fn field(&self, message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
        let label = match (field.label(), field.proto3_optional()) {
            (_, true) => "optional ",
            (Label::Repeated, false) => "repeated ",
            _ => "",
        };
        let mut text = match self.map_entry(message, field) {
            Some(entry) => format!("{}={} {entry}", field.name(), field.number()),
            None => format!("{}={} {label}{}", field.name(), field.number(), self.type_name(field)),
        };
        if let (Some(index), false) = (field.oneof_index, field.proto3_optional()) {
            let index = usize::try_from(index).expect("an index");
            text = format!("{text} [oneof {}]", message.oneof_decl[index].name());
        }
        if field.options.as_ref().is_some_and(FieldOptions::deprecated) {
            text.push_str(" [deprecated]");
        }
        text
    }

    fn map_entry(&self, message: &DescriptorProto, field: &FieldDescriptorProto) -> Option<String> {
        let entry = field.type_name().rsplit('.').next()?;
        let entry = message.nested_type.iter().find(|nested| nested.name() == entry && is_map_entry(nested))?;
        let [key, value] = entry.field.as_slice() else { return None };
        Some(format!("map<{}, {}>", self.type_name(key), self.type_name(value)))
    }

    fn type_name<'field>(&self, field: &'field FieldDescriptorProto) -> &'field str {
        match field.r#type() {
            Type::Message | Type::Enum => self.local(field.type_name()),
            Type::String => "string",
            Type::Bytes => "bytes",
            Type::Bool => "bool",
            Type::Int64 => "int64",
            Type::Uint32 => "uint32",
            other => panic!("{} has the type {other:?}, which neither protocol uses", field.name()),
        }
    }

    fn method(&self, service: &str, method: &MethodDescriptorProto) -> String {
        let stream = |streaming: bool| if streaming { "stream " } else { "" };
        format!(
            "rpc {service}.{}: {}{} -> {}{}",
            method.name(),
            stream(method.client_streaming()),
            self.local(method.input_type()),
            stream(method.server_streaming()),
            self.local(method.output_type()),
        )
    }
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(MessageOptions::map_entry)
}

fn enum_line(parent: &str, item: &EnumDescriptorProto) -> String {
    let values: Vec<_> = item.value.iter().map(|value| format!("{}={}", value.name(), value.number())).collect();
    format!("enum {parent}{}: {}", item.name(), values.join(", "))
}
