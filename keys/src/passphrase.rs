//! [`Passphrase`]: the words that open a key, and the three places they may come from.
//!
//! Never the argument list and never the environment: both are readable by others and end in logs. A systemd credential is a
//! file (`$CREDENTIALS_DIRECTORY/name`), so it needs nothing of its own.

use core::fmt;
use std::{fs::File, io::Read, path::PathBuf};

use zeroize::{Zeroize, Zeroizing};

use crate::{KeyError, PassphraseFault, secret_file};

/// Longest passphrase, octets.
const LIMIT_BYTES: usize = 1024;
/// Shortest passphrase for a key that is made, octets. scrypt makes a guess dear, not a short word long.
const LEAST_BYTES_FOR_A_NEW_KEY: usize = 12;

/// A passphrase in memory that is wiped when dropped. `Debug` shows nothing.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Takes the octets as they are, without an end of line (the given buffer is kept, and wiped later).
    ///
    /// # Errors
    /// [`PassphraseFault`] when it is empty, has more than one line, or is longer than 1,024 octets.
    pub fn new(octets: impl Into<Vec<u8>>) -> Result<Self, PassphraseFault> {
        let octets = Zeroizing::new(octets.into());
        if octets.is_empty() {
            return Err(PassphraseFault::Empty);
        }
        if octets.len() > LIMIT_BYTES {
            return Err(PassphraseFault::TooLong { limit_bytes: LIMIT_BYTES });
        }
        if octets.iter().any(|&octet| octet == b'\n' || octet == b'\r') {
            return Err(PassphraseFault::SeveralLines);
        }
        Ok(Self(octets))
    }

    /// Takes one line: the end of line is not part of it.
    fn from_line(mut octets: Zeroizing<Vec<u8>>) -> Result<Self, PassphraseFault> {
        if octets.last() == Some(&b'\n') {
            octets.pop();
            if octets.last() == Some(&b'\r') {
                octets.pop();
            }
        }
        Self::new(core::mem::take(&mut *octets))
    }

    /// Refuses what is too short to protect a key that is made now.
    ///
    /// # Errors
    /// [`PassphraseFault::TooShort`].
    pub fn long_enough_for_a_new_key(self) -> Result<Self, PassphraseFault> {
        if self.0.len() < LEAST_BYTES_FOR_A_NEW_KEY {
            return Err(PassphraseFault::TooShort { least_bytes: LEAST_BYTES_FOR_A_NEW_KEY });
        }
        Ok(self)
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase([REDACTED])")
    }
}

/// Where a passphrase comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassphraseSource {
    /// The terminal, without echo.
    Prompt,
    /// An open file descriptor, read to its end: one line.
    Fd(i32),
    /// A file of one line, kept as a secret: a systemd credential, for example.
    File(PathBuf),
}

impl PassphraseSource {
    /// Reads the passphrase of an existing key.
    ///
    /// # Errors
    /// [`KeyError::Passphrase`], or [`KeyError::File`] when the file is not kept as a secret.
    pub fn read(&self) -> Result<Passphrase, KeyError> {
        match self {
            Self::Prompt => prompt("Passphrase: "),
            Self::Fd(descriptor) => read_descriptor(*descriptor),
            Self::File(path) => {
                let octets = secret_file::read(path, secret_file::Kept::AsCredential)?;
                Ok(Passphrase::from_line(octets)?)
            }
        }
    }

    /// Reads the passphrase for a key that is made now: asked for twice at a terminal, and not too short.
    ///
    /// # Errors
    /// As [`PassphraseSource::read`], and [`PassphraseFault::Differ`], [`PassphraseFault::TooShort`].
    pub fn read_new(&self) -> Result<Passphrase, KeyError> {
        let passphrase = match self {
            Self::Prompt => {
                let first = prompt("New passphrase: ")?.long_enough_for_a_new_key()?;
                if prompt("The same again: ")?.0 != first.0 {
                    return Err(PassphraseFault::Differ.into());
                }
                first
            }
            Self::Fd(_) | Self::File(_) => self.read()?.long_enough_for_a_new_key()?,
        };
        Ok(passphrase)
    }
}

fn prompt(question: &str) -> Result<Passphrase, KeyError> {
    let mut typed = rpassword::prompt_password(question).map_err(|_| PassphraseFault::NoTerminal)?;
    let passphrase = Passphrase::new(core::mem::take(&mut typed).into_bytes());
    typed.zeroize();
    Ok(passphrase?)
}

/// Opens the descriptor anew through the file system: a number alone cannot be turned into a file without `unsafe`.
/// A pipe, a regular file (also a deleted one, as a shell's here-string) and a memfd can be opened so; a socket cannot.
fn read_descriptor(descriptor: i32) -> Result<Passphrase, KeyError> {
    let failed = |error: std::io::Error| PassphraseFault::Descriptor { descriptor, kind: error.kind() };
    let mut octets = Zeroizing::new(Vec::with_capacity(LIMIT_BYTES + 3));
    // One octet more than a passphrase with CR LF may have, so that a longer one is seen to be longer.
    let limit = u64::try_from(LIMIT_BYTES + 3).expect("a small constant");
    if descriptor == 0 {
        std::io::stdin().lock().take(limit).read_to_end(&mut octets).map_err(failed)?;
    } else {
        let directory = if cfg!(target_os = "linux") { "/proc/self/fd" } else { "/dev/fd" };
        File::open(format!("{directory}/{descriptor}"))
            .and_then(|file| file.take(limit).read_to_end(&mut octets))
            .map_err(failed)?;
    }
    Ok(Passphrase::from_line(octets)?)
}

#[cfg(test)]
mod tests {
    use super::{LIMIT_BYTES, Passphrase, PassphraseFault};

    #[test]
    fn an_empty_passphrase_is_none() {
        assert_eq!(Passphrase::new("").expect_err("refused"), PassphraseFault::Empty);
    }

    #[test]
    fn a_second_line_is_refused() {
        assert_eq!(
            Passphrase::from_line(b"one\ntwo\n".to_vec().into()).expect_err("refused"),
            PassphraseFault::SeveralLines
        );
    }

    #[test]
    fn a_lone_end_of_line_is_an_empty_passphrase() {
        assert_eq!(Passphrase::from_line(b"\r\n".to_vec().into()).expect_err("refused"), PassphraseFault::Empty);
    }

    #[test]
    fn the_end_of_line_is_not_part_of_the_passphrase() {
        for line in ["rahasia sekali", "rahasia sekali\n", "rahasia sekali\r\n"] {
            let read = Passphrase::from_line(line.as_bytes().to_vec().into()).expect("a passphrase");
            assert_eq!(read.expose(), b"rahasia sekali");
        }
    }

    #[test]
    fn spaces_are_part_of_the_passphrase() {
        let read = Passphrase::from_line(b" a b \n".to_vec().into()).expect("a passphrase");
        assert_eq!(read.expose(), b" a b ");
    }

    #[test]
    fn one_octet_too_many_is_too_many() {
        assert!(Passphrase::new(vec![b'a'; LIMIT_BYTES]).is_ok());
        assert_eq!(
            Passphrase::new(vec![b'a'; LIMIT_BYTES + 1]).expect_err("refused"),
            PassphraseFault::TooLong { limit_bytes: 1024 }
        );
    }

    #[test]
    fn eleven_octets_do_not_protect_a_new_key() {
        let short = Passphrase::new("elevenoctet").expect("a passphrase");
        assert_eq!(
            short.long_enough_for_a_new_key().expect_err("refused"),
            PassphraseFault::TooShort { least_bytes: 12 }
        );
    }

    #[test]
    fn debug_shows_no_octet_of_it() {
        let shown = format!("{:?}", Passphrase::new("geheim geheim").expect("a passphrase"));
        assert_eq!(shown, "Passphrase([REDACTED])");
    }
}
