//! The runs that hosts play, and what has to come of them.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};

use crate::witness::{FAILURE, JOURNAL};

/// The entry that a configuration has.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) key: &'static str,
    pub(crate) content: &'static str,
    /// What the example does when it is asked about the entry's end.
    pub(crate) on_destroy: &'static str,
    /// Whether a replacement makes the new one first.
    pub(crate) create_first: bool,
}

/// A host with a state and a configuration.
pub(crate) trait Player {
    /// Where the witness keeps its files.
    fn notes(&self) -> &Path;
    /// Plans and applies. Whether nothing failed.
    fn apply(&mut self, entry: Entry) -> Result<bool>;
    /// Destroys all there is. Whether nothing failed.
    fn destroy(&mut self) -> Result<bool>;
    /// What the state has: `greeting`, `greeting deposed`.
    fn stored(&self) -> Result<Vec<String>>;
}

/// One run: the entry that is configured, or none to destroy all; and the change that fails.
struct Run(Option<Entry>, &'static str);

pub(crate) struct Case {
    pub(crate) name: &'static str,
    runs: &'static [Run],
    /// What each run applies, and how it ends. A change stands with the key of the identity that the host sends; what
    /// follows is where the private bytes come from that the host hands to it, step by step; after a bar, those of an
    /// earlier plan.
    expected: &'static [&'static str],
}

const fn entry(key: &'static str) -> Entry {
    Entry { key, content: "Hello!", on_destroy: "delete", create_first: false }
}

const fn create_first(key: &'static str) -> Entry {
    Entry { create_first: true, ..entry(key) }
}

const fn apply(entry: Entry) -> Run {
    Run(Some(entry), "")
}

const DESTROY: Run = Run(None, "");

impl Run {
    /// The same run, in which this change fails.
    const fn failing(self, failure: &'static str) -> Self {
        Self(self.0, failure)
    }
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "private::a_destroy_gets_what_it_was_planned_with",
        runs: &[apply(entry("greeting")), apply(Entry { content: "Hi!", ..entry("greeting") }), DESTROY],
        expected: &[
            "create greeting [] <- plan here: create greeting",
            "stored: greeting",
            "update greeting [greeting] <- plan here: update greeting <- create greeting",
            "stored: greeting",
            "destroy greeting [greeting] <- plan before: destroy greeting <- update greeting",
            "stored: nothing",
        ],
    },
    Case {
        name: "private::a_replacement_destroys_with_the_plan_of_the_new_object",
        runs: &[apply(entry("greeting")), apply(entry("welcome")).failing("destroy"), apply(entry("welcome"))],
        expected: &[
            "create greeting [] <- plan here: create greeting",
            "stored: greeting",
            "destroy greeting [] <- plan before: create welcome <- plan before: update greeting <- create greeting",
            "failed, stored: greeting",
            "create welcome [] <- plan here: create welcome",
            "destroy greeting [] <- plan before: create welcome <- plan before: update greeting \
             <- failed to destroy greeting",
            "stored: welcome",
        ],
    },
    Case {
        name: "deposed::the_old_object_is_destroyed_by_a_plan_of_its_own",
        runs: &[apply(create_first("greeting")), apply(create_first("welcome"))],
        expected: &[
            "create greeting [] <- plan here: create greeting",
            "stored: greeting",
            "create welcome [] <- plan here: create welcome",
            "destroy greeting [greeting] <- plan here: destroy greeting <- create greeting",
            "stored: welcome",
        ],
    },
    Case {
        name: "deposed::a_create_that_makes_nothing_leaves_nothing_deposed",
        runs: &[apply(create_first("greeting")), apply(create_first("welcome")).failing("create"), DESTROY],
        expected: &[
            "create greeting [] <- plan here: create greeting",
            "stored: greeting",
            "create welcome [] <- plan here: create welcome",
            "failed, stored: greeting",
            "destroy greeting [greeting] <- plan before: destroy greeting <- create greeting",
            "stored: nothing",
        ],
    },
    Case {
        name: "deposed::a_create_that_ends_half_way_leaves_the_old_object_deposed",
        runs: &[
            apply(create_first("greeting")),
            apply(create_first("welcome")).failing("create half-way"),
            apply(create_first("third")),
        ],
        expected: &[
            "create greeting [] <- plan here: create greeting",
            "stored: greeting",
            "create welcome [] <- plan here: create welcome",
            "failed, stored: greeting deposed, welcome tainted",
            "create third [] <- plan here: create third",
            "destroy greeting [greeting] <- plan here: destroy greeting <- create greeting",
            "destroy welcome [welcome] <- plan here: destroy welcome <- create welcome",
            "stored: third",
        ],
    },
    Case {
        name: "deposed::a_deposed_object_stays_until_its_destroy_succeeds",
        runs: &[
            apply(create_first("greeting")),
            apply(create_first("welcome")).failing("destroy"),
            apply(create_first("welcome")).failing("destroy"),
            apply(create_first("welcome")),
        ],
        expected: &[
            "create greeting [] <- plan here: create greeting",
            "stored: greeting",
            "create welcome [] <- plan here: create welcome",
            "destroy greeting [greeting] <- plan here: destroy greeting <- create greeting",
            "failed, stored: greeting deposed, welcome",
            "destroy greeting [greeting] <- plan here: destroy greeting <- failed to destroy greeting",
            "failed, stored: greeting deposed, welcome",
            "destroy greeting [greeting] <- plan here: destroy greeting <- failed to destroy greeting",
            "stored: welcome",
        ],
    },
    Case {
        name: "deposed::a_deposed_object_whose_destroy_is_refused_stays",
        runs: &[
            apply(Entry { on_destroy: "refuse", ..create_first("greeting") }),
            apply(create_first("welcome")),
            apply(create_first("welcome")),
        ],
        expected: &[
            "create greeting [] <- plan here: create greeting",
            "stored: greeting",
            "create welcome [] <- plan here: create welcome",
            "failed, stored: greeting deposed, welcome",
            "failed, stored: greeting deposed, welcome",
        ],
    },
];

/// What Terraform does from 1.16 on, of which there is no release to install yet.
pub(crate) const STORED_PRIVATE: Case = Case {
    name: "private::private_bytes_of_a_plan_reach_the_next_one",
    runs: &[
        apply(entry("greeting")),
        apply(Entry { content: "Hi!", ..entry("greeting") }),
        apply(create_first("welcome")),
    ],
    expected: &[
        "create greeting [] <- plan here: create greeting | plan before: create greeting",
        "stored: greeting",
        "update greeting [greeting] <- plan here: update greeting <- create greeting \
         | plan before: update greeting <- create greeting",
        "stored: greeting",
        "create welcome [] <- plan here: create welcome \
         | plan before: create welcome <- plan before: update greeting <- update greeting",
        "destroy greeting [greeting] <- plan here: destroy greeting <- update greeting",
        "stored: welcome",
    ],
};

/// Plays a case, which has to come to what it says.
pub(crate) fn play(case: &Case, player: &mut dyn Player) -> Result<()> {
    let mut seen = Vec::new();
    for Run(entry, failure) in case.runs {
        let (journal, failing) = (player.notes().join(JOURNAL), player.notes().join(FAILURE));
        fs::write(&journal, "")?;
        fs::write(&failing, failure)?;
        let succeeded = match entry {
            Some(entry) => player.apply(*entry)?,
            None => player.destroy()?,
        };
        let journal = fs::read_to_string(&journal)?;
        let mut applied: Vec<_> = journal.lines().map(str::to_owned).collect();
        // Changes that do not need each other are made at the same time.
        applied.sort_unstable();
        seen.extend(applied);
        let mut stored = player.stored()?;
        stored.sort_unstable();
        let end = if succeeded { "stored" } else { "failed, stored" };
        seen.push(format!("{end}: {}", if stored.is_empty() { "nothing".to_owned() } else { stored.join(", ") }));
    }
    ensure!(seen == case.expected, "{seen:#?}");
    Ok(())
}
