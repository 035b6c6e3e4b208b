"""AWS as the benchmarks need it: a loopback server that answers at once, so that only the caller's work is measured.

    python -S benchmarks/stub.py RECORD

Prints its port, serves until it is killed, and keeps the body of the newest TransactWriteItems in the file RECORD.
"""

import asyncio
import base64
import json
import sys
from pathlib import Path

# A data key under a symmetric KMS key comes back wrapped in 184 bytes.
WRAPPED_BYTES = 184

_ANSWERS = {
    "GetSecretValue": {"SecretString": "k" * 64},
    "GenerateDataKey": {
        "Plaintext": base64.b64encode(bytes(32)).decode(),
        "CiphertextBlob": base64.b64encode(bytes(WRAPPED_BYTES)).decode(),
    },
    "TransactWriteItems": {},
}


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, record: Path) -> None:
    while head := await reader.readuntil(b"\r\n\r\n"):
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
        headers = {name.lower(): value for name, value in headers.items()}
        if headers.get("expect") == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        asked = await reader.readexactly(int(headers.get("content-length", 0)))
        operation = headers["x-amz-target"].rpartition(".")[2]
        if operation == "TransactWriteItems":
            record.write_bytes(asked)  # noqa: ASYNC240  one caller at a time
        body = json.dumps(_ANSWERS[operation]).encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\n"
            b"x-amzn-requestid: 0\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        )
        await writer.drain()


async def _main(record: Path) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _serve(reader, writer, record)
        except (asyncio.IncompleteReadError, ConnectionResetError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
