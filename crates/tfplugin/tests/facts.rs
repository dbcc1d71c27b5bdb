//! The table of facts names tests that are there.

use std::error::Error;
use std::fs;
use std::path::Path;

#[test]
fn every_fact_has_its_test() -> Result<(), Box<dyn Error>> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(package.join("FACTS.md"))?;
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains(".rs`"));
    let mut count = 0;
    for row in rows {
        let quoted: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        let [.., file, test] = quoted[..] else { return Err(row.into()) };
        let source = fs::read_to_string(package.join("..").join(file)).map_err(|error| format!("{file}: {error}"))?;
        // A test is a function, or a case that has a name.
        let is_there = source.contains(&format!("fn {test}(")) || source.contains(&format!("::{test}\""));
        assert!(is_there, "`{file}` has no `{test}`");
        count += 1;
    }
    assert!(count > 40, "{count} rows were read");
    Ok(())
}
