"""A second implementation of payment vouchers, as docs/spec/payment-voucher.md describes them.

It shares no code with the Rust crates and needs nothing beyond Python's standard library. Run it:

    python3 tests/vectors/pay/reference.py [FOLDER]     checks every vector of a folder, by default its own
    python3 tests/vectors/pay/reference.py --write      writes the vectors that lie beside it

A check builds the signed bytes and the encoding from the named fields, decides whether the voucher is well formed and signed,
and ends with status 1 at the first disagreement. What depends on a chain's state (pool, session, lane, money) is not decided
here. Group arithmetic and merlin come from the second implementation of the key proofs, which lies in ../keys.

Not constant-time, and not for use with real secrets.
"""

import hashlib
import importlib.util
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent

_spec = importlib.util.spec_from_file_location("keys", HERE.parent / "keys" / "reference.py")
keys = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(keys)

P, ORDER, D = keys.P, keys.ORDER, keys.D
MAX_LINES = 16
TAG = b"hashcard/payment-voucher/1".ljust(32, b"\0")


class Refused(Exception):
    """Carries the reason word of the vectors."""


def le(number, width):
    return number.to_bytes(width, "little")


# --------------------------------------------------------------------------------------------------
# The voucher
# --------------------------------------------------------------------------------------------------


def lines_of(voucher):
    return [(int(card), int(cumulative)) for card, cumulative in voucher["lines"]]


def signed_bytes(genesis, voucher):
    """The length of what follows, the tag, and every field at a fixed width."""
    lines = lines_of(voucher)
    following = TAG + genesis + le(int(voucher["pool"]), 8) + le(int(voucher["session"]), 4)
    following += bytes.fromhex(voucher["payee"]) + le(len(lines), 1)
    following += b"".join(le(card, 8) + le(cumulative, 16) for card, cumulative in lines)
    return le(len(following), 2) + following


def encoded(voucher, signature):
    """SCALE: numbers little-endian; the lines behind their number, shifted by two bits while it is below 64."""
    lines = lines_of(voucher)
    out = le(int(voucher["pool"]), 8) + le(int(voucher["session"]), 4) + bytes.fromhex(voucher["payee"])
    out += le(len(lines) << 2, 1)
    return out + b"".join(le(card, 8) + le(cumulative, 16) for card, cumulative in lines) + signature


def decide(genesis, key, voucher, signature):
    """In the order of the specification."""
    cards = [card for card, _ in lines_of(voucher)]
    if len(cards) > MAX_LINES:
        raise Refused("does-not-decode")
    if not cards or any(a >= b for a, b in zip(cards, cards[1:])):
        raise Refused("malformed")
    verify = {"ed25519": ed25519_verify, "sr25519": sr25519_verify}[key["scheme"]]
    if not verify(bytes.fromhex(key["public"]), signed_bytes(genesis, voucher), signature):
        raise Refused("bad-signature")


# --------------------------------------------------------------------------------------------------
# Ed25519, verified by the rules of ZIP 215
# --------------------------------------------------------------------------------------------------


def edwards_decode(data):
    """Any of the encodings of a point: y need not be reduced, and x = 0 may have a sign. None if there is no x."""
    number = int.from_bytes(data, "little")
    y, sign = number % 2**255, number >> 255
    square, x = keys.sqrt_ratio_m1(y * y - 1, D * y * y + 1)
    if not square:
        return None
    if x & 1 != sign:
        x = -x % P
    return (x, y % P, 1, x * y % P)


def edwards_encode(p):
    z_inv = keys.invert(p[2])
    x, y = p[0] * z_inv % P, p[1] * z_inv % P
    return le(y | (x & 1) << 255, 32)


BASE = edwards_decode(le(4 * keys.invert(5) % P, 32))


def is_identity(p):
    return p[0] % P == 0 and (p[1] - p[2]) % P == 0


def sha512_scalar(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


def ed25519_verify(public, message, signature):
    """s is below the order, and 8·(s·B - R - k·A) is the identity."""
    a, r = edwards_decode(public), edwards_decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    k = sha512_scalar(signature[:32], public, message)
    left = keys.point_mul(s, BASE)
    # The order does not divide the order of a point with a part of small order, so k·A is not reduced further.
    right = keys.point_add(r, multiply_unreduced(k, a))
    return is_identity(multiply_unreduced(8, keys.point_add(left, keys.point_negate(right))))


def multiply_unreduced(scalar, p):
    total = keys.IDENTITY
    for bit in bin(scalar)[2:]:
        total = keys.point_add(total, total)
        if bit == "1":
            total = keys.point_add(total, p)
    return total


def ed25519_secret(seed):
    """RFC 8032, section 5.1.5: the scalar, and what nonces are made of."""
    digest = bytearray(hashlib.sha512(seed).digest())
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    return int.from_bytes(digest[:32], "little"), bytes(digest[32:])


def ed25519_public(seed):
    return edwards_encode(keys.point_mul(ed25519_secret(seed)[0], BASE))


def ed25519_sign(seed, message):
    """RFC 8032, section 5.1.6."""
    scalar, prefix = ed25519_secret(seed)
    nonce = sha512_scalar(prefix, message)
    commitment = edwards_encode(keys.point_mul(nonce, BASE))
    k = sha512_scalar(commitment, ed25519_public(seed), message)
    return commitment + le((nonce + k * scalar) % ORDER, 32)


# --------------------------------------------------------------------------------------------------
# sr25519: Schnorr over ristretto255 with merlin, as schnorrkel 0.9 and later have it
# --------------------------------------------------------------------------------------------------


def sr25519_challenge(public, message, commitment, context):
    transcript = keys.Merlin(b"SigningContext")
    transcript.append(b"", context)
    transcript.append(b"sign-bytes", message)
    transcript.append(b"proto-name", b"Schnorr-sig")
    transcript.append(b"sign:pk", public)
    transcript.append(b"sign:R", commitment)
    return keys.scalar_reduce(transcript.challenge(b"sign:c", 64))


def sr25519_verify(public, message, signature, context=b"substrate"):
    """The last bit marks the scheme, s is below the order, and s·G - k·A encodes to the bytes of R."""
    if not signature[63] & 128:
        return False
    s = int.from_bytes(signature[32:], "little") - (1 << 255)
    try:
        a = keys.point_decode(public)
    except keys.Refused:
        return False
    if s >= ORDER:
        return False
    k = sr25519_challenge(public, message, signature[:32], context)
    point = keys.point_add(keys.point_mul(s, BASE), keys.point_negate(keys.point_mul(k, a)))
    return keys.point_encode(point) == signature[:32]


def sr25519_public(secret):
    return keys.point_encode(keys.point_mul(secret, BASE))


def sr25519_sign(secret, message, context=b"substrate"):
    """The nonce is made from the message here, so that the vectors can be written again; programs draw it."""
    nonce = sha512_scalar(b"vector nonce", le(secret, 32), context, message)
    public, commitment = sr25519_public(secret), keys.point_encode(keys.point_mul(nonce, BASE))
    k = sr25519_challenge(public, message, commitment, context)
    return commitment + le((nonce + k * secret) % ORDER | 1 << 255, 32)


def check_primitives():
    """RFC 8032, section 7.1, test 3. Of sr25519 only itself; the chain's own implementation judges every vector too."""
    seed = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
    signature = bytes.fromhex(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    )
    assert ed25519_sign(seed, b"\xaf\x82") == signature
    assert ed25519_verify(ed25519_public(seed), b"\xaf\x82", signature)
    assert not ed25519_verify(ed25519_public(seed), b"\xaf\x83", signature)
    secret = sha512_scalar(b"self test")
    assert sr25519_verify(sr25519_public(secret), b"message", sr25519_sign(secret, b"message"))
    assert not sr25519_verify(sr25519_public(secret), b"massage", sr25519_sign(secret, b"message"))


# --------------------------------------------------------------------------------------------------
# Checking
# --------------------------------------------------------------------------------------------------


def expect_equal(what, ours, theirs):
    if ours != theirs:
        raise SystemExit(f"{what}:\n  here   {ours}\n  vector {theirs}")


def check_vector(name, vector):
    genesis, key, voucher = bytes.fromhex(vector["genesis"]), vector["key"], vector["voucher"]
    signature = bytes.fromhex(vector["signature"])
    expect_equal(f"{name}: signed bytes", signed_bytes(genesis, voucher).hex(), vector["signed-bytes"])
    expect_equal(f"{name}: encoding", encoded(voucher, signature).hex(), vector["encoded"])
    try:
        decide(genesis, key, voucher, signature)
        decision = "pay"
    except Refused as refusal:
        decision = str(refusal)
    expect_equal(f"{name}: decision", decision, vector.get("reason", "pay"))
    expect_equal(f"{name}: expectation", "pay" if decision == "pay" else "refuse", vector["expect"])
    if "seed" in key:
        expect_equal(f"{name}: public key", ed25519_public(bytes.fromhex(key["seed"])).hex(), key["public"])


# --------------------------------------------------------------------------------------------------
# Writing
# --------------------------------------------------------------------------------------------------

GENESIS = hashlib.sha256(b"genesis").digest()
OTHER_GENESIS = hashlib.sha256(b"another genesis").digest()
PAYEE = hashlib.sha256(b"payee").digest()
OTHER_PAYEE = hashlib.sha256(b"another payee").digest()
SEED = hashlib.sha256(b"session").digest()
OTHER_SEED = hashlib.sha256(b"another session").digest()
SECRET = sha512_scalar(b"session")

ED25519 = {"scheme": "ed25519", "seed": SEED.hex(), "public": ed25519_public(SEED).hex()}
SR25519 = {"scheme": "sr25519", "public": sr25519_public(SECRET).hex()}


def voucher_of(lines, pool=41, session=3, payee=PAYEE):
    lines = [[str(card), str(cumulative)] for card, cumulative in lines]
    return {"pool": str(pool), "session": str(session), "payee": payee.hex(), "lines": lines}


def by_ed25519(voucher, genesis=GENESIS, seed=SEED):
    return ed25519_sign(seed, signed_bytes(genesis, voucher))


def by_sr25519(voucher, genesis=GENESIS, context=b"substrate"):
    return sr25519_sign(SECRET, signed_bytes(genesis, voucher), context)


def vector_of(law, voucher, signature, key=ED25519, genesis=GENESIS, reason=None):
    head = {"expect": "pay"} if reason is None else {"expect": "refuse", "reason": reason}
    return head | {
        "law": law,
        "genesis": genesis.hex(),
        "key": key,
        "voucher": voucher,
        "signed-bytes": signed_bytes(genesis, voucher).hex(),
        "signature": signature.hex(),
        "encoded": encoded(voucher, signature).hex(),
    }


def vectors():
    """Names and contents."""
    one = voucher_of([(7, 2_500_000)])
    full = voucher_of([(card, 1_000 * card + 1) for card in range(100, 116)])
    largest = voucher_of([(2**64 - 1, 2**128 - 1)], pool=2**64 - 1, session=2**32 - 1, payee=b"\xff" * 32)
    # Neither pool nor session of the largest number can be given out by a chain: the next one would have none.
    largest["pool"], largest["session"] = str(2**64 - 2), str(2**32 - 2)
    good, bad = {}, {}

    good["ed25519-one-line"] = ("an Ed25519 signature over the bytes is paid", one, by_ed25519(one))
    good["ed25519-sixteen-lines"] = ("a voucher has up to sixteen lines", full, by_ed25519(full))
    good["ed25519-largest-numbers"] = ("every field has its width", largest, by_ed25519(largest))
    nothing_first = voucher_of([(0, 0), (1, 1)], pool=0, session=0)
    good["ed25519-line-of-nothing"] = ("a line may promise nothing", nothing_first, by_ed25519(nothing_first))
    weak = {"scheme": "ed25519", "public": le(1, 32).hex()}
    anything = le(1, 32) + bytes(32)
    good["ed25519-weak-key"] = ("a key of small order signs everything: who adds one pays whoever asks", one, anything, weak)
    good["sr25519-one-line"] = ("an sr25519 signature over the bytes is paid", one, by_sr25519(one), SR25519)
    good["sr25519-sixteen-lines"] = ("so it is with sixteen lines", full, by_sr25519(full), SR25519)
    good["sr25519-largest-numbers"] = ("so it is with the largest numbers", largest, by_sr25519(largest), SR25519)

    for scheme, key, sign in (("ed25519", ED25519, by_ed25519), ("sr25519", SR25519, by_sr25519)):
        for name, law, signed in (
            ("pool", "a voucher counts for one pool", voucher_of([(7, 2_500_000)], pool=42)),
            ("session", "a voucher counts for one session", voucher_of([(7, 2_500_000)], session=4)),
            ("payee", "a voucher counts for one payee", voucher_of([(7, 2_500_000)], payee=OTHER_PAYEE)),
            ("card", "a line counts for one card", voucher_of([(8, 2_500_000)])),
            ("amount", "an amount cannot be raised", voucher_of([(7, 2_499_999)])),
        ):
            bad[f"{scheme}-of-another-{name}"] = (law, one, sign(signed), key)
        chain = "a voucher counts on one chain"
        bad[f"{scheme}-of-another-chain"] = (chain, one, sign(one, genesis=OTHER_GENESIS), key)
    bad["ed25519-by-another-key"] = ("only the session's key signs", one, by_ed25519(one, seed=OTHER_SEED))
    swapped = ("a signature counts under its own scheme", one, by_sr25519(one))
    bad["ed25519-with-an-sr25519-signature"] = swapped
    bad["sr25519-with-an-ed25519-signature"] = (swapped[0], one, by_ed25519(one), SR25519)
    other = by_sr25519(one, context=b"hashcard")
    bad["sr25519-under-another-context"] = ("the signing context is `substrate`", one, other, SR25519)
    unmarked = bytearray(by_sr25519(one))
    unmarked[63] &= 127
    bad["sr25519-without-its-mark"] = ("the last bit marks an sr25519 signature", one, bytes(unmarked), SR25519)
    whole = by_ed25519(one)
    raised = whole[:32] + le(int.from_bytes(whole[32:], "little") + ORDER, 32)
    bad["ed25519-with-the-order-added"] = ("s is below the order", one, raised)
    digest = hashlib.blake2b(signed_bytes(GENESIS, one), digest_size=32).digest()
    bad["ed25519-over-a-digest"] = ("the bytes are signed, not a digest of them", one, ed25519_sign(SEED, digest))
    headless = ed25519_sign(SEED, signed_bytes(GENESIS, one)[2:])
    bad["ed25519-without-the-length"] = ("the length is signed too", one, headless)
    refused = {name: (*entry, "bad-signature") for name, entry in bad.items()}

    for name, law, lines, reason in (
        ("no-line", "a voucher has a line", [], "malformed"),
        ("lines-out-of-order", "lines are in ascending order of cards", [(8, 1), (7, 1)], "malformed"),
        ("line-twice", "no card is named twice", [(7, 1), (7, 2)], "malformed"),
        ("seventeen-lines", "a voucher has at most sixteen lines", [(n, 1) for n in range(17)], "does-not-decode"),
    ):
        voucher = voucher_of(lines)
        refused[name] = (law, voucher, by_ed25519(voucher), reason)

    out = {f"pay-{name}": vector_of(*entry) for name, entry in good.items()}
    for name, (*entry, reason) in refused.items():
        out[f"refuse-{name}"] = vector_of(*entry, reason=reason)
    return out


def text_of(vector):
    return json.dumps(vector, indent=2) + "\n"


def main():
    check_primitives()
    if sys.argv[1:] == ["--write"]:
        for name, vector in vectors().items():
            (HERE / f"{name}.json").write_text(text_of(vector))
        return
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    paths = sorted(folder.glob("*.json"))
    for path in paths:
        check_vector(path.stem, json.loads(path.read_text()))
    if not paths:
        raise SystemExit(f"there are no vectors in {folder}")
    if folder.resolve() == HERE:
        written = {path.stem: path.read_text() for path in paths}
        expect_equal("vectors", sorted(vectors()), sorted(written))
        for name, vector in vectors().items():
            expect_equal(name, text_of(vector), written[name])
    print(f"{len(paths)} vectors agree")


if __name__ == "__main__":
    sys.exit(main())
