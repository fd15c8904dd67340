//! The encrypted form of a private key on disk: PKCS#8 EncryptedPrivateKeyInfo with PBES2 (RFC 5958, RFC 8018, 6.2).
//!
//! What we write is scrypt N=2^14, r=8, p=5 with AES-256-CBC: OpenSSL 3.0 reads no larger N, and p=5 makes a guess five times
//! as dear at the same memory. What we read is that, `openssl pkcs8 -scrypt`, and PBKDF2 with at least 600,000 rounds of
//! HMAC-SHA-256 or better. Everything weaker is refused by name, and so is a file that asks for absurd work: the costs stand
//! in the file, before any passphrase is tried.

use der::{
    Decode, EncodePem, SecretDocument,
    asn1::{OctetString, OctetStringRef},
    pem::{self, LineEnding, PemLabel},
};
use pkcs5::{
    EncryptionScheme as Pkcs5Scheme,
    pbes2::{EncryptionScheme as Cipher, Kdf, Parameters, Pbkdf2Prf},
    scrypt,
};
use pkcs8::{EncryptedPrivateKeyInfo, EncryptedPrivateKeyInfoRef};
use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use crate::{EnvelopeFault, KeyError, Passphrase, pem_blocks};

/// log2 of scrypt's N: 16 MiB with r=8. OpenSSL 3.0 refuses more (its default memory limit is 32 MiB).
const SCRYPT_LOG_N: u8 = 14;
/// scrypt's r (RFC 7914, 2).
const SCRYPT_R: u32 = 8;
/// scrypt's p: OWASP's equivalent for N=2^14 (Password Storage Cheat Sheet).
const SCRYPT_P: u32 = 5;
/// OWASP's figure for PBKDF2-HMAC-SHA-256, and the one that OpenSSL users are told to pass to `-iter`.
const PBKDF2_LEAST_ITERATIONS: u32 = 600_000;
/// Above this opening takes more than ten seconds.
const PBKDF2_MOST_ITERATIONS: u32 = 20_000_000;
/// scrypt's memory is 128 * N * r octets.
const SCRYPT_MOST_MEMORY_BYTES: u64 = 256 * 1024 * 1024;
/// Times that memory is walked through.
const SCRYPT_MOST_P: u16 = 32;

/// Encrypts a DER PrivateKeyInfo. The text is PEM.
pub(crate) fn seal<R: TryCryptoRng + ?Sized>(
    private_key_info_der: &[u8],
    passphrase: &Passphrase,
    rng: &mut R,
) -> Result<Zeroizing<String>, KeyError> {
    let mut salt = [0; 16];
    let mut iv = [0; 16];
    rng.try_fill_bytes(&mut salt).map_err(|_| KeyError::Randomness)?;
    rng.try_fill_bytes(&mut iv).map_err(|_| KeyError::Randomness)?;
    let cost = scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P).expect("constants within RFC 7914's bounds");
    let parameters =
        Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).expect("a 16-octet salt is within pkcs5's bounds");
    let encrypted =
        parameters.encrypt(passphrase.expose(), private_key_info_der).map_err(|_| EnvelopeFault::Malformed)?;
    let info = EncryptedPrivateKeyInfo {
        encryption_algorithm: parameters.into(),
        encrypted_data: OctetString::new(encrypted).map_err(|_| EnvelopeFault::Malformed)?,
    };
    Ok(Zeroizing::new(info.to_pem(LineEnding::LF).map_err(|_| EnvelopeFault::Malformed)?))
}

/// Decrypts a PEM EncryptedPrivateKeyInfo into the DER of a PrivateKeyInfo. Policy first, work second.
pub(crate) fn open(pem_text: &[u8], passphrase: &Passphrase) -> Result<SecretDocument, KeyError> {
    let der = Protection::encrypted_der(pem_text)?;
    let info = EncryptedPrivateKeyInfoRef::from_der(&der).map_err(|_| EnvelopeFault::Malformed)?;
    Protection::of(&info.encryption_algorithm)?;
    let clear = Zeroizing::new(
        info.encryption_algorithm
            .decrypt(passphrase.expose(), info.encrypted_data.as_bytes())
            .map_err(|_| EnvelopeFault::WrongPassphrase)?,
    );
    // One wrong passphrase in 256 leaves valid padding; what it uncovers is then no DER sequence.
    SecretDocument::try_from(clear.as_slice()).map_err(|_| EnvelopeFault::WrongPassphrase.into())
}

/// How an encrypted key is protected, as its file says without a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// RFC 7914.
    Scrypt {
        /// CPU and memory cost.
        n: u64,
        /// Block size.
        r: u16,
        /// Parallelization.
        p: u16,
    },
    /// RFC 8018, 5.2.
    Pbkdf2 {
        /// Rounds.
        iterations: u32,
    },
}

impl Protection {
    /// Reads how a PEM key is protected; needs no passphrase.
    ///
    /// # Errors
    /// [`EnvelopeFault`] when we would not open it.
    pub fn of_pem(pem_text: &[u8]) -> Result<Self, EnvelopeFault> {
        let der = Self::encrypted_der(pem_text)?;
        let info = EncryptedPrivateKeyInfoRef::from_der(&der).map_err(|_| EnvelopeFault::Malformed)?;
        Self::of(&info.encryption_algorithm)
    }

    fn encrypted_der(pem_text: &[u8]) -> Result<Vec<u8>, EnvelopeFault> {
        let text = core::str::from_utf8(pem_text).map_err(|_| EnvelopeFault::NotPem)?;
        let mut blocks = pem_blocks(text);
        let (Some(Ok(block)), None) = (blocks.next(), blocks.next()) else { return Err(EnvelopeFault::NotPem) };
        // A clear key is decoded into memory that is wiped, though it is then refused.
        let (label, der) = pem::decode_vec(block.as_bytes())
            .map(|(label, der)| (label, Zeroizing::new(der)))
            .map_err(|_| EnvelopeFault::NotPem)?;
        match label {
            <EncryptedPrivateKeyInfo<&OctetStringRef> as PemLabel>::PEM_LABEL => Ok(der.to_vec()),
            "PRIVATE KEY" | "EC PRIVATE KEY" => Err(EnvelopeFault::Unencrypted),
            _ => Err(EnvelopeFault::OtherPem),
        }
    }

    fn of(scheme: &Pkcs5Scheme) -> Result<Self, EnvelopeFault> {
        let Pkcs5Scheme::Pbes2(parameters) = scheme else {
            return Err(EnvelopeFault::Pbes1);
        };
        if !matches!(parameters.encryption, Cipher::Aes256Cbc { .. }) {
            return Err(EnvelopeFault::OtherCipher);
        }
        match &parameters.kdf {
            Kdf::Scrypt(cost) => {
                let (n, r, p) = (cost.cost_parameter, cost.block_size, cost.parallelization);
                if n < 1 << SCRYPT_LOG_N || u32::from(r) < SCRYPT_R {
                    return Err(EnvelopeFault::WeakScrypt { n, r });
                }
                let memory = n.saturating_mul(u64::from(r)).saturating_mul(128);
                if memory > SCRYPT_MOST_MEMORY_BYTES || p > SCRYPT_MOST_P {
                    return Err(EnvelopeFault::CostTooHigh);
                }
                Ok(Self::Scrypt { n, r, p })
            }
            Kdf::Pbkdf2(cost) => {
                let iterations = cost.iteration_count;
                if !matches!(
                    cost.prf,
                    Pbkdf2Prf::HmacWithSha256 | Pbkdf2Prf::HmacWithSha384 | Pbkdf2Prf::HmacWithSha512
                ) {
                    return Err(EnvelopeFault::WeakPrf);
                }
                if iterations < PBKDF2_LEAST_ITERATIONS {
                    return Err(EnvelopeFault::WeakPbkdf2 { iterations, least: PBKDF2_LEAST_ITERATIONS });
                }
                if iterations > PBKDF2_MOST_ITERATIONS {
                    return Err(EnvelopeFault::CostTooHigh);
                }
                Ok(Self::Pbkdf2 { iterations })
            }
            _ => Err(EnvelopeFault::Malformed),
        }
    }
}
