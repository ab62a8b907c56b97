#!/usr/bin/env python3
"""Writes the vectors beside it, from docs/spec/payment-protocol.md alone. It shares no code with client/protocol.

Run: python3 tests/vectors/pay-messages/reference.py
"""

import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
GENESIS = bytes(range(32))
KEY = bytes([0x11] * 32)
PAYEE = bytes([0x22] * 32)
ROOT = bytes([0x33] * 32)
SIGNATURE = bytes([0x44] * 64)


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


def u16(value):
    return struct.pack("<H", value)


def u32(value):
    return struct.pack("<I", value)


def u64(value):
    return struct.pack("<Q", value)


def u128(value):
    return value.to_bytes(16, "little")


def lines(*pairs):
    return bytes([len(pairs)]) + b"".join(u64(card) + u128(amount) for card, amount in pairs)


def spelled(*pairs):
    return [{"card": card, "cumulative": str(amount)} for card, amount in pairs]


def hello(kind):
    return GENESIS + u64(7) + u32(3) + bytes([kind]) + KEY + PAYEE + u64(258) + ROOT + SIGNATURE


def spelled_hello(kind):
    return {
        "kind": "hello", "genesis": GENESIS.hex(), "pool": 7, "session": 3, "key_kind": kind, "key": KEY.hex(),
        "payee": PAYEE.hex(), "card": 258, "root": ROOT.hex(), "signature": SIGNATURE.hex(),
    }


# What a payer says.
decodes("payer", "hello-ed25519", "a payer says from which session it pays whom for what", 1,
        spelled_hello("ed25519"), body(0x10, 1, hello(0)))
decodes("payer", "hello-sr25519", "a session may be signed for by either kind of key", 1,
        spelled_hello("sr25519"), body(0x10, 1, hello(1)))
decodes("payer", "voucher", "a voucher is its lines and its signature", 2,
        {"kind": "voucher", "lines": spelled((1, 5), (2, 2**128 - 1)), "signature": SIGNATURE.hex()},
        body(0x11, 2, lines((1, 5), (2, 2**128 - 1)) + SIGNATURE))
sixteen = [(card, 1) for card in range(16)]
decodes("payer", "voucher-longest", "a voucher has at most sixteen lines", 0xFFFFFFFF,
        {"kind": "voucher", "lines": spelled(*sixteen), "signature": SIGNATURE.hex()},
        body(0x11, 0xFFFFFFFF, lines(*sixteen) + SIGNATURE))

breaks("payer", "hello-key-kind", "there are two kinds of keys", body(0x10, 1, hello(2)), "range")
breaks("payer", "hello-short", "a field is missing", body(0x10, 1, hello(0)[:-1]), "length")
breaks("payer", "hello-long", "something is left over", body(0x10, 1, hello(0) + b"\x00"), "length")
seventeen = [(card, 1) for card in range(17)]
breaks("payer", "voucher-of-17-lines", "seventeen lines are too many", body(0x11, 2, lines(*seventeen) + SIGNATURE), "range")
breaks("payer", "voucher-without-lines", "a voucher promises something", body(0x11, 2, lines() + SIGNATURE), "lines")
breaks("payer", "voucher-card-twice", "no card is there twice", body(0x11, 2, lines((1, 1), (1, 2)) + SIGNATURE), "lines")
breaks("payer", "voucher-out-of-order", "lines are in the order of their cards",
       body(0x11, 2, lines((2, 1), (1, 2)) + SIGNATURE), "lines")
breaks("payer", "voucher-unsigned", "a voucher is signed", body(0x11, 2, lines((1, 1))), "length")
breaks("payer", "empty", "an empty body is no message", b"", "length")
refused("payer", "unknown-kind", "a kind of a later version is refused by its number", body(0x1F, 77, b"later"), 77, 1)
refused("payer", "answer-kind", "an answer is not a payment", body(0x91, 5), 5, 1)
refused("payer", "chunk-kind", "chunks are asked for on another stream", body(0x02, 6, ROOT + u32(1)), 6, 1)
refused("payer", "unknown-version", "another version is refused by its number", body(0x10, 78, hello(0), version=2), 78, 2)
write("refuse-payer-announced-too-long", "a length beyond the bound is refused before anything is read",
      expect="breach", side="payer", frame=u32(513).hex(), error="too-long")

# What a payee says.
decodes("payee", "terms", "a payee says what it asks and what it has", 1,
        {"kind": "terms", "price_per_mib": "1000000", "free_bytes": 1048576, "window": 4194304, "vouched": "12",
         "earned": "11"},
        body(0x91, 1, u128(1_000_000) + u64(2**20) + u64(2**22) + u128(12) + u128(11)))
decodes("payee", "accepted", "what is stored is said by card", 2,
        {"kind": "accepted", "best": spelled((1, 5), (9, 6))}, body(0x92, 2, lines((1, 5), (9, 6))))
decodes("payee", "refused", "codes of later versions can be read", 3, {"kind": "refused", "code": 200}, body(0xFF, 3, b"\xc8"))
breaks("payee", "terms-short", "a field is missing", body(0x91, 1, bytes(63)), "length")
breaks("payee", "accepted-nothing", "what is accepted has lines", body(0x92, 2, lines()), "lines")
breaks("payee", "refused-without-code", "a refusal says why", body(0xFF, 1), "length")
refused("payee", "payer-kind", "a payment is not an answer", body(0x11, 4, lines((1, 1)) + SIGNATURE), 4, 1)
write("refuse-payee-announced-too-long", "a length beyond the bound is refused before anything is read",
      expect="breach", side="payee", frame=u32(513).hex(), error="too-long")

# What a session's key signs to greet.
for name, peer in [("", b""), ("-of-a-peer", bytes.fromhex("0024080112") + bytes(33))]:
    fields = (b"hashcard/payment-hello/1".ljust(32, b"\0") + GENESIS + u64(7) + u32(3) + PAYEE + u64(258) + ROOT
              + bytes([len(peer)]) + peer)
    write(f"signed-hello{name}", "a greeting is signed for one chain, session, payee, card, root and peer", expect="signed",
          side="payer", frame=frame(body(0x10, 1, hello(0))).hex(), peer=peer.hex(), signed=(u16(len(fields)) + fields).hex())
