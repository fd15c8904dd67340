"""Judges signed PDFs with pyHanko: one line a file, VERDICT TAB PATH TAB DETAIL.

Usage: pyhanko_judge.py ROOT.pem, then one path a line on standard input.

Strict reading first. A file that only lenient reading opens is judged by that, and says so: the unsigned input had the same fault, since
an incremental update leaves it as it was.
"""

import logging
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
ROOT = load_cert_from_pemder(sys.argv[1])


def judge(path, strict):
    with open(path, "rb") as handle:
        signatures = PdfFileReader(handle, strict=strict).embedded_signatures
        if not signatures:
            return "NO-SIGNATURE", ""
        for signature in signatures:
            # Revocation is judged by openssl and by our own verifier: pyHanko wants lists inside the file.
            context = ValidationContext(trust_roots=[ROOT], allow_fetching=False, revocation_mode="soft-fail")
            status = validate_pdf_signature(signature, context)
            if not status.bottom_line:
                return "INVALID", status.summary()
        return "VALID", f"{len(signatures)} signatures"


for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        verdict, detail = judge(path, True)
    except Exception as strict_fault:
        try:
            verdict, detail = judge(path, False)
            detail = f"lenient: {strict_fault}"
        except Exception as fault:
            verdict, detail = "UNREADABLE", f"{type(fault).__name__}: {fault}"
    print(verdict, path, " ".join(str(detail).split()), sep="\t", flush=True)
