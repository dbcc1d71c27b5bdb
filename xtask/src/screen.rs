//! What a person reads while a chore runs: explanations, commands as one would type them, and what they answer.

use std::io::Write;

use anyhow::Result;

/// Writes to a terminal or a file, and remembers all of it.
pub(crate) struct Screen {
    out: Box<dyn Write>,
    is_terminal: bool,
    shown: String,
}

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

impl Screen {
    /// `is_terminal` allows colours and lines that are written over.
    pub(crate) fn new(out: Box<dyn Write>, is_terminal: bool) -> Self {
        Self { out, is_terminal, shown: String::new() }
    }

    /// Whether what is shown may have colours.
    pub(crate) const fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// The title of a chapter.
    pub(crate) fn title(&mut self, text: &str) -> Result<()> {
        self.line(&format!("\n{}", self.styled(BOLD, &format!("== {text}"))))
    }

    /// What comes next and why, in a line or a few.
    pub(crate) fn explain(&mut self, text: &str) -> Result<()> {
        self.line(&format!("\n{text}"))
    }

    /// A command as a person would type it.
    pub(crate) fn command(&mut self, command: &str) -> Result<()> {
        self.line(&self.styled(BOLD, &format!("$ {command}")))
    }

    /// A line of a command's answer.
    pub(crate) fn answer(&mut self, line: &str) -> Result<()> {
        self.line(format!("    {line}").trim_end())
    }

    /// A result that the chore itself found.
    pub(crate) fn found(&mut self, text: &str) -> Result<()> {
        self.line(&format!("  > {text}"))
    }

    /// Shows a passing state, which the next one is written over; nothing where lines cannot be written over.
    pub(crate) fn progress(&mut self, text: &str) -> Result<()> {
        if self.is_terminal {
            let text: String = text.trim().chars().take(70).collect();
            write!(self.out, "\r\x1b[K{DIM}  {text}{PLAIN}")?;
            self.out.flush()?;
        }
        Ok(())
    }

    /// Takes the last passing state away.
    pub(crate) fn end_progress(&mut self) -> Result<()> {
        if self.is_terminal {
            write!(self.out, "\r\x1b[K")?;
        }
        Ok(())
    }

    /// Whether the text was shown in what has been printed so far.
    pub(crate) fn has_shown(&self, text: &str) -> bool {
        self.shown.contains(text)
    }

    fn line(&mut self, line: &str) -> Result<()> {
        writeln!(self.out, "{line}")?;
        self.shown.push_str(line);
        self.shown.push('\n');
        Ok(())
    }

    fn styled(&self, style: &str, text: &str) -> String {
        if self.is_terminal { format!("{style}{text}{PLAIN}") } else { text.to_owned() }
    }
}
