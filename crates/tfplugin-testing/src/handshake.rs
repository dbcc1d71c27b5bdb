use std::net::SocketAddr;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;

use crate::HostError;

/// Where a provider listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The path of a unix socket.
    Unix(PathBuf),
    /// A port of the loopback interface.
    Tcp(SocketAddr),
}

impl Address {
    /// Reads an address in go-plugin's words: a network and what it calls an address. `None` if it is neither kind.
    #[must_use]
    pub fn parse(network: &str, address: &str) -> Option<Self> {
        match network {
            "unix" => Some(Self::Unix(address.into())),
            "tcp" => address.parse().ok().map(Self::Tcp),
            _ => None,
        }
    }
}

/// What the one line says that a provider prints.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// Where it listens.
    pub address: Address,
    /// The certificate that it will show.
    pub certificate: CertificateDer<'static>,
    /// Whether its broker multiplexes; said only to hosts that ask.
    pub multiplex: Option<bool>,
}

impl Handshake {
    /// Reads the line, strictly: version 1 of go-plugin, version 6 of Terraform's protocol, gRPC.
    pub fn parse(line: &str) -> Result<Self, HostError> {
        let wrong = |what| HostError::Handshake { what, line: line.to_owned() };
        let mut parts = line.split('|');
        let mut part = || parts.next().ok_or_else(|| wrong("too few parts"));
        if part()? != "1" {
            return Err(wrong("another version of go-plugin"));
        }
        if part()? != "6" {
            return Err(wrong("another version of the protocol"));
        }
        let address = Address::parse(part()?, part()?).ok_or_else(|| wrong("an unknown address"))?;
        if part()? != "grpc" {
            return Err(wrong("another kind of connection"));
        }
        let certificate = STANDARD_NO_PAD.decode(part()?).map_err(|_| wrong("an unreadable certificate"))?;
        let multiplex = parts.next().map(|text| text.parse().map_err(|_| wrong("an unknown seventh part")));
        let multiplex = multiplex.transpose()?;
        if parts.next().is_some() {
            return Err(wrong("too many parts"));
        }
        Ok(Self { address, certificate: certificate.into(), multiplex })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_protocols_own_line_is_read() {
        let line = Handshake::parse("1|6|tcp|127.0.0.1:10000|grpc|AQI|false").expect("a line");
        assert_eq!(line.address, Address::Tcp(([127, 0, 0, 1], 10000).into()));
        assert_eq!(line.certificate.as_ref(), [1, 2]);
        assert_eq!(line.multiplex, Some(false));

        let cases = [
            ("", "another version of go-plugin"),
            ("2|6|unix|/s|grpc|AQI", "another version of go-plugin"),
            ("1|5|unix|/s|grpc|AQI", "another version of the protocol"),
            ("1|6|udp|/s|grpc|AQI", "an unknown address"),
            ("1|6|tcp|localhost|grpc|AQI", "an unknown address"),
            ("1|6|unix|/s|netrpc|AQI", "another kind of connection"),
            ("1|6|unix|/s|grpc", "too few parts"),
            ("1|6|unix|/s|grpc|AQI=", "an unreadable certificate"),
            ("1|6|unix|/s|grpc|AQI|no", "an unknown seventh part"),
            ("1|6|unix|/s|grpc|AQI|true|", "too many parts"),
        ];
        for (line, expected) in cases {
            let HostError::Handshake { what, .. } = Handshake::parse(line).expect_err(line) else { panic!("{line}") };
            assert_eq!(what, expected, "{line}");
        }
    }
}
