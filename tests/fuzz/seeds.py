#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to tests/fuzz/corpus, out of tests/vectors: what is accepted, and what is refused.

A seed is a file named `vector-…` in the folder of its target. Targets that build what they change themselves get a few plain ones."""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors"


def write(target, name, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"vector-{name}").write_bytes(data)


def vectors(family):
    for path in sorted((VECTORS / family).glob("*.json")):
        yield path.stem, json.loads(path.read_text())


def all_of(value, key):
    """Hexadecimal texts under a key, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key and isinstance(inner, str):
                yield bytes.fromhex(inner)
            yield from all_of(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from all_of(inner, key)


def points(value):
    """Every byte string of a vector that a proof may be made of, in order."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from points(inner)
    elif isinstance(value, str) and len(value) in (64, 128, 192) and set(value) <= set("0123456789abcdef"):
        yield bytes.fromhex(value)


def number(value, length):
    return int(value).to_bytes(length, "little")


for name, vector in vectors("format"):
    for at, footer in enumerate(all_of(vector, "footer")):
        write("footer", f"{name}-{at}", footer)
    if "directory" in vector and "content-length" in vector:
        write("directory", name, number(vector["content-length"], 8) + bytes.fromhex(vector["directory"]))
PREFIX = 4  # bytes of a frame that say how long its body is
for family in ("swarm", "pay-messages"):
    for name, vector in vectors(family):
        if "frame" in vector:
            write("messages", name, bytes.fromhex(vector["frame"])[PREFIX:])
for name, vector in vectors("keys"):
    # Two keys, a short proof, two capsules and a long proof, whatever they are about.
    write("proofs", name, b"".join(points(vector)).ljust(384, b"\0"))
for name, vector in vectors("pay"):
    if "voucher" not in vector:
        continue
    said = vector["voucher"]
    lines = b"".join(number(card, 8) + number(amount, 16) for card, amount in said["lines"])
    head = number(said["pool"], 8) + number(said["session"], 4) + bytes.fromhex(said["payee"])
    # SCALE's compact number of lines, of which there are fewer than 64.
    voucher = head + bytes([4 * len(said["lines"])]) + lines + bytes(64)
    write("shared_types", f"vouchers-{name}", bytes([39, 4]) + voucher)
    kept = voucher + bytes(12) + bytes([4 * len(said["lines"])]) + bytes(8 * len(said["lines"]))
    body = bytes([1, 4]) + kept
    write("voucher_file", name, number(len(body), 2) + body + b"torn")
for which in range(64):
    for length in (8, 64, 400):
        write("shared_types", f"zeros-{which}-{length}", bytes([which]) + bytes(length))
# Length, two choices, then what is laid over.
for target in ("slice", "leaf", "blob"):
    for length in (0, 1, 0x300, 0x4100):
        for choice in range(8):
            write(target, f"{length}-{choice}", number(length, 2) + bytes([choice, 32 * choice, 1, 0xFF]))
            write(target, f"{length}-{choice}-whole", number(length, 2) + bytes([choice, 0]))
write("bitfield", "twelve", number(12, 8) + b"\xff\x0f")
write("bitfield", "spare-bit", number(12, 8) + b"\xff\x1f")
write("catalogue_row", "labelled", bytes([1, 2]) + number(0x01020304, 8) + number(5, 8) + number(9, 8) + "Ü".encode())
# Four chunks, from a peer that is known, connected, holds all and delivers two, of which one is true.
play = [8, 0, 7, 1, 0, 255, 2, 0, 0, 5, 0, 1, 15, 8, 0, 0, 8, 0, 1, 9, 0, 0, 9, 0, 1, 0xF, 0, 100, 10, 0, 2, 11, 0, 3]
write("download", "two-chunks", bytes(play))
write("search", "plain", b"\xff".join([b"Night train", b"lang:en", b"a film", b"night tra", b"lang:en", b"01" * 17]))
write("home_files", "collections", b'\x02{"version":1,"collections":{"films":[1,2]}}')
write("home_files", "wallet", b"\x00age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 17\n" + b"A" * 43 + b"\n--- " + b"A" * 43 + b"\n" + bytes(64))
write("events", "none", bytes([0]))
write("addresses", "tcp", b"/ip4/127.0.0.1/tcp/4001")
write("addresses", "binary", bytes([4, 127, 0, 0, 1, 6, 0x0F, 0xA1]))
write("addresses", "peer", bytes([0x12, 32]) + bytes(32))
write("index_file", "header", bytes([0, 0, 1]))
write("index_file", "middle", bytes([0, 128, 255, 255, 255, 255]))
