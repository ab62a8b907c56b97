#!/usr/bin/env python3
"""Writes the vectors beside it, from docs/spec/swarm-protocol.md alone. It shares no code with client/protocol.

Run: python3 tests/vectors/swarm/reference.py
"""

import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
ROOT = bytes(range(32))
CHUNK_LEN = 256 * 1024
MAX_SLICE_LEN = CHUNK_LEN + 41 * 64


def body(kind, number, fields=b"", version=1):
    return struct.pack("<BBI", version, kind, number) + fields


def frame(body):
    return struct.pack("<I", len(body)) + body


def write(name, law, **rest):
    (HERE / f"{name}.json").write_text(json.dumps({"law": law, **rest}, indent=2) + "\n")


def decodes(side, name, law, number, message, data):
    write(f"{side}-{name}", law, expect="decode", side=side, frame=frame(data).hex(), number=number, message=message)


def breaks(side, name, law, data, error):
    write(f"refuse-{side}-{name}", law, expect="breach", side=side, frame=frame(data).hex(), error=error)


def refused(side, name, law, data, number, code):
    write(f"refuse-{side}-{name}", law, expect="refusal", side=side, frame=frame(data).hex(), number=number, code=code)


def u32(value):
    return struct.pack("<I", value)


def u64(value):
    return struct.pack("<Q", value)


root = ROOT.hex()

# What a requester says.
decodes("request", "have", "a holder is asked for a page of its bits", 1,
        {"kind": "have", "root": root, "page": 0}, body(0x01, 1, ROOT + u32(0)))
decodes("request", "have-last-page", "the last page of the longest blob can be asked for", 2,
        {"kind": "have", "root": root, "page": 127}, body(0x01, 2, ROOT + u32(127)))
decodes("request", "chunk", "a holder is asked for a chunk", 3,
        {"kind": "chunk", "root": root, "chunk": 258}, body(0x02, 3, ROOT + u32(258)))
decodes("request", "chunk-last", "the last chunk of the longest blob can be asked for", 0xFFFFFFFF,
        {"kind": "chunk", "root": root, "chunk": 2**26 - 1}, body(0x02, 0xFFFFFFFF, ROOT + u32(2**26 - 1)))
decodes("request", "cancel", "a request is cancelled by its number", 3, {"kind": "cancel"}, body(0x03, 3))

breaks("request", "page-out-of-range", "no blob has that page", body(0x01, 1, ROOT + u32(128)), "range")
breaks("request", "chunk-out-of-range", "no blob has that chunk", body(0x02, 1, ROOT + u32(2**26)), "range")
breaks("request", "without-header", "a body is at least a header", b"\x01\x01\x00", "length")
breaks("request", "empty", "an empty body is no message", b"", "length")
breaks("request", "short", "a field is missing", body(0x02, 1, ROOT), "length")
breaks("request", "long", "something is left over", body(0x01, 1, ROOT + u32(0) + b"\x00"), "length")
breaks("request", "cancel-with-field", "a cancel has no fields", body(0x03, 1, b"\x00"), "length")
refused("request", "unknown-kind", "a kind of a later version is refused by its number, not a breach",
        body(0x10, 77, b"later"), 77, 1)
refused("request", "answer-kind", "an answer is not a request", body(0x82, 5), 5, 1)
refused("request", "unknown-version", "another version is refused by its number, not a breach",
        body(0x01, 78, ROOT + u32(0), version=2), 78, 2)
write("refuse-request-announced-too-long", "a length beyond the bound is refused before anything is read",
      expect="breach", side="request", frame=u32(1025).hex(), error="too-long")
write("refuse-request-announced-endless", "the largest length is refused before anything is read",
      expect="breach", side="request", frame="ffffffff", error="too-long")

# What a holder says.
eleven = 11 * CHUNK_LEN - 5
decodes("answer", "holding", "bit i mod 8 of byte i div 8 stands for chunk i", 1,
        {"kind": "holding", "blob_len": eleven, "page": 0, "bits": "8105"},
        body(0x81, 1, u64(eleven) + u32(0) + bytes([0b10000001, 0b00000101])))
second_page = (2**19 + 1) * CHUNK_LEN
decodes("answer", "holding-second-page", "a page begins with chunk 2^19 times its index", 2,
        {"kind": "holding", "blob_len": second_page, "page": 1, "bits": "01"},
        body(0x81, 2, u64(second_page) + u32(1) + b"\x01"))
decodes("answer", "unknown", "nothing is known of the blob", 1, {"kind": "unknown"}, body(0x82, 1))
decodes("answer", "slice", "what follows the header is the slice", 3,
        {"kind": "slice", "bytes": "00ff10"}, body(0x83, 3, bytes([0x00, 0xFF, 0x10])))
decodes("answer", "not-held", "the chunk is not held", 3, {"kind": "not-held"}, body(0x84, 3))
decodes("answer", "busy", "the rest is in milliseconds", 3, {"kind": "busy", "retry_after_ms": 1500}, body(0x85, 3, u32(1500)))
decodes("answer", "busy-longest", "the longest rest is ten minutes", 3,
        {"kind": "busy", "retry_after_ms": 600000}, body(0x85, 3, u32(600000)))
decodes("answer", "cancelled", "the request was cancelled in time", 3, {"kind": "cancelled"}, body(0x86, 3))
decodes("answer", "payment-due", "the chunk is served once so much is vouched for and secured", 3,
        {"kind": "payment-due", "vouched": "258", "secured": str(2**128 - 1)},
        body(0x90, 3, (258).to_bytes(16, "little") + (2**128 - 1).to_bytes(16, "little")))
decodes("answer", "refused", "codes of later versions can be read", 9, {"kind": "refused", "code": 200}, body(0xFF, 9, b"\xc8"))

breaks("answer", "holding-spare-bit", "a chunk past the end is claimed",
       body(0x81, 1, u64(eleven) + u32(0) + bytes([0, 0b1000])), "bits")
breaks("answer", "holding-too-few-bits", "a page is whole", body(0x81, 1, u64(eleven) + u32(0) + b"\x00"), "bits")
breaks("answer", "holding-no-such-page", "the blob ends before that page", body(0x81, 1, u64(eleven) + u32(1)), "bits")
breaks("answer", "holding-blob-too-long", "no blob is that long", body(0x81, 1, u64(2**44 + 1) + u32(0)), "range")
breaks("answer", "busy-too-long", "nobody is told to rest for longer than ten minutes", body(0x85, 1, u32(600001)), "range")
breaks("answer", "unknown-with-field", "something is left over", body(0x82, 1, b"\x00"), "length")
breaks("answer", "payment-due-short", "a field is missing", body(0x90, 1, bytes(31)), "length")
breaks("answer", "refused-without-code", "a refusal says why", body(0xFF, 1), "length")
refused("answer", "request-kind", "a request is not an answer", body(0x02, 4, ROOT + u32(0)), 4, 1)
write("refuse-answer-announced-too-long", "a length beyond the longest slice is refused before anything is read",
      expect="breach", side="answer", frame=u32(6 + MAX_SLICE_LEN + 1).hex(), error="too-long")
