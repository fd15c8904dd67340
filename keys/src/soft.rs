//! [`SoftKey`]: a private key in the memory of this process.
//!
//! Made with the system's generator, kept encrypted ([`crate::Protection`]), loaded only from a file that is kept as a secret
//! ([`crate::secret_file`]), proved by a signature before its first use, wiped when dropped.

use core::fmt;
use std::path::Path;

use const_oid::AssociatedOid;
use der::{
    Decode, Sequence,
    asn1::{BitStringRef, ObjectIdentifier, OctetStringRef},
};
use getrandom::SysRng;
use p256::{
    NistP256, SecretKey,
    ecdsa::{
        self,
        signature::hazmat::{PrehashSigner, RandomizedPrehashSigner},
    },
    elliptic_curve::{ALGORITHM_OID, Generate},
    pkcs8::EncodePrivateKey,
};
use pkcs8::PrivateKeyInfoRef;
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use crate::{
    Dtbsr, EnvelopeFault, KeyError, KeyId, Passphrase, PublicKey, SignatureValue, SigningKey, envelope, secret_file,
    signing_key::Signing,
};

/// A P-256 key in memory. It cannot be copied.
pub struct SoftKey {
    secret: ecdsa::SigningKey,
    public: PublicKey,
}

impl SoftKey {
    /// Makes a key. `rng` is the system's generator ([`getrandom::SysRng`]) outside of tests.
    ///
    /// # Errors
    /// [`KeyError::Randomness`]; [`KeyError::SignatureDoesNotVerify`] when the self-test fails.
    pub fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, KeyError> {
        let secret = ecdsa::SigningKey::try_generate_from_rng(rng).map_err(|_| KeyError::Randomness)?;
        Self::proved(secret, rng)
    }

    /// Loads a key file: the file's checks, the form of its encryption, the passphrase, the scalar's range, the self-test.
    ///
    /// # Errors
    /// [`KeyError`], the first of these that fails.
    pub fn load(path: &Path, passphrase: &Passphrase) -> Result<Self, KeyError> {
        let pem_text = secret_file::read(path, secret_file::Kept::AsKey)?;
        Self::from_encrypted_pem(&pem_text, passphrase)
    }

    /// Opens a PEM `ENCRYPTED PRIVATE KEY`: ours, or one that OpenSSL wrote.
    ///
    /// # Errors
    /// [`KeyError::Envelope`], [`KeyError::NotP256`], [`KeyError::ScalarOutOfRange`], [`KeyError::PublicKeyMismatch`], or what the self-test says.
    pub fn from_encrypted_pem(pem_text: &[u8], passphrase: &Passphrase) -> Result<Self, KeyError> {
        let private_key_info = envelope::open(pem_text, passphrase)?;
        Self::proved(secret_of(private_key_info.as_bytes())?, &mut SysRng)
    }

    /// The PEM `ENCRYPTED PRIVATE KEY` to keep.
    ///
    /// # Errors
    /// [`KeyError::Randomness`].
    pub fn to_encrypted_pem<R: TryCryptoRng + ?Sized>(
        &self,
        passphrase: &Passphrase,
        rng: &mut R,
    ) -> Result<Zeroizing<String>, KeyError> {
        envelope::seal(self.to_private_key_info()?.as_bytes(), passphrase, rng)
    }

    /// DER PrivateKeyInfo in the clear: for TLS keys, which a server must open without a person.
    pub(crate) fn to_private_key_info(&self) -> Result<der::SecretDocument, KeyError> {
        SecretKey::from(&self.secret).to_pkcs8_der().map_err(|_| EnvelopeFault::Malformed.into())
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs at once, with the entropy that `rng` gives: RFC 6979 with 32 octets of it as additional data, so that neither a
    /// bad generator (the nonce then still depends on key and message) nor a fault on a repeated message gives the key away.
    ///
    /// # Errors
    /// [`KeyError::Randomness`] when `rng` fails: there is no fallback. [`KeyError::SignatureDoesNotVerify`].
    pub fn sign_with<R: TryCryptoRng + ?Sized>(&self, dtbsr: &Dtbsr, rng: &mut R) -> Result<SignatureValue, KeyError> {
        let signature: ecdsa::Signature =
            self.secret.sign_prehash_with_rng(rng, dtbsr.as_bytes()).map_err(|_| KeyError::Randomness)?;
        SignatureValue::verified(signature, dtbsr, &self.public)
    }

    /// Signs with RFC 6979's nonce as it stands, from key and message alone: the same value each time.
    ///
    /// # Errors
    /// [`KeyError::SignatureDoesNotVerify`].
    pub(crate) fn sign_deterministically(&self, dtbsr: &Dtbsr) -> Result<SignatureValue, KeyError> {
        let signature: ecdsa::Signature = self.secret.sign_prehash(dtbsr.as_bytes()).map_err(|_| {
            // Only a nonce or s of nought, which nobody will ever see.
            KeyError::SignatureDoesNotVerify { key_id: self.public.key_id().clone() }
        })?;
        SignatureValue::verified(signature, dtbsr, &self.public)
    }

    /// The self-test: a key that cannot make a signature that its public half accepts does not exist for us.
    fn proved<R: TryCryptoRng + ?Sized>(secret: ecdsa::SigningKey, rng: &mut R) -> Result<Self, KeyError> {
        let public = PublicKey::from_point(&secret.verifying_key().into())?;
        let key = Self { secret, public };
        key.sign_with(&Dtbsr::hash(b"teken key self-test"), rng)?;
        Ok(key)
    }
}

/// ```text
/// ECPrivateKey ::= SEQUENCE {
///   version        INTEGER { ecPrivkeyVer1(1) } (ecPrivkeyVer1),
///   privateKey     OCTET STRING,
///   parameters [0] ECParameters {{ NamedCurve }} OPTIONAL,
///   publicKey  [1] BIT STRING OPTIONAL
/// }
/// ```
///
/// RFC 5915, 3. Read here and not by `p256`, whose one error would hide what is wrong with the file.
#[derive(Sequence)]
struct EcPrivateKey<'a> {
    version: u8,
    private_key: &'a OctetStringRef,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    parameters: Option<ObjectIdentifier>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    public_key: Option<BitStringRef<'a>>,
}

/// Octets of a P-256 private value (RFC 5915, 3: the length of the order, never shorter).
const SCALAR_OCTETS: usize = 32;

/// RFC 5958 PrivateKeyInfo with an RFC 5915 ECPrivateKey inside.
fn secret_of(private_key_info_der: &[u8]) -> Result<ecdsa::SigningKey, KeyError> {
    let info = PrivateKeyInfoRef::from_der(private_key_info_der).map_err(|_| EnvelopeFault::WrongPassphrase)?;
    if info.algorithm.oid != ALGORITHM_OID || info.algorithm.parameters_oid() != Ok(NistP256::OID) {
        return Err(KeyError::NotP256);
    }
    let inner = EcPrivateKey::from_der(info.private_key.as_bytes()).map_err(|_| KeyError::NotP256)?;
    if inner.version != 1 || inner.parameters.is_some_and(|curve| curve != NistP256::OID) {
        return Err(KeyError::NotP256);
    }
    let scalar = inner.private_key.as_bytes();
    if scalar.len() != SCALAR_OCTETS {
        return Err(KeyError::ScalarOutOfRange);
    }
    let secret = SecretKey::from_slice(scalar).map_err(|_| KeyError::ScalarOutOfRange)?;
    for stated in [inner.public_key, info.public_key].into_iter().flatten() {
        let stated = stated.as_bytes().map(p256::PublicKey::from_sec1_bytes);
        if !stated.is_some_and(|stated| stated == Ok(secret.public_key())) {
            return Err(KeyError::PublicKeyMismatch);
        }
    }
    Ok(secret.into())
}

impl SigningKey for SoftKey {
    fn key_id(&self) -> &KeyId {
        self.public.key_id()
    }

    fn public_key_sec1(&self) -> &[u8] {
        self.public.sec1()
    }

    fn sign<'a>(&'a self, dtbsr: &'a Dtbsr) -> Signing<'a> {
        Box::pin(async move { self.sign_with(dtbsr, &mut SysRng) })
    }
}

impl fmt::Debug for SoftKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SoftKey({})", self.public.key_id())
    }
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;
    use p256::SecretKey;

    use super::SoftKey;
    use crate::Dtbsr;

    /// RFC 6979, A.2.5: the key, and r and s of "sample" and "test" under SHA-256; s as it is there, or the order less it.
    #[test]
    fn a_deterministic_value_is_that_of_rfc_6979() {
        let scalar =
            hex::decode("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721").expect("hexadecimal");
        let secret = SecretKey::from_slice(&scalar).expect("a scalar").into();
        let key = SoftKey::proved(secret, &mut SysRng).expect("a key");
        for (message, r, s) in [
            (
                "sample",
                "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
                "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9",
            ),
            (
                "test",
                "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
                "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
            ),
        ] {
            let value = key.sign_deterministically(&Dtbsr::hash(message.as_bytes())).expect("signed");
            assert_eq!(hex::encode(value.to_r_s()), [r, s].concat(), "{message}");
        }
    }
}
