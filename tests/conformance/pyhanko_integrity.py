"""What pyHanko says about the integrity of each signature, trust aside: one JSON object a file, {"file": ..., "answers": {field: answer}}.

Usage: pyhanko_integrity.py, with one path a line on standard input.

An answer is PASSED, FAILED, or the error that pyHanko raises. It reads strictly first; what only lenient reading judges is judged by that.
"""

import json
import logging
import sys

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)


def answer(signature):
    context = ValidationContext(trust_roots=[], allow_fetching=False, revocation_mode="soft-fail")
    is_time_stamp = signature.sig_object.get("/SubFilter") == "/ETSI.RFC3161"
    if is_time_stamp and signature.sig_object.get("/Type") == "/DocTimeStamp":
        status = validate_pdf_timestamp(signature, context)
    else:
        status = validate_pdf_signature(signature, context)
    return "PASSED" if status.intact and status.valid else "FAILED"


def judge(path, strict):
    answers = {}
    with open(path, "rb") as handle:
        for signature in PdfFileReader(handle, strict=strict).embedded_signatures:
            try:
                answers[signature.field_name] = answer(signature)
            except Exception as fault:
                answers[signature.field_name] = f"{type(fault).__name__}: {fault}"
    return answers


def is_verdict(text):
    return text in ("PASSED", "FAILED")


for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        answers = judge(path, True)
    except Exception as fault:
        answers = {"": f"{type(fault).__name__}: {fault}"}
    if not all(map(is_verdict, answers.values())):
        try:
            lenient = judge(path, False)
            answers = {**lenient, **{field: text for field, text in answers.items() if is_verdict(text)}}
        except Exception:
            pass
    print(json.dumps({"file": path, "answers": answers}), flush=True)
