//! A key that reads the register on a connection of its own before each use: the intent must be committed, and be this one.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context, bail, ensure};
use evidence::OfficeId;
use keys::{Credential, Dtbsr, KeyError, KeyId, Signing, SigningKey};
use pades::{DocumentDigest, SignedAttributes};
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};
use signer::{domain::RequestId, register::Recorded};
use tests::{Assembly, OFFICE, Outcome, Suite, TestAgency, call_as, sign_digest_request};
use tokio::sync::oneshot;

use crate::intent::intent;

pub(crate) fn cases(suite: &mut Suite) {
    suite.case("the_intent_is_committed_before_each_use_of_the_key", || {
        tokio::runtime::Runtime::new()?.block_on(the_intent_is_committed_before_each_use_of_the_key())
    });
    suite.case("a_use_of_the_key_before_the_commit_is_seen", || {
        tokio::runtime::Runtime::new()?.block_on(a_use_of_the_key_before_the_commit_is_seen())
    });
}

/// Signatures of the case: enough that several share a commit.
const SIGNATURES: u32 = 64;

async fn the_intent_is_committed_before_each_use_of_the_key() -> Outcome {
    let agency = TestAgency::create()?;
    let mut assembly = Assembly::load(&agency.signer_config())?;
    let witness = Arc::new(Witness::of(&assembly));
    assembly.credential = Credential::new(Arc::<Witness>::clone(&witness), assembly.credential.chain_der().to_vec())?;
    let register = assembly.register()?;
    let (told, address) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = assembly.serve(
        register,
        |address| drop(told.send(address)),
        // The sender says stop by being dropped.
        async move { drop(stopped.await) },
    );
    let signing = async {
        let caller = call_as(&agency, OFFICE, &address.await.context("the service starts")?).await?;
        let calls: Vec<_> = (0..SIGNATURES)
            .map(|number| {
                let mut caller = caller.clone();
                tokio::spawn(
                    async move { caller.sign_digest(sign_digest_request([7; 32], &format!("u-{number}"))).await },
                )
            })
            .collect();
        for call in calls {
            call.await??;
        }
        drop(stop);
        Ok(())
    };
    tokio::try_join!(serving, signing)?;
    let (seen, unseen) = (witness.seen.load(Ordering::SeqCst), witness.unseen.load(Ordering::SeqCst));
    ensure!(unseen == 0, "{unseen} uses of the key had no committed intent");
    ensure!(seen == u64::from(SIGNATURES), "the key was used {seen} times for {SIGNATURES} signatures");
    Ok(())
}

/// The control: the key is used in the middle of the transaction that records its intent, a moment before the commit.
async fn a_use_of_the_key_before_the_commit_is_seen() -> Outcome {
    let agency = TestAgency::create()?;
    let assembly = Assembly::load(&agency.signer_config())?;
    let register = assembly.register()?;
    let witness = Arc::new(Witness::of(&assembly));
    let counted = || (witness.seen.load(Ordering::SeqCst), witness.unseen.load(Ordering::SeqCst));
    let early = Arc::clone(&witness);
    let used_early = move |attributes: &SignedAttributes| drop(early.sign(&Dtbsr::hash(attributes.to_der())));
    let request_id = RequestId::parse("0189f7c4-5b1e-7c3a-9d2f-0a1b2c3d4e5f")?;
    let digest = DocumentDigest::from_sha256([7; 32]);
    let intent = intent(&assembly.credential, OfficeId::parse(OFFICE)?, request_id, digest, used_early)?;
    let Recorded::New { attributes, .. } = register.record_intent(intent).await? else { bail!("the id is new") };
    ensure!(counted() == (0, 1), "(seen, unseen) = {:?} before the commit", counted());
    witness.sign(&Dtbsr::hash(attributes.to_der())).await?;
    ensure!(counted() == (1, 1), "(seen, unseen) = {:?} after it", counted());
    Ok(())
}

/// Looks before it signs; what it signs is the inner key's.
#[derive(Debug)]
struct Witness {
    key: Arc<dyn SigningKey>,
    register: PathBuf,
    seen: AtomicU64,
    unseen: AtomicU64,
}

impl Witness {
    /// Watches the key and the register of a service.
    fn of(assembly: &Assembly) -> Self {
        Self {
            key: Arc::clone(assembly.credential.key()),
            register: assembly.config.settings.register.clone(),
            seen: AtomicU64::new(0),
            unseen: AtomicU64::new(0),
        }
    }

    /// Whether an intent is committed, without an end, whose signed attributes have this hash.
    fn is_on_record(&self, dtbsr: &Dtbsr) -> anyhow::Result<bool> {
        let register = Connection::open_with_flags(&self.register, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut open = register.prepare(
            "SELECT signed_attributes FROM entry AS i WHERE kind = 1 \
             AND NOT EXISTS (SELECT 1 FROM entry WHERE intent = i.seq AND kind > 2)",
        )?;
        let attributes: Vec<Vec<u8>> = open.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(attributes.iter().any(|der| Sha256::digest(der).as_slice() == dtbsr.as_bytes()))
    }
}

impl SigningKey for Witness {
    fn key_id(&self) -> &KeyId {
        self.key.key_id()
    }

    fn public_key_sec1(&self) -> &[u8] {
        self.key.public_key_sec1()
    }

    fn sign<'a>(&'a self, dtbsr: &'a Dtbsr) -> Signing<'a> {
        let counter = if self.is_on_record(dtbsr).unwrap_or(false) { &self.seen } else { &self.unseen };
        counter.fetch_add(1, Ordering::SeqCst);
        let signing: Signing<'a> = self.key.sign(dtbsr);
        Box::pin(async move {
            let value: Result<_, KeyError> = signing.await;
            value
        })
    }
}
