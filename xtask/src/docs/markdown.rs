//! Markdown that is the same however often it is written: wrapped, and without anything invisible.

/// How wide a line of text may be.
const WIDTH: usize = 120;

/// A page on its way: paragraphs, headings and code, each with an empty line after it.
pub(super) struct Document(String);

impl Document {
    /// A page with the registry's front matter. The description is plain text there.
    pub(super) fn new(title: &str, description: &str) -> Self {
        let summary = plain(description.lines().next().unwrap_or_default());
        Self(format!(
            "---\n\
             # Written by `cargo xtask docs` from the provider's schemas and examples.\n\
             page_title: \"{title}\"\n\
             subcategory: \"\"\n\
             description: |-\n\
             {}\n\
             ---\n\n",
            wrap(&summary, "  ", "  ")
        ))
    }

    /// A heading: `## Schema`.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.block(&format!("{} {text}", "#".repeat(level)));
    }

    /// What a link `#name` leads to, in front of a heading.
    pub(super) fn anchor(&mut self, name: &str) {
        self.block(&format!("<a id=\"{name}\"></a>"));
    }

    /// Text, which may have several lines that mean something, such as those of a list: each is wrapped by itself.
    pub(super) fn text(&mut self, text: &str) {
        let lines = text.lines().map(|line| wrap(line, "", &" ".repeat(marker(line))));
        self.block(&lines.collect::<Vec<_>>().join("\n"));
    }

    /// A list.
    pub(super) fn list(&mut self, items: impl IntoIterator<Item = String>) {
        let items = items.into_iter().map(|item| wrap(&item, "- ", "  "));
        self.block(&items.collect::<Vec<_>>().join("\n"));
    }

    /// Code, as it is.
    pub(super) fn code(&mut self, language: &str, code: &str) {
        self.block(&format!("```{language}\n{code}\n```"));
    }

    /// What stands by itself, with an empty line after it.
    fn block(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push_str("\n\n");
    }

    /// The page.
    pub(super) fn finish(self) -> String {
        let lines: Vec<&str> = self.0.trim_end().lines().map(str::trim_end).collect();
        lines.join("\n") + "\n"
    }
}

/// Breaks a line at spaces, but for those inside code and links, and not so that a new line would begin a list or a heading.
fn wrap(line: &str, first: &str, rest: &str) -> String {
    let mut wrapped = first.to_owned();
    let mut width = first.chars().count();
    let mut is_empty = true;
    for word in words(line.trim()) {
        let length = word.chars().count();
        if is_empty {
            width += length;
        } else if width + 1 + length > WIDTH && !begins_a_block(word) {
            wrapped.push('\n');
            wrapped.push_str(rest);
            width = rest.chars().count() + length;
        } else {
            wrapped.push(' ');
            width += 1 + length;
        }
        wrapped.push_str(word);
        is_empty = false;
    }
    wrapped
}

/// The words of a line; code and the text of a link are one word each.
fn words(line: &str) -> Vec<&str> {
    let (mut words, mut start, mut in_code, mut in_link) = (Vec::new(), 0, false, false);
    for (at, character) in line.char_indices() {
        match character {
            '`' => in_code = !in_code,
            '[' if !in_code => in_link = true,
            ']' if !in_code => in_link = false,
            ' ' if !in_code && !in_link => {
                words.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&line[start..]);
    words.retain(|word| !word.is_empty());
    words
}

/// How far the text of a list's item is to the right: the width of `- ` or `1. `.
fn marker(line: &str) -> usize {
    let (first, _) = line.split_once(' ').unwrap_or_default();
    if first == "-" || is_number_of_a_list(first) { first.len() + 1 } else { 0 }
}

/// Such as `1.`.
fn is_number_of_a_list(word: &str) -> bool {
    word.strip_suffix(['.', ')'])
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether this word at the beginning of a line means more than itself.
fn begins_a_block(word: &str) -> bool {
    matches!(word, "-" | "+" | "*" | "=" | "---") || word.starts_with(['#', '>', '|']) || is_number_of_a_list(word)
}

/// The text without links' targets and the marks of code.
fn plain(markdown: &str) -> String {
    let mut parts = markdown.split('[');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let link = part.split_once("](").and_then(|(name, after)| Some((name, after.split_once(')')?.1)));
        match link {
            Some((name, after)) => text.extend([name, after]),
            None => text.extend(["[", part]),
        }
    }
    text.replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> String {
        let mut document = Document(String::new());
        document.text(text);
        document.finish()
    }

    #[test]
    fn lines_are_broken_between_words_only() {
        let ninety = "a".repeat(90);
        let cases = [
            ("a   short  line ", "a short line\n".to_owned()),
            (
                &*format!("{ninety} and `deletion_policy = \"abandon\"` here"),
                format!("{ninety} and\n`deletion_policy = \"abandon\"` here\n"),
            ),
            (
                &*format!("{ninety} see [the text of a link](https://a.example)"),
                format!("{ninety} see\n[the text of a link](https://a.example)\n"),
            ),
            (&*format!("{ninety} {} - or not", "b".repeat(29)), format!("{ninety} {} -\nor not\n", "b".repeat(29))),
            (&*format!("{ninety} {} 1. is it", "b".repeat(28)), format!("{ninety} {} 1.\nis it\n", "b".repeat(28))),
        ];
        for (given, expected) in cases {
            assert_eq!(text(given), expected);
        }
    }

    #[test]
    fn lists_in_a_text_stay_lists() {
        let long = "word ".repeat(30);
        let wrapped = text(&format!("These:\n\n- one\n- {long}\n\n10. {long}\n\n**Also** {long}"));
        let lines: Vec<_> = wrapped.lines().collect();
        assert_eq!(lines[..3], ["These:", "", "- one"]);
        assert!(lines[3].starts_with("- word") && lines[4].starts_with("  word"), "{wrapped}");
        assert!(lines[6].starts_with("10. word") && lines[7].starts_with("    word"), "{wrapped}");
        assert!(lines[9].starts_with("**Also** word") && lines[10].starts_with("word"), "{wrapped}");
    }

    #[test]
    fn the_front_matter_is_plain_text() {
        let document =
            Document::new("wandb_team Resource - wandb", "Manages [W&B](https://wandb.ai) `team`s [sic].\n\nMore.");
        assert!(document.0.contains("description: |-\n  Manages W&B teams [sic].\n---\n"), "{}", document.0);
    }
}
