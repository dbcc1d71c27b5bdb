//! Reading a netrc file, in which `wandb login` keeps keys.

use std::iter::Peekable;
use std::str::Chars;

use secrecy::SecretString;

/// The password of the last entry for one of `machines`, of which earlier ones go before later ones. The login is not
/// looked at: W&B's own clients write `user` there and read past it. A `default` entry is not used, as it would send a
/// password to a host that it was not written for.
pub(crate) fn password(text: &str, machines: &[String]) -> Option<SecretString> {
    let entries = entries(text);
    let of = |machine: &String| {
        let mut own = entries.iter().rev().filter(|entry| entry.machine.eq_ignore_ascii_case(machine));
        own.find_map(|entry| entry.password.as_deref()).map(SecretString::from)
    };
    machines.iter().find_map(of)
}

struct Entry {
    machine: String,
    password: Option<String>,
}

/// The entries of a file. What is not understood is skipped: the file belongs to other programs as well.
fn entries(text: &str) -> Vec<Entry> {
    let mut words = Words(text.chars().peekable());
    let mut entries: Vec<Entry> = Vec::new();
    // What follows `default` belongs to no machine.
    let mut in_machine = false;
    while let Some(word) = words.next() {
        match word.as_str() {
            "machine" => {
                in_machine = true;
                entries.push(Entry { machine: words.value(), password: None });
            }
            "default" => in_machine = false,
            "login" | "user" | "account" => drop(words.value()),
            "password" => {
                let password = words.value();
                if let (true, Some(entry)) = (in_machine, entries.last_mut()) {
                    entry.password = Some(password).filter(|password| !password.is_empty());
                }
            }
            "macdef" => words.skip_macro(),
            _ => {}
        }
    }
    entries
}

/// The words of a netrc file: between white space, or quoted with backslash escapes.
struct Words<'a>(Peekable<Chars<'a>>);

impl Words<'_> {
    /// The next keyword. A word that begins with `#` hides the rest of its line.
    fn next(&mut self) -> Option<String> {
        loop {
            self.skip_white_space();
            if self.0.peek()? != &'#' {
                return Some(self.word());
            }
            while self.0.next_if(|&next| next != '\n').is_some() {}
        }
    }

    /// The word after a keyword, which may begin with `#`. Empty at the end of the file.
    fn value(&mut self) -> String {
        self.skip_white_space();
        self.word()
    }

    fn word(&mut self) -> String {
        let quoted = self.0.next_if_eq(&'"').is_some();
        let mut word = String::new();
        while let Some(next) = self.0.next_if(|&next| quoted || !next.is_whitespace()) {
            match next {
                '"' if quoted => break,
                '\\' => word.extend(self.0.next()),
                _ => word.push(next),
            }
        }
        word
    }

    /// A macro ends at an empty line.
    fn skip_macro(&mut self) {
        let mut line_is_empty = false;
        for next in self.0.by_ref() {
            if next == '\n' {
                if line_is_empty {
                    return;
                }
                line_is_empty = true;
            } else if !next.is_whitespace() {
                line_is_empty = false;
            }
        }
    }

    fn skip_white_space(&mut self) {
        while self.0.next_if(|next| next.is_whitespace()).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn of(text: &str, machines: &[&str]) -> Option<String> {
        let machines: Vec<_> = machines.iter().map(ToString::to_string).collect();
        password(text, &machines).map(|password| password.expose_secret().to_owned())
    }

    #[test]
    fn finds_the_entry_of_a_machine() {
        let as_wandb_login_writes_it = "machine api.wandb.ai\n  login user\n  password KEY\n";
        for (text, expected) in [
            (as_wandb_login_writes_it, Some("KEY")),
            ("machine api.wandb.ai login user password KEY", Some("KEY")),
            ("machine API.wandb.ai password KEY login user", Some("KEY")),
            ("machine other password NO\nmachine api.wandb.ai password KEY", Some("KEY")),
            ("machine api.wandb.ai password OLD machine api.wandb.ai password KEY", Some("KEY")),
            ("machine api.wandb.ai password \"K E\\\"Y\"", Some("K E\"Y")),
            ("machine api.wandb.ai password K\\ EY", Some("K EY")),
            ("machine api.wandb.ai password #KEY", Some("#KEY")),
            ("# machine api.wandb.ai password NO\nmachine api.wandb.ai # here\n password KEY", Some("KEY")),
            ("macdef init\nmachine api.wandb.ai password NO\n\nmachine api.wandb.ai password KEY", Some("KEY")),
            ("macdef init\r\nx\r\n\r\nmachine api.wandb.ai password KEY", Some("KEY")),
            ("machine api.wandb.ai port 1 password KEY", Some("KEY")),
            ("machine api.wandb.ai password \"\"", None),
            ("machine api.wandb.ai login password password", None),
            ("machine api.wandb.ai login user", None),
            ("machine api.wandb.ai\ndefault login user password NO", None),
            ("machine api.wandb.ai.evil.example password NO", None),
            ("machine", None),
            ("", None),
        ] {
            assert_eq!(of(text, &["api.wandb.ai"]).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn an_entry_with_the_port_goes_before_one_without() {
        let text = "machine localhost:8080 password PORT\nmachine localhost password HOST\n";
        assert_eq!(of(text, &["localhost:8080", "localhost"]).as_deref(), Some("PORT"));
        assert_eq!(of(text, &["localhost:9090", "localhost"]).as_deref(), Some("HOST"));
    }
}
