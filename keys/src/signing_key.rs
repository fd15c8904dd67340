//! [`SigningKey`]: what every keeper of a key can do, whether the key lies in this process or in a token.
//!
//! The trait promises what its return type proves: a [`SignatureValue`] exists only after it was verified with the public
//! key. An implementation outside this crate therefore wraps one from inside (a counter, a delay, a look at the register
//! before each use) and delegates; it cannot make a value of its own.

use core::{fmt::Debug, future::Future, pin::Pin};

use crate::{Dtbsr, KeyError, KeyId, SignatureValue};

/// What [`SigningKey::sign`] returns.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<SignatureValue, KeyError>> + Send + 'a>>;

/// A P-256 private key that signs a [`Dtbsr`], and nothing else.
///
/// `Debug` prints the key's id. A soft key computes inline (about 0.1 ms), so no executor is needed; a token may wait.
pub trait SigningKey: Send + Sync + Debug {
    /// Which key this is.
    fn key_id(&self) -> &KeyId;

    /// The public key, uncompressed (SEC 1, 2.3.3): 65 octets.
    fn public_key_sec1(&self) -> &[u8];

    /// Signs: ECDSA P-256 with a hedged nonce, low-s, verified with the public key before it is returned.
    ///
    /// No retry and no fallback: if randomness, the key or the self-verification fails, that is the answer.
    fn sign<'a>(&'a self, dtbsr: &'a Dtbsr) -> Signing<'a>;
}
