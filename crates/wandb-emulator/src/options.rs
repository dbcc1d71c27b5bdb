//! How an emulator is to be.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use jiff::Timestamp;

use crate::deployment::Deployment;
use crate::graphql::Coordinate;
use crate::limits::RateLimit;
use crate::seed::Seed;

/// How an emulator is to be. The default is one in memory, on ports of the system's choice.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the emulated W&B listens.
    pub listen: SocketAddr,
    /// Where the emulator's own API listens, with which tests look behind the scenes.
    pub admin_listen: SocketAddr,
    /// The file that everything is kept in; none for memory.
    pub data: Option<PathBuf>,
    /// What a new organization begins with. Data that is there already is left as it is.
    pub seed: Seed,
    /// The kind of deployment and its version; none for what the data or the seed says.
    pub deployment: Option<Deployment>,
    /// Ids from 1, keys that follow from this text, and faults with a probability that do so too; none for random ones.
    pub deterministic: Option<String>,
    /// The time at which the clock stands; none for one that runs with the system's.
    pub clock: Option<Timestamp>,
    /// Fields and input fields that this server lacks, to be like one that the contract is wrong about.
    pub lacks: BTreeSet<Coordinate>,
    /// How many requests a caller may make.
    pub rate_limit: RateLimit,
}

impl Default for Options {
    fn default() -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: any_port,
            admin_listen: any_port,
            data: None,
            seed: Seed::default(),
            deployment: None,
            deterministic: None,
            clock: None,
            lacks: BTreeSet::new(),
            rate_limit: RateLimit::default(),
        }
    }
}
