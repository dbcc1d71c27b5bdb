use tfplugin::{Attr, Model, Resource, ResourceContext, Result};

#[derive(Clone, Model)]
pub struct Note {
    id: Attr<String>,
    text: Attr<String>,
}

pub struct NoteResource;

impl Resource for NoteResource {
    const TYPE_NAME: &'static str = "notes_note";
    type Data = ();
    type Model = Note;
    type Identity = ();
    type Private = ();

    fn identity(&self, _: &Note) -> Result<()> {
        Ok(())
    }

    async fn create(&self, _: &mut ResourceContext<'_, Self>, plan: Note) -> Result<Note> {
        Ok(Note { id: "1".into(), ..plan })
    }

    async fn read(&self, _: &mut ResourceContext<'_, Self>, state: Note) -> Result<Option<Note>> {
        Ok(Some(state))
    }

    async fn delete(&self, _: &mut ResourceContext<'_, Self>, _: Note) -> Result<()> {
        Ok(())
    }
}
