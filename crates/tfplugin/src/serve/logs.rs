//! Logs for the host: one JSON object a line on stderr, in the form of Go's hclog.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::About;
use super::handshake::Environment;

/// This crate's own lines are as welcome as the provider's.
const SDK: &str = "tfplugin";

/// The variable that sets the level of one provider.
pub(super) fn own_variable(about: &About) -> String {
    format!("TF_LOG_PROVIDER_{}", about.name.to_uppercase().replace('-', "_"))
}

/// Sends what the provider and this crate log to stderr, if the environment asks for it.
pub(super) fn install(about: &About, environment: &Environment<'_>) {
    let level = level(about, environment);
    if level == LevelFilter::OFF {
        return;
    }
    let subscriber = Registry::default().with(JsonLines::new(level, about.log_targets, io::stderr()));
    // Fails where the embedding program has its own subscriber, which then gets the lines.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// The most particular variable decides. As in the hosts, a word that is no level means everything.
fn level(about: &About, environment: &Environment<'_>) -> LevelFilter {
    let own = own_variable(about);
    let asked = [own.as_str(), "TF_LOG_PROVIDER", "TF_LOG"]
        .into_iter()
        .find_map(|name| environment(name).filter(|value| !value.is_empty()));
    match asked.map(|level| level.to_ascii_lowercase()).as_deref() {
        None | Some("off") => LevelFilter::OFF,
        Some("error") => LevelFilter::ERROR,
        Some("warn") => LevelFilter::WARN,
        Some("info") => LevelFilter::INFO,
        Some("debug") => LevelFilter::DEBUG,
        Some(_) => LevelFilter::TRACE,
    }
}

/// One line of the log, with the end of the line.
pub(super) fn line(level: &str, module: &str, message: &str, mut fields: Map<String, Value>) -> String {
    fields.insert("@level".to_owned(), level.into());
    fields.insert("@message".to_owned(), message.into());
    fields.insert("@module".to_owned(), module.replace("::", ".").into());
    fields.insert("@timestamp".to_owned(), format!("{:.6}", jiff::Timestamp::now()).into());
    let mut text = Value::Object(fields).to_string();
    text.push('\n');
    text
}

/// Writes events as lines, each with the fields of the spans around it.
struct JsonLines<W> {
    level: LevelFilter,
    targets: &'static [&'static str],
    out: Mutex<W>,
}

impl<W: Write> JsonLines<W> {
    fn new(level: LevelFilter, targets: &'static [&'static str], out: W) -> Self {
        Self { level, targets, out: Mutex::new(out) }
    }

    /// Whether the host may see this: of other crates' lines nobody knows what they hold.
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
            && self.targets.iter().chain([&SDK]).any(|wanted| {
                metadata.target().strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            })
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    W: Write + Send + 'static,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.wants(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.0.extend(outer.0.clone());
            }
        }
        event.record(&mut fields);
        let message = match fields.0.remove("message") {
            Some(Value::String(message)) => message,
            _ => String::new(),
        };
        let metadata = event.metadata();
        let line = line(level_name(*metadata.level()), metadata.target(), &message, fields.0);
        // A panic of another writer leaves nothing half done here, and a closed stderr nobody to tell.
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(line.as_bytes());
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// The fields of an event or a span as JSON.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    const ABOUT: About = About {
        name: "two-words",
        address: "registry.terraform.io/example/two-words",
        version: "1.2.3",
        description: "For tests",
        log_targets: &["two_words"],
    };

    #[test]
    fn the_most_particular_variable_decides() {
        let own = "TF_LOG_PROVIDER_TWO_WORDS";
        let cases: [(&[(&str, &str)], LevelFilter); 8] = [
            (&[], LevelFilter::OFF),
            (&[("TF_LOG", "debug")], LevelFilter::DEBUG),
            (&[("TF_LOG", "JSON")], LevelFilter::TRACE),
            (&[("TF_LOG", "DEBUG"), ("TF_LOG_PROVIDER", "Warn")], LevelFilter::WARN),
            (&[("TF_LOG", "trace"), ("TF_LOG_PROVIDER", "warn"), (own, "error")], LevelFilter::ERROR),
            (&[("TF_LOG", "trace"), (own, "off")], LevelFilter::OFF),
            (&[("TF_LOG", "info"), ("TF_LOG_PROVIDER", "")], LevelFilter::INFO),
            (&[("TF_LOG", "loud")], LevelFilter::TRACE),
        ];
        for (variables, expected) in cases {
            let variables: BTreeMap<_, _> = variables.iter().copied().collect();
            assert_eq!(level(&ABOUT, &|name| variables.get(name).map(ToString::to_string)), expected, "{variables:?}");
        }
    }

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("a lock").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: LevelFilter, work: impl FnOnce()) -> Vec<Map<String, Value>> {
        let captured = Captured::default();
        let layer = JsonLines::new(level, &["two_words"], captured.clone());
        tracing::subscriber::with_default(Registry::default().with(layer), work);
        let bytes = captured.0.lock().expect("a lock").clone();
        let text = String::from_utf8(bytes).expect("text");
        text.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
    }

    #[test]
    fn a_line_holds_the_event_and_the_spans_around_it() {
        let lines = logged(LevelFilter::INFO, || {
            let outer = tracing::info_span!(target: "two_words", "call", rpc = "ReadResource", attempt = 1, late = tracing::field::Empty);
            outer.record("late", true);
            outer.in_scope(|| {
                let inner = tracing::info_span!(target: "two_words::team", "team", attempt = 2);
                inner.in_scope(
                    || tracing::warn!(target: "two_words::team", delay = 0.5, name = ?"a\nb", "slow {}", "answer"),
                );
            });
        });
        let [line] = lines.as_slice() else { panic!("one line, not {lines:?}") };
        let mut line = line.clone();
        let time = line.remove("@timestamp").expect("a time");
        let time = time.as_str().expect("text");
        assert!(time.parse::<jiff::Timestamp>().is_ok() && time.len() == "2006-01-02T15:04:05.000000Z".len(), "{time}");
        assert_eq!(
            Value::Object(line),
            json!({
                "@level": "warn", "@message": "slow answer", "@module": "two_words.team",
                "rpc": "ReadResource", "attempt": 2, "late": true, "delay": 0.5, "name": "\"a\\nb\"",
            })
        );
    }

    #[test]
    fn other_crates_and_lower_levels_are_not_heard() {
        let lines = logged(LevelFilter::DEBUG, || {
            tracing::debug!(target: "two_words", "heard");
            tracing::debug!(target: "tfplugin::serve", "heard");
            tracing::trace!(target: "two_words", "too low");
            tracing::error!(target: "h2::codec", "another crate");
            tracing::error!(target: "two_words_more", "another crate");
        });
        let messages: Vec<_> = lines.iter().map(|line| &line["@message"]).collect();
        assert_eq!(messages, ["heard", "heard"]);
    }
}
