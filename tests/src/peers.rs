//! Foreign programs and data that judge our output, found on this machine or reported missing by name.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

use crate::data;

/// Somebody else's program, or data that is not part of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// A C compiler, for the write recorder of the power-loss replay.
    CCompiler,
    /// The Python packages `grpcio` and `grpcio-tools`.
    Grpcio,
    /// `node`.
    Node,
    /// `openssl`, version 3.
    OpenSsl,
    /// `pdfsig` of poppler.
    Pdfsig,
    /// `pdftoppm` of poppler.
    Pdftoppm,
    /// The Python package `pyhanko`.
    PyHanko,
    /// `python3`.
    Python,
    /// `qpdf`.
    Qpdf,
    /// The folder of public test data, `TEKEN_SHARED` or `../shared`.
    Shared,
    /// The right to mount a small file system in a mount namespace of its own, and to look into it from outside.
    SmallDisk,
    /// `strace`.
    Strace,
    /// Something that compiles for wasm32-unknown-unknown: the target of this compiler, or `tools/wasm-cargo` of the shared folder.
    Wasm,
}

impl Peer {
    /// The name under which a missing peer is reported.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CCompiler => "cc",
            Self::Grpcio => "grpcio",
            Self::Node => "node",
            Self::OpenSsl => "openssl",
            Self::Pdfsig => "pdfsig",
            Self::Pdftoppm => "pdftoppm",
            Self::PyHanko => "pyhanko",
            Self::Python => "python3",
            Self::Qpdf => "qpdf",
            Self::Shared => "TEKEN_SHARED",
            Self::SmallDisk => "unshare as root",
            Self::Strace => "strace",
            Self::Wasm => "wasm32-unknown-unknown",
        }
    }

    /// Whether it is on this machine.
    #[must_use]
    pub fn is_present(self) -> bool {
        static GRPCIO: LazyLock<bool> = LazyLock::new(|| imports("grpc, grpc_tools"));
        static SMALL_DISK: LazyLock<bool> = LazyLock::new(|| {
            Command::new("unshare")
                .args(["--mount", "sh", "-c", "mount -t tmpfs -o size=64k tmpfs /mnt"])
                .stdin(Stdio::null())
                .output()
                .is_ok_and(|output| output.status.success())
        });
        static PYHANKO: LazyLock<bool> = LazyLock::new(|| imports("pyhanko.sign.validation"));
        match self {
            Self::CCompiler => answers("cc", "--version"),
            Self::Grpcio => *GRPCIO,
            Self::Node => answers("node", "--version"),
            Self::OpenSsl => answers("openssl", "version"),
            Self::Pdfsig => answers("pdfsig", "-v"),
            Self::Pdftoppm => answers("pdftoppm", "-v"),
            Self::PyHanko => *PYHANKO,
            Self::Python => imports("sqlite3"),
            Self::Qpdf => answers("qpdf", "--version"),
            Self::Shared => data::shared().is_some(),
            Self::SmallDisk => *SMALL_DISK,
            Self::Strace => answers("strace", "-V"),
            Self::Wasm => has_wasm_target() || Self::wasm_cargo().is_some(),
        }
    }

    /// The script that compiles for WebAssembly where this compiler lacks the target; `None` where it is not needed or not there.
    #[must_use]
    pub fn wasm_cargo() -> Option<PathBuf> {
        let script = data::shared()?.join("tools/wasm-cargo");
        (!has_wasm_target() && script.is_file() && answers("apt-cache", "--version")).then_some(script)
    }

    /// The Python interpreter that has the Python peers: `TEKEN_PYTHON`, else `python3`.
    #[must_use]
    pub fn python() -> PathBuf {
        env::var_os("TEKEN_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from)
    }
}

fn has_wasm_target() -> bool {
    let folder =
        Command::new("rustc").args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]).output();
    folder.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim_end()).is_dir())
}

fn answers(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).stdin(Stdio::null()).output().is_ok_and(|output| output.status.success())
}

fn imports(modules: &str) -> bool {
    Command::new(Peer::python())
        .args(["-c", &format!("import {modules}")])
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
}
