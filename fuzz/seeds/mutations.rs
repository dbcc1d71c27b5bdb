//! A few thousand inputs from each seed, always the same: what the packages' own tests try, where the fuzzer does not run.

/// Bytes that mean something to one decoder or another.
const BYTES: [u8; 16] = *b"\0\t\n \"#%'-.0:[\\]\xff";

/// The inputs of a file of seeds, one a line, and all that comes of each by cutting it short, leaving a byte out or putting another in.
pub(crate) fn of(seeds: &str) -> impl Iterator<Item = Vec<u8>> {
    let lines = seeds.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let line = line.as_bytes();
        let cut = (0..=line.len()).map(|length| line[..length].to_vec());
        let shorter = (0..line.len()).map(|at| [&line[..at], &line[at + 1..]].concat());
        let other = (0..line.len()).flat_map(|at| BYTES.map(|byte| [&line[..at], &[byte], &line[at + 1..]].concat()));
        let longer = (0..=line.len()).flat_map(|at| BYTES.map(|byte| [&line[..at], &[byte], &line[at..]].concat()));
        cut.chain(shorter).chain(other).chain(longer)
    })
}

/// The same, of those that are text.
pub(crate) fn texts(seeds: &str) -> impl Iterator<Item = String> {
    of(seeds).filter_map(|input| String::from_utf8(input).ok())
}
