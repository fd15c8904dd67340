//! `kill -9` at random instants under load, over and over on the same register.
//!
//! A recording proxy says what left the service. After each kill the register must have, with the same octets, everything that left;
//! at the end every act has exactly one end and no number was skipped or given twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::ensure;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use tests::{Outcome, Suite, TestAgency};

use crate::{
    load::{self, Load},
    recorder::Recorder,
};

/// Kills of the service.
const ROUNDS: u32 = 200;
/// Kills of the control, at most: on a machine that does nothing else the first one hits what it releases too early.
const CONTROL_ROUNDS: u32 = 60;
/// The load would go on for ever: the kill ends it.
const LOAD: Load = Load { callers: 32, signatures: u64::MAX };
/// The kill comes at a uniformly random instant within this time after the service listens.
const WITHIN: Duration = Duration::from_millis(300);
/// 99 of 100 restarts take at most this long: they decrypt the key (scrypt) and end what was left open. One may meet a disk that others
/// keep busy.
const RESTART: Duration = Duration::from_secs(5);

pub(crate) fn cases(suite: &mut Suite) {
    suite
        .case("what_left_before_a_kill_is_on_record_and_nothing_is_numbered_twice", || {
            tokio::runtime::Runtime::new()?.block_on(the_service_loses_nothing())
        })
        .case("kills_find_what_is_released_before_it_is_recorded", || {
            tokio::runtime::Runtime::new()?.block_on(the_control_loses())
        });
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Server {
    Real,
    Early,
}

/// Whether a further kill is of use.
enum Go {
    On,
    Home,
}

/// What the kills found.
#[derive(Debug, Default)]
struct Found {
    /// Signatures that left.
    left: BTreeSet<String>,
    /// Of these, whose outcome is not on record.
    missing: BTreeSet<String>,
    /// Of these, whose outcome is on record with other octets.
    differing: BTreeSet<String>,
    /// Of these, whose name had left before.
    named_twice: BTreeSet<String>,
    /// Request ids of which a part of the answer left, and which have no outcome.
    begun_unrecorded: BTreeSet<String>,
    /// Kills that left acts open.
    rounds_with_open_acts: u32,
    /// How long each start took.
    starts: Vec<Duration>,
}

async fn the_service_loses_nothing() -> Outcome {
    let agency = TestAgency::create()?;
    let found = kills(&agency, Server::Real, ROUNDS, |_| Go::On).await?;
    ensure!(found.missing.is_empty(), "left and not on record: {:?}", found.missing);
    ensure!(found.differing.is_empty(), "left with other octets than recorded: {:?}", found.differing);
    ensure!(found.named_twice.is_empty(), "given twice: {:?}", found.named_twice);
    ensure!(found.begun_unrecorded.is_empty(), "a part left unrecorded: {:?}", found.begun_unrecorded);
    // The last restart ends what the last kill left open.
    drop(agency.serve()?);
    let register = open(&agency.path("register.db"))?;
    let (entries, last): (u64, u64) =
        register.query_row("SELECT count(*), max(seq) FROM entry", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    ensure!(entries == last, "{entries} entries, but the last has number {last}");
    ensure!(open_acts(&register)? == 0, "acts without an end after the last restart");
    let kinds: BTreeMap<u8, u64> = register
        .prepare("SELECT kind, count(*) FROM entry GROUP BY kind")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let Found { left, rounds_with_open_acts, mut starts, .. } = found;
    starts.sort_unstable();
    let slow = starts.get(starts.len() * 99 / 100).copied().unwrap_or_default();
    println!(
        "kill -9: {ROUNDS} kills, {rounds_with_open_acts} left open acts, {} signatures left, entries by kind {kinds:?}, \
         99 of 100 starts within {slow:?}, the slowest {:?}",
        left.len(),
        starts.last()
    );
    ensure!(left.len() > 1_000, "only {} signatures left: the kills came before the load", left.len());
    ensure!(rounds_with_open_acts > 0, "no kill hit an act under way: the case proves nothing");
    ensure!(slow < RESTART, "one restart of a hundred took {slow:?}");
    Ok(())
}

async fn the_control_loses() -> Outcome {
    let agency = TestAgency::create()?;
    let until_lost = |found: &Found| if found.missing.is_empty() { Go::On } else { Go::Home };
    let found = kills(&agency, Server::Early, CONTROL_ROUNDS, until_lost).await?;
    println!("kill -9 of the control: {} of {} signatures lost", found.missing.len(), found.left.len());
    ensure!(!found.missing.is_empty(), "{CONTROL_ROUNDS} kills saw nothing of what left too early");
    ensure!(found.begun_unrecorded.len() >= found.missing.len(), "the answers that had begun miss some of them");
    Ok(())
}

async fn kills(
    agency: &TestAgency,
    server: Server,
    rounds: u32,
    enough: impl Fn(&Found) -> Go,
) -> anyhow::Result<Found> {
    let mut instants = Instants(0x7e6e_2026_1124_0001);
    let mut found = Found::default();
    for _ in 0..rounds {
        let starting = Instant::now();
        let mut service = match server {
            Server::Real => agency.serve()?,
            Server::Early => agency.serve_with(|real| {
                let mut early = Command::new(env!("CARGO_BIN_EXE_early-signer"));
                early.args(real.get_args().last());
                early
            })?,
        };
        found.starts.push(starting.elapsed());
        let recorder = Recorder::start(agency, service.address.clone()).await?;
        let load = load::run(agency, &recorder.address, LOAD, |_| {});
        let killing = async {
            tokio::time::sleep(instants.next(WITHIN)).await;
            service.running.kill()
        };
        let (acknowledged, killed) = tokio::join!(load, killing);
        killed?;
        // The proxy may still be passing on what the service had written before it was killed.
        let released = recorder.released()?;
        let register = open(&agency.path("register.db"))?;
        let mut outcome = register.prepare("SELECT cms FROM entry WHERE kind = 3 AND intent = ?1")?;
        for signature in &released.signatures {
            let name = || signature.name.clone();
            match outcome.query_row(params![signature.sequence], |row| row.get::<_, Vec<u8>>(0)).optional()? {
                None => drop(found.missing.insert(name())),
                Some(recorded) if recorded != signature.cms => drop(found.differing.insert(name())),
                Some(_) => {}
            }
            if !found.left.insert(name()) {
                found.named_twice.insert(name());
            }
        }
        let ended = ended_requests(&register)?;
        found.begun_unrecorded.extend(released.begun.difference(&ended).cloned());
        // A load that could not even connect was killed early; then nothing can have left.
        for acknowledgement in acknowledged.unwrap_or_default() {
            ensure!(acknowledgement.signature.request_id == acknowledgement.request.request_id, "another's signature");
            ensure!(released.begun.contains(&acknowledgement.request.request_id), "the proxy missed an answer");
        }
        found.rounds_with_open_acts += u32::from(open_acts(&register)? > 0);
        if let Go::Home = enough(&found) {
            break;
        }
    }
    Ok(found)
}

fn open(register: &Path) -> anyhow::Result<Connection> {
    // Read and write: after a kill the write-ahead log must be read in, as the next server would.
    Ok(Connection::open_with_flags(register, OpenFlags::SQLITE_OPEN_READ_WRITE)?)
}

/// Request ids of the acts that have an outcome.
fn ended_requests(register: &Connection) -> anyhow::Result<BTreeSet<String>> {
    let mut ended = register.prepare(
        "SELECT i.request_id FROM entry AS i JOIN entry AS o ON o.intent = i.seq AND o.kind = 3 WHERE i.kind = 1",
    )?;
    let ids = ended.query_map([], |row| row.get::<_, [u8; 16]>(0))?;
    ids.map(|id| Ok(uuid::Uuid::from_bytes(id?).to_string())).collect()
}

fn open_acts(register: &Connection) -> anyhow::Result<u64> {
    Ok(register.query_row(
        "SELECT count(*) FROM entry AS i WHERE kind = 1 AND NOT EXISTS (SELECT 1 FROM entry WHERE intent = i.seq AND kind > 2)",
        [],
        |row| row.get(0),
    )?)
}

/// Reproducible instants (a 64-bit linear congruential generator, Knuth's MMIX constants).
struct Instants(u64);

impl Instants {
    fn next(&mut self, within: Duration) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = f64::from(u32::try_from(self.0 >> 32).expect("32 bits")) / f64::from(u32::MAX);
        within.mul_f64(share)
    }
}
