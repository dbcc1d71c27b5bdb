use tfplugin::function::{Definition, Function, FunctionError};

pub struct Shout;

impl Function for Shout {
    const NAME: &'static str = "shout";
    type Arguments = String;
    type Output = String;

    fn definition(&self) -> Definition {
        Definition::new("Shouts.").parameter("text", "What to shout.")
    }

    fn call(&self, text: String) -> Result<String, FunctionError> {
        Ok(text.to_uppercase())
    }
}
