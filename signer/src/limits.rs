//! Every limit of the network face, set on purpose: none is left to a library's default.
//!
//! What an operator may need to change is a field of [`ServerLimits`] (`[limits]` of the configuration); what nobody
//! should change is a constant here. The figures that a client sees in HTTP/2 SETTINGS (RFC 9113, 6.5.2) are read back
//! from the wire by a test.
//!
//! Invariant: a value of [`ServerLimits`] that was read from a configuration has no zero in it: zero would mean "no
//! service" in one field and "no limit" in the next.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// RST_STREAM frames of the client that may wait for us before the connection is ended (rapid reset, CVE-2023-44487).
pub(crate) const PENDING_ACCEPT_RESET_STREAMS: usize = 20;

/// Streams that we may reset for a client's errors before the connection is ended (RUSTSEC-2024-0003, "MadeYouReset"
/// CVE-2025-8671). tonic's own server passes "no limit" here, which is one reason why we drive hyper ourselves.
pub(crate) const LOCAL_ERROR_RESET_STREAMS: usize = 128;

/// Octets of one request's header list, uncompressed (SETTINGS_MAX_HEADER_LIST_SIZE). gRPC's headers are below 1 KiB.
pub(crate) const HEADER_LIST_BYTES: u32 = 8 * 1024;

/// Octets of one frame (SETTINGS_MAX_FRAME_SIZE): the smallest that HTTP/2 allows.
pub(crate) const FRAME_BYTES: u32 = 16 * 1024;

/// Octets that one stream may send before we read them (SETTINGS_INITIAL_WINDOW_SIZE), so what a stalled upload can
/// make us hold. One window a round trip: 64 KiB at 30 ms is 17 Mbit/s, above an office's line.
pub(crate) const STREAM_WINDOW_BYTES: u32 = 64 * 1024;

/// The same for all streams of a connection together.
pub(crate) const CONNECTION_WINDOW_BYTES: u32 = 512 * 1024;

/// Octets of an answer that may wait for a reader that does not read.
pub(crate) const SEND_BUFFER_BYTES: usize = 64 * 1024;

/// Octets of one gRPC message, both ways. The largest that the contract needs is a batch of 1,000 digests, below 400
/// KiB.
pub(crate) const MESSAGE_BYTES: usize = 1024 * 1024;

/// Limits of the network face that an operator may change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerLimits {
    /// Connections in all, those still in their TLS handshake included.
    pub connections: NonZeroU32,
    /// Established connections of one client certificate.
    pub connections_per_certificate: NonZeroU32,
    /// Requests that one connection may have under way (SETTINGS_MAX_CONCURRENT_STREAMS).
    pub concurrent_streams: NonZeroU32,
    /// Seconds for a TLS handshake, from the accepted TCP connection on.
    pub handshake_seconds: NonZeroU32,
    /// Seconds for the first request after the handshake.
    pub first_request_seconds: NonZeroU32,
    /// Seconds without a request under way after which a connection is closed.
    pub idle_seconds: NonZeroU32,
    /// Seconds for one request, from its headers to the end of its answer. A client's shorter deadline wins.
    pub request_seconds: NonZeroU32,
    /// Rate at which octets that move lengthen `request_seconds`: a long upload over a slow line ends, one octet a
    /// second does not.
    pub transfer_bytes_per_second: NonZeroU32,
    /// Seconds between HTTP/2 pings.
    pub keepalive_seconds: NonZeroU32,
    /// Seconds for the answer to a ping, after which the connection is dead.
    pub keepalive_timeout_seconds: NonZeroU32,
    /// Seconds after which a connection takes no further request, so that clients spread over restarts and see new
    /// certificates.
    pub connection_age_seconds: NonZeroU32,
    /// Seconds for the running requests of a connection that is being closed.
    pub connection_grace_seconds: NonZeroU32,
    /// Seconds for the running requests after SIGTERM or SIGINT.
    pub drain_seconds: NonZeroU32,
    /// Octets of one document in SignDocument.
    pub document_bytes: NonZeroU32,
    /// Items of one BatchSignDigests.
    pub batch_size: NonZeroU32,
    /// Reservations of one office that may wait for their signature.
    pub open_reservations: NonZeroU32,
    /// Seconds for which a reservation can be signed.
    #[serde(deserialize_with = "bounded_reservation_seconds")]
    pub reservation_seconds: NonZeroU32,
}

/// Most seconds for which a reservation can be signed.
const RESERVATION_SECONDS_LIMIT: u32 = 900;

fn bounded_reservation_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NonZeroU32, D::Error> {
    let seconds = NonZeroU32::deserialize(deserializer)?;
    if seconds.get() > RESERVATION_SECONDS_LIMIT {
        return Err(de::Error::custom(format_args!("reservation_seconds is at most {RESERVATION_SECONDS_LIMIT}")));
    }
    Ok(seconds)
}

const fn positive(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: positive(4_096),
            connections_per_certificate: positive(64),
            concurrent_streams: positive(64),
            handshake_seconds: positive(5),
            first_request_seconds: positive(30),
            idle_seconds: positive(300),
            request_seconds: positive(30),
            transfer_bytes_per_second: positive(16 * 1024),
            keepalive_seconds: positive(30),
            keepalive_timeout_seconds: positive(10),
            connection_age_seconds: positive(3_600),
            connection_grace_seconds: positive(30),
            drain_seconds: positive(30),
            document_bytes: positive(32 * 1024 * 1024),
            batch_size: positive(1_000),
            open_reservations: positive(1_000),
            reservation_seconds: positive(RESERVATION_SECONDS_LIMIT),
        }
    }
}

/// A whole number of seconds as a duration.
pub(crate) fn seconds(number: NonZeroU32) -> Duration {
    Duration::from_secs(u64::from(number.get()))
}
