"""Signs a PDF with pyHanko in every algorithm that the verifier knows, and in some that it refuses.

Usage: algorithms.py INPUT.pdf FOLDER. Into FOLDER go NAME.pdf and NAME.pem, the root that its chain ends at; one line a file on standard
output: NAME TAB VERDICT TAB SUB-INDICATION TAB INTEGRITY that it must get. Each chain (root, signer) uses the algorithm of the document's signature, so that both are exercised; only
SHA-1 is the document's alone, because no library signs certificates with it any more.
"""

import datetime
import sys

from asn1crypto import algos, keys, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

SHA = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
START = datetime.datetime(2026, 1, 1)
END = datetime.datetime(2028, 1, 1)
# An RSA key takes long to find; it is the size that matters.
RSA_KEYS = {}

PASSED = ("TOTAL-PASSED", "", "PASSED")
REFUSED = ("INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE", "PASSED")
CASES = [
    *((curve, sha, PASSED) for curve in CURVES for sha in ("sha256", "sha384", "sha512")),
    *((kind, sha, PASSED) for kind in ("rsa2048", "pss2048") for sha in ("sha256", "sha384", "sha512")),
    ("rsa3072", "sha256", PASSED),
    # The modulus does not fill its first octet, and PSS' encoding has one octet less than the modulus.
    ("rsa2049", "sha256", PASSED),
    ("pss2049", "sha256", PASSED),
    ("rsa4096", "sha512", PASSED),
    ("pss3072", "sha256", PASSED),
    ("ed25519", "sha512", PASSED),
    ("rsa1024", "sha256", REFUSED),
    ("pss1024", "sha256", REFUSED),
    ("p256", "sha1", REFUSED),
    ("p384", "sha1", REFUSED),
    ("rsa2048", "sha1", REFUSED),
    ("pss2048", "sha1", REFUSED),
]
# The value is right, but digestAlgorithm names another digest than signatureAlgorithm (RFC 5652, 10.1.1), or not Ed25519's (RFC 8419, 3).
DISAGREEING = [("p256", "sha256", "sha512"), ("p384", "sha384", "sha256"), ("rsa2048", "sha256", "sha384"), ("ed25519", "sha512", "sha256")]


def key_of(kind):
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind])
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    bits = int(kind[3:])
    if bits not in RSA_KEYS:
        RSA_KEYS[bits] = rsa.generate_private_key(65537, bits)
    return RSA_KEYS[bits]


def certificate(kind, sha, name, key, issuer, issuer_key, is_ca):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"], False)
    usage.update({"key_cert_sign": True} if is_ca else {"digital_signature": True, "content_commitment": True})
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )
    sha = "sha256" if sha == "sha1" else sha
    pss = {"rsa_padding": padding.PSS(padding.MGF1(SHA[sha]), SHA[sha].digest_size)} if kind.startswith("pss") else {}
    return builder.sign(issuer_key, None if kind == "ed25519" else SHA[sha], **pss)


class DisagreeingSigner(signers.SimpleSigner):
    """Signs with its mechanism's digest whatever digestAlgorithm says."""

    def _check_digest_algorithm(self, digest_algorithm):
        pass

    def sign_raw(self, data, digest_algorithm):
        own = self.signature_mechanism
        return super().sign_raw(data, digest_algorithm if own["algorithm"].native == "ed25519" else own.hash_algo)


def mechanism(kind, sha):
    names = {"p256": f"{sha}_ecdsa", "p384": f"{sha}_ecdsa", "rsa2048": f"{sha}_rsa", "ed25519": "ed25519"}
    return algos.SignedDigestAlgorithm({"algorithm": names[kind]})


def sign(source, folder, kind, sha, digest=None):
    name = f"{kind}-{digest}-in-{sha}" if digest else f"{kind}-{sha}"
    root_key, key = key_of(kind), key_of(kind)
    root = certificate(kind, sha, f"UJI COBA root {name}", root_key, None, root_key, True)
    leaf = certificate(kind, sha, f"UJI COBA {name}", key, root.subject, root_key, False)
    der = [certificate.public_bytes(serialization.Encoding.DER) for certificate in (root, leaf)]
    registry = SimpleCertificateStore()
    registry.register(asn1_x509.Certificate.load(der[0]))
    pkcs8 = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signer = (DisagreeingSigner if digest else signers.SimpleSigner)(
        signing_cert=asn1_x509.Certificate.load(der[1]),
        signing_key=keys.PrivateKeyInfo.load(pkcs8),
        cert_registry=registry,
        prefer_pss=kind.startswith("pss"),
        signature_mechanism=mechanism(kind, sha) if digest else None,
    )
    metadata = signers.PdfSignatureMetadata(field_name="Signature1", md_algorithm=digest or sha, subfilter=fields.SigSeedSubFilter.PADES)
    with open(source, "rb") as handle:
        signed = signers.sign_pdf(IncrementalPdfFileWriter(handle), metadata, signer=signer)
    with open(f"{folder}/{name}.pdf", "wb") as out:
        out.write(signed.getbuffer())
    with open(f"{folder}/{name}.pem", "wb") as out:
        out.write(root.public_bytes(serialization.Encoding.PEM))
    return name


for kind, sha, expected in CASES:
    print(sign(sys.argv[1], sys.argv[2], kind, sha), *expected, sep="\t", flush=True)
for kind, sha, digest in DISAGREEING:
    print(sign(sys.argv[1], sys.argv[2], kind, sha, digest), *REFUSED, sep="\t", flush=True)
