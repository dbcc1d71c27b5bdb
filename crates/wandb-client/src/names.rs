//! Names are compared without regard to case where the server may do so too.

use crate::error::ErrorKind;

/// The item of that name: the one that is spelled exactly so, else the only one that differs from it in case alone.
pub(crate) fn find<T>(
    items: impl IntoIterator<Item = T>,
    name: &str,
    name_of: impl Fn(&T) -> Option<&str>,
) -> Result<Option<T>, ErrorKind> {
    let folded = name.to_lowercase();
    let mut alike = Vec::new();
    for item in items {
        match name_of(&item) {
            Some(found) if found == name => return Ok(Some(item)),
            Some(found) if found.to_lowercase() == folded => alike.push(item),
            _ => {}
        }
    }
    if alike.len() > 1 { Err(ErrorKind::Ambiguous { name: name.to_owned() }) } else { Ok(alike.pop()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_spelling_goes_before_others_and_several_others_are_none() {
        for (names, expected) in [
            (vec!["ada"], Ok(Some("ada"))),
            (vec!["Ada", "ADA", "ada"], Ok(Some("ada"))),
            (vec!["ada-2", "ADA", "lady ada"], Ok(Some("ADA"))),
            (vec!["ada-2"], Ok(None)),
            (vec![], Ok(None)),
            (vec!["Ada", "ADA"], Err("several differ from `ada` only in case; spell the name exactly")),
        ] {
            let found = find(names.clone(), "ada", |name| Some(name)).map_err(|kind| kind.to_string());
            assert_eq!(found, expected.map_err(ToOwned::to_owned), "{names:?}");
        }
        assert_eq!(find(["ÉVE"], "éve", |name| Some(name)).unwrap(), Some("ÉVE"));
    }
}
