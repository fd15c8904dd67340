//! SignDigest over mutual TLS with both durable records, beside a floor made of the same primitives; client and service on the same cores.
//!
//! The floor answers the same contract over the same TLS, and does for each call: one group commit, a P-256 signature, its verification,
//! another group commit; no authorization, no statement, no CMS, no register. Its rows have the same size, in a table without indexes.
//!
//! Run: `cargo bench -p tests --bench service`

#[path = "floor.rs"]
mod floor;

use std::{
    fs::OpenOptions,
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tests::{Assembly, Caller, OFFICE, TestAgency, call_as, sign_digest_request};
use tokio::{runtime::Runtime, sync::oneshot, task::JoinSet};

/// Callers at once, spread over connections of at most 64 streams.
const CALLERS: [usize; 3] = [1, 64, 256];
/// Rounds; in each, floor and service take turns.
const ROUNDS: usize = 5;
/// How long each is called in a round.
const SPAN: Duration = Duration::from_secs(2);

fn main() -> anyhow::Result<()> {
    let agency = TestAgency::create()?;
    let (service, service_at) = serve(&agency)?;
    let (floor, floor_at) = floor::serve(&agency)?;
    println!("SignDigest over mutual TLS; client and service share the machine's cores; medians of {ROUNDS} rounds\n");
    println!(
        "{:>8} {:>14} {:>14} {:>8} {:>24} {:>12}",
        "callers", "floor /s", "service /s", "ratio", "service p50 / p99 ms", "flush ms"
    );
    let client = Runtime::new()?;
    for callers in CALLERS {
        let (mut floors, mut services, mut waits, mut flushes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            flushes.push(flush(agency.dir())?);
            floors.push(client.block_on(called(&agency, &floor_at, callers))?.0);
            let (rate, mut taken) = client.block_on(called(&agency, &service_at, callers))?;
            services.push(rate);
            waits.append(&mut taken);
        }
        waits.sort_unstable();
        let wait = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        let (floor, service) = (median(floors), median(services));
        println!(
            "{callers:>8} {floor:>14.0} {service:>14.0} {:>8.2} {:>14.2} / {:>7.2} {:>12.2}",
            service / floor,
            wait(0.5),
            wait(0.99),
            median(flushes) * 1e3
        );
    }
    println!("\nreach: ratio 0.50 at 64 and at 256 callers; alone: p50 within two flushes and 2 ms");
    drop((service, floor));
    Ok(())
}

/// A service on a runtime of its own; it stops when dropped.
struct Serving(#[expect(dead_code, reason = "dropping it is the use")] oneshot::Sender<()>);

fn serve(agency: &TestAgency) -> anyhow::Result<(Serving, String)> {
    let assembly = Assembly::load(&agency.signer_config())?;
    let register = assembly.register()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let (told, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        Runtime::new()?
            .block_on(assembly.serve(register, |address| drop(told.send(address)), async { drop(stopped.await) }))
    });
    Ok((Serving(stop), address.recv()?))
}

/// Calls for the span; gives the rate and how long each call took.
async fn called(agency: &TestAgency, address: &str, callers: usize) -> anyhow::Result<(f64, Vec<Duration>)> {
    let mut connections = Vec::new();
    for _ in 0..callers.div_ceil(64) {
        connections.push(call_as(agency, OFFICE, address).await?);
    }
    let (done, begun) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let (connection, done): (Caller, _) = (connections[caller % connections.len()].clone(), Arc::clone(&done));
        tasks.spawn(call(connection, done, begun));
    }
    let mut waits = Vec::new();
    while let Some(taken) = tasks.join_next().await {
        waits.append(&mut taken??);
    }
    Ok((done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64(), waits))
}

async fn call(mut connection: Caller, done: Arc<AtomicU64>, begun: Instant) -> anyhow::Result<Vec<Duration>> {
    let mut waits = Vec::new();
    while begun.elapsed() < SPAN {
        let mut request = sign_digest_request([5; 32], "");
        if let Some(document) = &mut request.document {
            document.number.clone_from(&request.request_id);
        }
        let asked = Instant::now();
        connection.sign_digest(request).await?;
        waits.push(asked.elapsed());
        done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(waits)
}

/// Seconds that one flush of a small append takes now, in the register's folder: the median of 50.
fn flush(folder: &Path) -> anyhow::Result<f64> {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("flush"))?;
    let mut taken = Vec::new();
    for _ in 0..50 {
        file.write_all(&[0; 4096])?;
        let begun = Instant::now();
        file.sync_data()?;
        taken.push(begun.elapsed().as_secs_f64());
    }
    Ok(median(taken))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
