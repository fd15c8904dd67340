"""A kecamatan system in another language: signs one digest over mutual TLS with a client made from the contract.

Usage: grpcio_client.py PROTO_DIR ADDRESS ANCHOR CERTIFICATE KEY DIGEST_HEX NUMBER REQUEST_ID CMS_OUT
Prints the signature's name. An error is printed as CODE REASON, and the exit code is 1.
"""

import pathlib
import sys
import tempfile

import grpc
from grpc_tools import protoc

protos, address, anchor, certificate, key, digest, number, request_id, out = sys.argv[1:]
with tempfile.TemporaryDirectory() as generated:
    import grpc_tools

    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    code = protoc.main(
        [
            "protoc",
            f"-I{protos}",
            f"-I{well_known}",
            f"--python_out={generated}",
            f"--grpc_python_out={generated}",
            "teken/v1/signing_service.proto",
        ]
    )
    if code:
        sys.exit(f"protoc: {code}")
    sys.path.insert(0, generated)
    from teken.v1 import signing_service_pb2 as messages
    from teken.v1 import signing_service_pb2_grpc as service

    read = lambda path: pathlib.Path(path).read_bytes()
    credentials = grpc.ssl_channel_credentials(read(anchor), read(key), read(certificate))
    with grpc.secure_channel(address, credentials) as channel:
        client = service.SigningServiceStub(channel)
        request = messages.SignDigestRequest(
            request_id=request_id,
            document_digest=messages.DocumentDigest(sha256=bytes.fromhex(digest)),
            document=messages.Document(
                type=messages.DOCUMENT_TYPE_SURAT, number=number, requesting_officer="loket-python"
            ),
        )
        try:
            answer = client.SignDigest(request, timeout=20)
        except grpc.RpcError as error:
            print(error.code().name, error.details())
            sys.exit(1)
        pathlib.Path(out).write_bytes(answer.signature.cms)
        print(answer.signature.name, "replayed" if answer.replayed else "new")
