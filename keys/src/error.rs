//! [`KeyError`]: everything that can be wrong with a key, its file, its passphrase or its certificates.
//!
//! Ordered by whom to call: the operator's files and words first, then the chain, then our surroundings and the key itself.
//! No variant carries a secret.

use std::{io, path::PathBuf};

use crate::KeyId;

/// A key, passphrase or chain that cannot be used, and the one fact why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The file that holds a secret is not kept as a secret is kept.
    #[error("{}: {fault}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: FileFault,
    },
    /// The encrypted key's outer form is not one that we accept.
    #[error(transparent)]
    Envelope(#[from] EnvelopeFault),
    /// The passphrase could not be had, or is none.
    #[error(transparent)]
    Passphrase(#[from] PassphraseFault),
    /// The key inside is not an elliptic-curve key on P-256 (secp256r1).
    #[error("the key is not a P-256 key")]
    NotP256,
    /// The private value is not in 1..n-1, or its encoding is not 32 octets.
    #[error("the private value is not a scalar between 1 and the order of P-256 less one")]
    ScalarOutOfRange,
    /// The file's own public key is not that of its private value.
    #[error("the file's public key does not belong to its private value")]
    PublicKeyMismatch,
    /// Certificate, CSR or chain.
    #[error(transparent)]
    Certificate(#[from] CertificateFault),
    /// The signing certificate is of another key.
    #[error("key {key} and certificate of key {certificate} do not match")]
    KeyAndCertificateMismatch {
        /// The key at hand.
        key: KeyId,
        /// The key that the certificate certifies.
        certificate: KeyId,
    },
    /// The octets are no COSE Sig_structure (RFC 9052, 4.4) of the key's own purpose, or their header names another algorithm or key:
    /// the caller's mistake. Nothing was signed.
    #[error("key {key_id} signs only statements of its own purpose that name it, and these octets are none")]
    NotToBeSigned {
        /// The key that was to sign.
        key_id: KeyId,
    },
    /// The system's generator gave nothing; nothing was signed.
    #[error("the system's random number generator failed")]
    Randomness,
    /// A made signature value did not verify: a fault in memory, processor or token. It was not released.
    #[error("a signature made by key {key_id} did not verify and was dropped")]
    SignatureDoesNotVerify {
        /// The key that made it.
        key_id: KeyId,
    },
    /// Core dumps could not be switched off.
    #[error("core dumps could not be switched off: {0}")]
    Harden(io::ErrorKind),
}

/// What is wrong with a file that holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Nothing there.
    #[error("no such file")]
    NotFound,
    /// The last part of the path is a symbolic link.
    #[error("is a symbolic link")]
    SymbolicLink,
    /// A directory, pipe, socket or device.
    #[error("is not a regular file")]
    NotARegularFile,
    /// Another user could replace or read it.
    #[error("belongs to user {owner}, not to user {process} who runs this")]
    Owner {
        /// Who owns it.
        owner: u32,
        /// Effective user of this process.
        process: u32,
    },
    /// Permission bits beyond the owner's.
    #[error("has mode {mode:04o}, must be 0400 or 0600")]
    Mode {
        /// The permission bits found.
        mode: u32,
    },
    /// A second name for the same file lies somewhere.
    #[error("has {links} hard links, must have one")]
    HardLinks {
        /// How many names the file has.
        links: u64,
    },
    /// Longer than any file of this kind.
    #[error("is longer than {limit_bytes} octets")]
    TooLong {
        /// The limit.
        limit_bytes: u64,
    },
    /// Somebody else may exchange the file: the directory's mode lets group or others write.
    #[error("lies in a directory of mode {mode:04o} that others may write to")]
    DirectoryMode {
        /// The directory's permission bits.
        mode: u32,
    },
    /// The directory belongs neither to the process' user nor to root.
    #[error("lies in a directory of user {owner}, not of user {process} who runs this")]
    DirectoryOwner {
        /// Who owns the directory.
        owner: u32,
        /// Effective user of this process.
        process: u32,
    },
    /// A file is there already; nothing is ever overwritten.
    #[error("exists already and is not overwritten")]
    Exists,
    /// The system said no.
    #[error("{0}")]
    Io(io::ErrorKind),
}

/// What is wrong with the form of an encrypted key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeFault {
    /// No PEM block, or not exactly one.
    #[error("is not one PEM block")]
    NotPem,
    /// A private key in the clear.
    #[error("the private key is not encrypted")]
    Unencrypted,
    /// PEM of something else (a certificate, for example), or of OpenSSL's old encryption.
    #[error("holds no PKCS#8 encrypted private key (ENCRYPTED PRIVATE KEY)")]
    OtherPem,
    /// The octets are not a PKCS#8 EncryptedPrivateKeyInfo of an algorithm that we know.
    #[error("is not a PKCS#8 EncryptedPrivateKeyInfo with a known algorithm")]
    Malformed,
    /// RFC 8018, 6.1: DES or RC2 under one round of MD5 or SHA-1.
    #[error("is protected by PBES1, which protects nothing")]
    Pbes1,
    /// PBKDF2 with too few rounds.
    #[error("PBKDF2 with {iterations} iterations is too weak, at least {least} are needed")]
    WeakPbkdf2 {
        /// Rounds found.
        iterations: u32,
        /// Rounds needed.
        least: u32,
    },
    /// PBKDF2 over HMAC-SHA-1 or SHA-224.
    #[error("PBKDF2 must use HMAC with SHA-256, SHA-384 or SHA-512")]
    WeakPrf,
    /// scrypt below N=2^14, r=8.
    #[error("scrypt with N={n}, r={r} is too weak, at least N=16384, r=8 is needed")]
    WeakScrypt {
        /// Cost parameter.
        n: u64,
        /// Block size parameter.
        r: u16,
    },
    /// Opening would take more memory or time than any honest file asks for.
    #[error("asks for more work to open than any honest key")]
    CostTooHigh,
    /// Anything but AES-256-CBC.
    #[error("is not encrypted with AES-256-CBC")]
    OtherCipher,
    /// Wrong passphrase, or the file was changed; the two cannot be told apart.
    #[error("wrong passphrase, or the file is damaged")]
    WrongPassphrase,
}

/// Why there is no passphrase.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseFault {
    /// Nothing was given.
    #[error("the passphrase is empty")]
    Empty,
    /// More than one line.
    #[error("the passphrase has more than one line")]
    SeveralLines,
    /// Too long.
    #[error("the passphrase is longer than {limit_bytes} octets")]
    TooLong {
        /// The limit.
        limit_bytes: usize,
    },
    /// Too short for a new key.
    #[error("the passphrase is shorter than {least_bytes} octets")]
    TooShort {
        /// What a new key needs.
        least_bytes: usize,
    },
    /// Typed twice, differently.
    #[error("the two passphrases differ")]
    Differ,
    /// No terminal to ask at.
    #[error("there is no terminal to ask for the passphrase")]
    NoTerminal,
    /// The descriptor cannot be read.
    #[error("file descriptor {descriptor} cannot be read: {kind}")]
    Descriptor {
        /// Its number.
        descriptor: i32,
        /// What the system said.
        kind: io::ErrorKind,
    },
}

/// What is wrong with a certificate, a chain or a CSR.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// No certificate at all.
    #[error("the chain is empty")]
    EmptyChain,
    /// More than any real chain.
    #[error("the chain has more than {limit} certificates")]
    ChainTooLong {
        /// The limit.
        limit: usize,
    },
    /// Not PEM, or PEM of something else.
    #[error("is not a PEM file of certificates")]
    NotPem,
    /// Not DER of a certificate.
    #[error("certificate {position} of the chain is not a DER certificate")]
    Malformed {
        /// Counted from 0, the signing certificate.
        position: usize,
    },
    /// A certificate's signature algorithm or key is none that we check.
    #[error("certificate {position} of the chain is signed with an algorithm that is not supported")]
    UnsupportedAlgorithm {
        /// Counted from 0, the signing certificate.
        position: usize,
    },
    /// The issuer's name is not the next certificate's subject.
    #[error("certificate {position} of the chain was not issued by the next one")]
    IssuerIsNotNext {
        /// Counted from 0, the signing certificate.
        position: usize,
    },
    /// The names fit, the signature does not.
    #[error("certificate {position} of the chain is not signed by the next one")]
    NotSignedByNext {
        /// Counted from 0, the signing certificate.
        position: usize,
    },
    /// The next certificate may not issue certificates.
    #[error("certificate {position} of the chain is not a CA certificate")]
    NotACa {
        /// Counted from 0, the signing certificate.
        position: usize,
    },
    /// Certificates that are not in the signing certificate's chain.
    #[error("{count} of the certificates do not belong to the signing certificate's chain")]
    NotOfThisChain {
        /// How many are left over.
        count: usize,
    },
    /// The signing certificate is a CA's.
    #[error("the first certificate is a CA certificate, not a signing certificate")]
    SignerIsACa,
    /// Its key usage allows neither signatures nor commitments.
    #[error("the signing certificate's key usage does not allow signatures")]
    KeyUsage,
    /// Nobody could say who signed.
    #[error("the signing certificate has no common name")]
    NoCommonName,
    /// Time has not come, or is over.
    #[error("certificate {position} of the chain is not valid at the given time")]
    NotValidAt {
        /// Counted from 0, the signing certificate.
        position: usize,
        /// Start of its validity, Unix seconds.
        not_before: u64,
        /// End of its validity, Unix seconds.
        not_after: u64,
        /// The time asked about, Unix seconds.
        at: u64,
    },
    /// No `urn:teken:office:<id>` among the subject's alternative names.
    #[error("the certificate names no office")]
    NoOffice,
    /// More than one office in one certificate.
    #[error("the certificate names more than one office")]
    SeveralOffices,
    /// The URI is there and what follows is no office id.
    #[error("the certificate names an office that is no office id")]
    BadOffice,
}
