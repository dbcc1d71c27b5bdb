//! A provider that writes down what it is asked for.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use tfplugin::resource::Change;
use tfplugin::schema::{boolean, list_of, string};
use tfplugin::{
    About, Action, ActionContext, Attr, ConfigureContext, Context, Diagnostic, Model, Provider, Registry, Resource,
    ResourceContext, Result, Schema,
};

pub(crate) struct BenchProvider;

/// Where it is written down.
pub(crate) struct Journal(PathBuf);

impl Journal {
    fn write(&self, line: &str) -> Result<()> {
        let write = || writeln!(OpenOptions::new().create(true).append(true).open(&self.0)?, "{line}");
        write().map_err(|error: std::io::Error| Diagnostic::error("No journal", error.to_string()).into())
    }
}

#[derive(Model)]
pub(crate) struct Configuration {
    folder: Attr<String>,
    file: Attr<String>,
}

impl Provider for BenchProvider {
    type Model = Configuration;
    type Data = Journal;

    fn about(&self) -> About {
        About {
            name: "bench",
            address: "registry.terraform.io/example/bench",
            version: "0.0.0",
            description: "Writes down what it is asked for",
            log_targets: &[],
        }
    }

    fn schema(&self) -> Schema {
        Schema::new("Writes down what it is asked for.")
            .required("folder", string("Where."))
            .optional("file", string("The file's name.").default("journal"))
    }

    fn register(&self, registry: &mut Registry<Journal>) {
        registry.resource(ThingResource).action(NoteAction);
    }

    async fn configure(&self, _: &mut ConfigureContext, config: Configuration) -> Result<Journal> {
        Ok(Journal(PathBuf::from(config.folder.get()?).join(config.file.get()?)))
    }
}

pub(crate) struct ThingResource;

#[derive(Clone, Model)]
pub(crate) struct Thing {
    id: Attr<String>,
    name: Attr<String>,
    note: Attr<String>,
    parts: Attr<Vec<Attr<Part>>>,
}

#[derive(Clone, Model)]
pub(crate) struct Part {
    name: Attr<String>,
    kind: Attr<String>,
    id: Attr<String>,
}

impl Resource for ThingResource {
    const TYPE_NAME: &'static str = "bench_thing";
    type Data = Journal;
    type Model = Thing;
    type Identity = ();
    type Private = u32;

    fn schema(&self) -> Schema {
        let part = Schema::new("")
            .required("name", string("The part's name."))
            .optional("kind", string("What it is.").replace())
            .computed("id", string("The part's id, which follows from its name."));
        Schema::new("A thing.")
            .computed("id", string("Its id."))
            .required("name", string("Its name.").replace())
            .optional("note", string("A note."))
            .optional("parts", list_of(part, "Its parts."))
    }

    fn identity(&self, _: &Thing) -> Result<()> {
        Ok(())
    }

    async fn preflight(&self, cx: &mut Context<'_, Journal>, change: Change<'_, Self>) -> Result<()> {
        cx.provider().write(match change {
            Change::Create { .. } => "plan create",
            Change::Recreate { .. } => "plan recreate",
            Change::Update { .. } => "plan update",
            Change::Destroy { .. } => "plan destroy",
        })
    }

    async fn create(&self, cx: &mut ResourceContext<'_, Self>, plan: Thing) -> Result<Thing> {
        cx.provider().write("create")?;
        cx.private = 7;
        Ok(Thing { id: "1".into(), ..with_ids(plan) })
    }

    async fn read(&self, _: &mut ResourceContext<'_, Self>, state: Thing) -> Result<Option<Thing>> {
        Ok(Some(state))
    }

    async fn update(&self, cx: &mut ResourceContext<'_, Self>, prior: Thing, plan: Thing) -> Result<Thing> {
        cx.provider().write(&format!("update {}", cx.private))?;
        cx.private += 1;
        budge(&prior)?;
        Ok(with_ids(plan))
    }

    async fn delete(&self, cx: &mut ResourceContext<'_, Self>, state: Thing) -> Result<()> {
        cx.provider().write(&format!("delete {}", cx.private))?;
        cx.private += 1;
        budge(&state)
    }
}

fn with_ids(mut thing: Thing) -> Thing {
    if let Attr::Known(parts) = &mut thing.parts {
        for part in parts {
            if let Attr::Known(part) = part {
                part.id = part.name.as_str().map(|name| format!("{name}!")).into();
            }
        }
    }
    thing
}

/// Some things cannot be changed any more.
fn budge(thing: &Thing) -> Result<()> {
    match thing.note.as_str() {
        Some("stubborn") => Err(Diagnostic::error("Stubborn", "It does not budge.").into()),
        _ => Ok(()),
    }
}

/// Writes down what the configuration says.
pub(crate) struct NoteAction;

#[derive(Model)]
pub(crate) struct Note {
    text: Attr<String>,
    loud: Attr<bool>,
}

impl Action for NoteAction {
    const TYPE_NAME: &'static str = "bench_note";
    type Data = Journal;
    type Model = Note;

    fn schema(&self) -> Schema {
        Schema::new("Writes a line.")
            .required("text", string("The line."))
            .optional("loud", boolean("In capitals.").default(true))
    }

    async fn preflight(&self, _: &mut Context<'_, Journal>, config: &Note) -> Result<()> {
        match config.text.as_str() {
            Some("forbidden") => Err(Diagnostic::error("Text not allowed", "Write something else.").at("text").into()),
            _ => Ok(()),
        }
    }

    #[allow(clippy::panic, reason = "a case asks for it")]
    async fn invoke(&self, cx: &mut ActionContext<'_, Self>, config: Note) -> Result<()> {
        let text = config.text.get()?;
        match text.as_str() {
            "fail" => return Err(Diagnostic::error("No ink", "The pen is empty.").into()),
            "panic" => panic!("hunter2"),
            _ => {}
        }
        cx.progress("opening the journal");
        let line = if *config.loud.get()? { text.to_uppercase() } else { text.clone() };
        cx.progress(format!("writing {} characters", line.len()));
        cx.provider().write(&line)
    }
}
