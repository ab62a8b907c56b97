"""A second implementation of the Hashcard key proofs, as docs/spec/keys.md describes them.

It shares no code with the Rust crate and needs nothing beyond Python's standard library. Run it:

    python3 tests/vectors/keys/reference.py [FOLDER]

It checks its own primitives against published values, then goes through every JSON file of the folder
(without one, of the folder it lies in):
it rebuilds each transcript from the named inputs, recomputes every derived value, decides whether the
proof verifies, and, where the vector carries the prover's secrets and entropy, makes the proof again
byte for byte. It ends with status 1 at the first disagreement.

Not constant-time, and not for use with real secrets.
"""

import json
import pathlib
import sys

# --------------------------------------------------------------------------------------------------
# Keccak-f[1600], STROBE-128 as far as merlin needs it, and merlin 1.0
# --------------------------------------------------------------------------------------------------

MASK64 = (1 << 64) - 1


def rotate_left64(word, count):
    return ((word << count) | (word >> (64 - count))) & MASK64 if count else word


def keccak_round_constants():
    """The 24 constants of iota, from the shift register of FIPS 202, section 3.2.5."""
    constants, register = [], 1
    for _ in range(24):
        word = 0
        for j in range(7):
            if register & 1:
                word |= 1 << ((1 << j) - 1)
            register <<= 1
            if register & 0x100:
                register ^= 0x171
        constants.append(word)
    return constants


KECCAK_ROUND_CONSTANTS = keccak_round_constants()


def keccak_f1600(state):
    """The permutation on 200 bytes; lane (x, y) is the little-endian word 5·y + x."""
    lanes = [int.from_bytes(state[8 * i : 8 * i + 8], "little") for i in range(25)]
    for constant in KECCAK_ROUND_CONSTANTS:
        # theta
        column = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        for x in range(5):
            mix = column[(x + 4) % 5] ^ rotate_left64(column[(x + 1) % 5], 1)
            for y in range(5):
                lanes[5 * y + x] ^= mix
        # rho and pi
        x, y, moving = 1, 0, lanes[1]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            rotation = (step + 1) * (step + 2) // 2 % 64
            moving, lanes[5 * y + x] = lanes[5 * y + x], rotate_left64(moving, rotation)
        # chi
        for y in range(5):
            row = lanes[5 * y : 5 * y + 5]
            for x in range(5):
                lanes[5 * y + x] = row[x] ^ (~row[(x + 1) % 5] & MASK64 & row[(x + 2) % 5])
        # iota
        lanes[0] ^= constant
    return bytearray(b"".join(lane.to_bytes(8, "little") for lane in lanes))


STROBE_RATE = 166
FLAG_I, FLAG_A, FLAG_C, FLAG_M = 1, 2, 4, 16


class Strobe:
    """STROBE-128 with the operations meta-AD, AD, KEY and PRF."""

    def __init__(self, protocol):
        first_block = bytes([1, STROBE_RATE + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
        self.state = keccak_f1600(first_block.ljust(200, b"\0"))
        self.position = 0
        self.begin = 0
        self.meta_ad(protocol)

    def copy(self):
        twin = Strobe.__new__(Strobe)
        twin.state, twin.position, twin.begin = bytearray(self.state), self.position, self.begin
        return twin

    def permute(self):
        self.state[self.position] ^= self.begin
        self.state[self.position + 1] ^= 0x04
        self.state[STROBE_RATE + 1] ^= 0x80
        self.state = keccak_f1600(self.state)
        self.position = 0
        self.begin = 0

    def step(self):
        self.position += 1
        if self.position == STROBE_RATE:
            self.permute()

    def absorb(self, data):
        for byte in data:
            self.state[self.position] ^= byte
            self.step()

    def start(self, flags):
        previous = self.begin
        self.begin = self.position + 1
        self.absorb(bytes([previous, flags]))
        if flags & FLAG_C and self.position != 0:
            self.permute()

    def meta_ad(self, data):
        self.start(FLAG_M | FLAG_A)
        self.absorb(data)

    def ad(self, data):
        self.start(FLAG_A)
        self.absorb(data)

    def key(self, data):
        self.start(FLAG_A | FLAG_C)
        for byte in data:
            self.state[self.position] = byte
            self.step()

    def prf(self, length):
        self.start(FLAG_I | FLAG_A | FLAG_C)
        out = bytearray()
        for _ in range(length):
            out.append(self.state[self.position])
            self.state[self.position] = 0
            self.step()
        return bytes(out)


def le32(number):
    return number.to_bytes(4, "little")


class Merlin:
    """A merlin transcript. A label and the length of its message are one meta-AD."""

    def __init__(self, label):
        self.strobe = Strobe(b"Merlin v1.0")
        self.append(b"dom-sep", label)

    def append(self, label, message):
        self.strobe.meta_ad(label + le32(len(message)))
        self.strobe.ad(message)

    def challenge(self, label, length):
        self.strobe.meta_ad(label + le32(length))
        return self.strobe.prf(length)

    def rng(self, witnesses, entropy):
        """merlin's prover randomness: a fork rekeyed with the witnesses, then with 32 bytes of entropy."""
        strobe = self.strobe.copy()
        for label, witness in witnesses:
            strobe.meta_ad(label + le32(len(witness)))
            strobe.key(witness)
        strobe.meta_ad(b"rng")
        strobe.key(entropy)
        return MerlinRng(strobe)


class MerlinRng:
    def __init__(self, strobe):
        self.strobe = strobe

    def fill(self, length):
        self.strobe.meta_ad(le32(length))
        return self.strobe.prf(length)


# --------------------------------------------------------------------------------------------------
# BLAKE3 for inputs of at most one chunk (1,024 bytes), output of any length
# --------------------------------------------------------------------------------------------------

MASK32 = (1 << 32) - 1
BLAKE3_IV = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)  # fmt: skip
BLAKE3_PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, ROOT = 1, 2, 8
DERIVE_KEY_CONTEXT, DERIVE_KEY_MATERIAL = 32, 64
BLAKE3_LARGEST_INPUT = 1024


def rotate_right32(word, count):
    return ((word >> count) | (word << (32 - count))) & MASK32


def words_of(data):
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]


def bytes_of(words):
    return b"".join(word.to_bytes(4, "little") for word in words)


def blake3_mix(v, a, b, c, d, mx, my):
    v[a] = (v[a] + v[b] + mx) & MASK32
    v[d] = rotate_right32(v[d] ^ v[a], 16)
    v[c] = (v[c] + v[d]) & MASK32
    v[b] = rotate_right32(v[b] ^ v[c], 12)
    v[a] = (v[a] + v[b] + my) & MASK32
    v[d] = rotate_right32(v[d] ^ v[a], 8)
    v[c] = (v[c] + v[d]) & MASK32
    v[b] = rotate_right32(v[b] ^ v[c], 7)


def blake3_compress(chaining, block, counter, length, flags):
    v = list(chaining) + list(BLAKE3_IV[:4]) + [counter & MASK32, counter >> 32, length, flags]
    message = list(block)
    for _ in range(7):
        for i in range(4):  # columns
            blake3_mix(v, i, 4 + i, 8 + i, 12 + i, message[2 * i], message[2 * i + 1])
        for i in range(4):  # diagonals
            blake3_mix(
                v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, message[8 + 2 * i], message[9 + 2 * i]
            )
        message = [message[k] for k in BLAKE3_PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)] + [v[i + 8] ^ chaining[i] for i in range(8)]


def blake3_one_chunk(key_words, mode, data, out_length):
    assert len(data) <= BLAKE3_LARGEST_INPUT, "this BLAKE3 reads one chunk only"
    blocks = [data[i : i + 64] for i in range(0, len(data), 64)] or [b""]
    chaining = key_words
    for index, block in enumerate(blocks):
        words = words_of(block.ljust(64, b"\0"))
        flags = mode | (CHUNK_START if index == 0 else 0)
        if index < len(blocks) - 1:
            chaining = blake3_compress(chaining, words, 0, 64, flags)[:8]
    out, counter = b"", 0
    while len(out) < out_length:
        out += bytes_of(blake3_compress(chaining, words, counter, len(block), flags | CHUNK_END | ROOT))
        counter += 1
    return out[:out_length]


def blake3_hash(data, out_length=32):
    return blake3_one_chunk(BLAKE3_IV, 0, data, out_length)


def blake3_derive_key(context, material, out_length=32):
    context_key = words_of(blake3_one_chunk(BLAKE3_IV, DERIVE_KEY_CONTEXT, context.encode(), 32))
    return blake3_one_chunk(context_key, DERIVE_KEY_MATERIAL, material, out_length)


# --------------------------------------------------------------------------------------------------
# ristretto255, RFC 9496
# --------------------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493


def invert(number):
    return pow(number, P - 2, P)


D = -121665 * invert(121666) % P


def is_negative(number):
    """RFC 9496, section 2: an element is negative when its least non-negative form is odd."""
    return number % P & 1 == 1


def absolute(number):
    return -number % P if is_negative(number) else number % P


SQRT_M1 = absolute(pow(2, (P - 1) // 4, P))


def sqrt_ratio_m1(u, v):
    """RFC 9496, section 4.2."""
    u, v = u % P, v % P
    root = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * root * root % P
    correct = check == u
    flipped = check == -u % P
    flipped_i = check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        root = root * SQRT_M1 % P
    return correct or flipped, absolute(root)


SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
INVSQRT_A_MINUS_D = sqrt_ratio_m1(1, -1 - D)[1]
ONE_MINUS_D_SQ = (1 - D * D) % P
D_MINUS_ONE_SQ = (D - 1) ** 2 % P

IDENTITY = (0, 1, 1, 0)


def point_add(p, q):
    """Extended coordinates (X, Y, Z, T) on -x² + y² = 1 + D·x²·y²."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * D * p[3] * q[3] % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_negate(p):
    return (-p[0] % P, p[1], p[2], -p[3] % P)


def point_mul(scalar, p):
    total, scalar = IDENTITY, scalar % ORDER
    while scalar:
        if scalar & 1:
            total = point_add(total, p)
        p = point_add(p, p)
        scalar >>= 1
    return total


def sum_of(*terms):
    """The sum of scalar·point over (scalar, point) pairs."""
    total = IDENTITY
    for scalar, p in terms:
        total = point_add(total, point_mul(scalar, p))
    return total


def point_encode(p):
    """RFC 9496, section 4.3.2."""
    x0, y0, z0, t0 = p
    u1 = (z0 + y0) * (z0 - y0) % P
    u2 = x0 * y0 % P
    _, root = sqrt_ratio_m1(1, u1 * u2 * u2)
    den1, den2 = root * u1 % P, root * u2 % P
    z_inv = den1 * den2 * t0 % P
    if is_negative(t0 * z_inv):
        x, y = y0 * SQRT_M1 % P, x0 * SQRT_M1 % P
        den_inv = den1 * INVSQRT_A_MINUS_D % P
    else:
        x, y, den_inv = x0, y0, den2
    if is_negative(x * z_inv):
        y = -y % P
    return absolute(den_inv * (z0 - y)).to_bytes(32, "little")


class Refused(Exception):
    """Carries the reason word of the vectors."""


def point_decode(data):
    """RFC 9496, section 4.3.1, and our refusal of the identity."""
    if data == bytes(32):
        raise Refused("identity-point")
    s = int.from_bytes(data, "little")
    if s >= P or is_negative(s):
        raise Refused("not-canonical-point")
    ss = s * s % P
    u1, u2 = (1 - ss) % P, (1 + ss) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    was_square, root = sqrt_ratio_m1(1, v * u2 * u2)
    den_x = root * u2 % P
    den_y = root * den_x * v % P
    x = absolute(2 * s * den_x)
    y = u1 * den_y % P
    t = x * y % P
    if not was_square or is_negative(t) or y == 0:
        raise Refused("not-canonical-point")
    return (x, y, 1, t)


def map_to_point(data):
    """RFC 9496, section 4.3.4, the MAP of one half."""
    t = int.from_bytes(data, "little") % 2**255 % P
    r = SQRT_M1 * t * t % P
    u = (r + 1) * ONE_MINUS_D_SQ % P
    v = (-1 - r * D) * (r + D) % P
    was_square, s = sqrt_ratio_m1(u, v)
    c = -1
    if not was_square:
        s, c = -absolute(s * t) % P, r
    n = (c * (r - 1) * D_MINUS_ONE_SQ - v) % P
    w0, w1 = 2 * s * v % P, n * SQRT_AD_MINUS_ONE % P
    w2, w3 = (1 - s * s) % P, (1 + s * s) % P
    return (w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P)


def point_from_uniform(data):
    return point_add(map_to_point(data[:32]), map_to_point(data[32:]))


def scalar_decode(data):
    number = int.from_bytes(data, "little")
    if number >= ORDER:
        raise Refused("not-canonical-scalar")
    return number


def scalar_encode(number):
    return (number % ORDER).to_bytes(32, "little")


def scalar_reduce(wide):
    return int.from_bytes(wide, "little") % ORDER


G_BYTES = bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")
G = point_decode(G_BYTES)
H = point_from_uniform(blake3_hash(b"hashcard/ristretto/gen-H/v1", 64))
H_BYTES = point_encode(H)

# --------------------------------------------------------------------------------------------------
# docs/spec/keys.md, "Derivations"
# --------------------------------------------------------------------------------------------------


def key_commitment(point, salt):
    return blake3_derive_key("hashcard 2026-11 key-commitment v1", point + salt)


def content_key(point, salt):
    return blake3_derive_key("hashcard 2026-11 content-encryption-key v1", point + salt)


def encryption_secret(seed, genesis, account, index):
    material = seed + genesis + account + le32(index)
    return scalar_reduce(blake3_derive_key("hashcard 2026-11 enc-key v1", material, 64))


def lock_commitment(order, submitter, r, c, proof):
    material = order.to_bytes(8, "little") + submitter + r + c + proof
    return blake3_derive_key("hashcard 2026-11 lock v1", material)


# --------------------------------------------------------------------------------------------------
# docs/spec/keys.md, "Transcript"
# --------------------------------------------------------------------------------------------------

PROOF_FORMAT_VERSION = 1

# Context fields after "genesis", in order. A number is the byte length of a little-endian integer; None
# stands for 32 bytes as they are.
POSSESSION_FIELDS = (("account", None), ("key-index", 4))
CARD_FIELDS = (
    ("creator", None),
    ("root", None),
    ("blob-length", 8),
    ("salt", None),
    ("key-commitment", None),
    ("content-commitment", None),
)
DELIVERY_FIELDS = (
    ("card", 8),
    ("root", None),
    ("blob-length", 8),
    ("key-commitment", None),
    ("content-commitment", None),
    ("edition", 8),
    ("order", 8),
    ("price", 16),
    ("sequence", 4),
    ("from", None),
    ("to", None),
    ("submitter", None),
    ("from-key-index", 4),
    ("to-key-index", 4),
)
FALSE_KEY_FIELDS = (
    ("card", 8),
    ("root", None),
    ("blob-length", 8),
    ("key-commitment", None),
    ("content-commitment", None),
    ("edition", 8),
    ("account", None),
    ("key-index", 4),
)


class Proving:
    """The statement of one use: which context fields, which points in which order, which equations.

    `messages` gives the prover's messages T1.. from the statement's points, the responses and the challenge.
    The prover calls it with nonces for responses and with challenge zero: then every term in c vanishes, and
    what is left is the prover's own formula.
    """

    def __init__(self, fields, points, responses, messages):
        self.fields = fields
        self.points = points
        self.responses = responses
        self.messages = messages


def possession_messages(p, z, c):
    return [sum_of((z[0], G), (-c, p["X"]))]


def card_messages(p, z, c):
    return [sum_of((z[0], H), (-c, p["content-commitment"]))]


def mint_messages(p, z, c):
    return [
        sum_of((z[0], H), (-c, p["content-commitment"])),
        sum_of((z[1], G), (-c, p["R-new"])),
        sum_of((z[0], G), (z[1], p["X-to"]), (-c, p["C-new"])),
    ]


def transfer_messages(p, z, c):
    difference = point_add(p["C-old"], point_negate(p["C-new"]))
    return [
        sum_of((z[0], G), (-c, p["X-from"])),
        sum_of((z[1], G), (-c, p["R-new"])),
        sum_of((z[0], p["R-old"]), (-z[1], p["X-to"]), (-c, difference)),
    ]


def false_key_messages(p, z, c):
    difference = point_add(p["C-old"], point_negate(p["K"]))
    return [sum_of((z[0], G), (-c, p["X"])), sum_of((z[0], p["R-old"]), (-c, difference))]


TRANSFER = Proving(
    DELIVERY_FIELDS,
    ("X-from", "X-to", "R-old", "C-old", "R-new", "C-new"),
    2,
    transfer_messages,
)
USES = {
    "possession": Proving(POSSESSION_FIELDS, ("X",), 1, possession_messages),
    "card": Proving(CARD_FIELDS, (), 1, card_messages),
    "mint": Proving(DELIVERY_FIELDS, ("X-to", "R-new", "C-new"), 2, mint_messages),
    "transfer": TRANSFER,
    "fulfil": TRANSFER,
    "rewrap": TRANSFER,
    "false-key": Proving(FALSE_KEY_FIELDS, ("X", "R-old", "C-old", "K"), 1, false_key_messages),
}


class Transcript:
    """A merlin transcript that also remembers what was appended, to compare with the vectors."""

    def __init__(self, use, context):
        self.merlin = Merlin(b"hashcard/keys/v1")
        self.items = []
        self.append("use", use.encode())
        self.append("proof-format", bytes([PROOF_FORMAT_VERSION]))
        self.append("genesis", bytes.fromhex(context["genesis"]))
        for name, length in USES[use].fields:
            if length is None:
                value = bytes.fromhex(context[name])
                assert len(value) == 32, name
            else:
                value = int(context[name]).to_bytes(length, "little")
            self.append(name, value)
        self.append("G", G_BYTES)
        self.append("H", H_BYTES)

    def append(self, label, message):
        self.merlin.append(label.encode(), message)
        self.items.append([label, message.hex()])

    def challenge(self, messages):
        for number, message in enumerate(messages, 1):
            self.append(f"T{number}", message)
        return self.merlin.challenge(b"challenge", 64)


def verify(use, context, statement, proof, trace=None):
    """Raises Refused. The checks come in the order of the specification; `trace` receives what was computed."""
    proving = USES[use]
    scalars = [scalar_decode(proof[i : i + 32]) for i in range(0, len(proof), 32)]
    assert len(scalars) == 1 + proving.responses, "length of the proof"
    c, z = scalars[0], scalars[1:]
    encoded = {name: bytes.fromhex(statement[name]) for name in proving.points}
    if "R-old" in encoded and "R-new" in encoded and encoded["R-old"] == encoded["R-new"]:
        raise Refused("capsule-reused")
    points = {}
    if "content-commitment" in context:
        points["content-commitment"] = point_decode(bytes.fromhex(context["content-commitment"]))
    for name in proving.points:
        points[name] = point_decode(encoded[name])
    messages = [point_encode(message) for message in proving.messages(points, z, c)]
    transcript = Transcript(use, context)
    for name in proving.points:
        transcript.append(name, encoded[name])
    wide = transcript.challenge(messages)
    if trace is not None:
        trace.update(transcript=transcript.items, messages=messages, wide=wide, challenge=scalar_reduce(wide))
    if scalar_reduce(wide) != c:
        raise Refused("does-not-verify")


# --------------------------------------------------------------------------------------------------
# docs/spec/keys.md, "Making a proof": the same bytes as the Rust prover from the same secrets and entropy
# --------------------------------------------------------------------------------------------------


def hedged_scalars(transcript, secrets, entropy, count):
    rng = transcript.merlin.rng([(label, scalar_encode(value)) for label, value in secrets], entropy)
    return [scalar_reduce(rng.fill(64)) for _ in range(count)]


def prove(use, context, statement, secret, entropy):
    """Returns (statement, proof). Points that the prover makes himself need not be in `statement`."""
    proving = USES[use]
    transcript = Transcript(use, context)
    statement = {name: bytes.fromhex(value) for name, value in statement.items()}
    secret_label = b"s" if use in ("card", "mint") else b"x"
    secrets = [(secret_label, secret)]
    entropy = list(entropy)
    makes_capsule = "R-new" in proving.points
    for name in proving.points:
        if name not in ("R-new", "C-new"):
            transcript.append(name, statement[name])
    if makes_capsule:
        [r] = hedged_scalars(transcript, secrets, entropy.pop(0), 1)
        if use == "mint":
            content = point_mul(secret, G)
        else:
            content = sum_of((1, point_decode(statement["C-old"])), (-secret, point_decode(statement["R-old"])))
        statement["R-new"] = point_encode(point_mul(r, G))
        statement["C-new"] = point_encode(sum_of((1, content), (r, point_decode(statement["X-to"]))))
        transcript.append("R-new", statement["R-new"])
        transcript.append("C-new", statement["C-new"])
        secrets.append((b"r", r))
    nonces = hedged_scalars(transcript, secrets, entropy.pop(0), proving.responses)
    assert not entropy, "the prover draws 32 bytes per step and no more"
    points = {name: point_decode(statement[name]) for name in proving.points}
    if "content-commitment" in context:
        points["content-commitment"] = point_decode(bytes.fromhex(context["content-commitment"]))
    messages = [point_encode(message) for message in proving.messages(points, nonces, 0)]
    c = scalar_reduce(transcript.challenge(messages))
    responses = [nonce + c * value for nonce, (_, value) in zip(nonces, secrets)]
    return statement, b"".join(scalar_encode(part) for part in [c] + responses)


# --------------------------------------------------------------------------------------------------
# Published values for the primitives
# --------------------------------------------------------------------------------------------------


def expect_equal(what, ours, theirs):
    if ours != theirs:
        show = lambda value: value.hex() if isinstance(value, (bytes, bytearray)) else repr(value)
        raise SystemExit(f"{what}\n  computed here: {show(ours)}\n  expected:      {show(theirs)}")


def check_primitives():
    # The first of the BLAKE3 repository's test vectors.
    expect_equal(
        "BLAKE3 of nothing",
        blake3_hash(b"").hex(),
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    )
    # merlin's own test: one message, one challenge.
    simple = Merlin(b"test protocol")
    simple.append(b"some label", b"some data")
    expect_equal(
        "merlin, simple transcript",
        simple.challenge(b"challenge", 32).hex(),
        "d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615",
    )
    # RFC 9496, appendix A.1: multiples of the generator.
    multiples = {
        0: "0000000000000000000000000000000000000000000000000000000000000000",
        1: "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
        2: "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    }
    for factor, encoding in multiples.items():
        expect_equal(f"ristretto255, {factor} G", point_encode(point_mul(factor, G)).hex(), encoding)
    expect_equal("order of G", point_encode(point_add(point_mul(ORDER - 1, G), G)), bytes(32))
    for number in (1, 2, 3, 12345, ORDER - 2):
        encoded = point_encode(point_mul(number, H))
        expect_equal("decode, then encode", point_encode(point_decode(encoded)), encoded)


# --------------------------------------------------------------------------------------------------
# The vectors
# --------------------------------------------------------------------------------------------------


def derive(use, given):
    """The outputs of a derivation, in hex."""
    data = {name: bytes.fromhex(value) for name, value in given.items() if name not in ("name", "key-index", "order")}
    if use == "generator-h":
        uniform = blake3_hash(given["name"].encode(), 64)
        return {"uniform": uniform.hex(), "H": point_encode(point_from_uniform(uniform)).hex()}
    if use == "content-point":
        s = scalar_decode(data["s"])
        point = point_encode(point_mul(s, G))
        return {
            "K": point.hex(),
            "content-commitment": point_encode(point_mul(s, H)).hex(),
            "key-commitment": key_commitment(point, data["salt"]).hex(),
            "content-key": content_key(point, data["salt"]).hex(),
        }
    if use == "opened-capsule":
        x = scalar_decode(data["x"])
        point = point_encode(sum_of((1, point_decode(data["C"])), (-x, point_decode(data["R"]))))
        return {"K": point.hex(), "key-commitment": key_commitment(point, data["salt"]).hex()}
    if use == "encryption-secret":
        x = encryption_secret(data["seed"], data["genesis"], data["account"], int(given["key-index"]))
        return {"x": scalar_encode(x).hex(), "X": point_encode(point_mul(x, G)).hex()}
    if use == "lock":
        commitment = lock_commitment(int(given["order"]), data["submitter"], data["R"], data["C"], data["proof"])
        return {"commitment": commitment.hex()}
    raise SystemExit(f"a derivation that the specification does not know: {use}")


def check_trace(name, vector, trace):
    theirs = vector["trace"]
    expect_equal(f"{name}: transcript", trace["transcript"], theirs["transcript"])
    expect_equal(f"{name}: challenge bytes", trace["wide"].hex(), theirs["challenge-bytes"])
    expect_equal(f"{name}: challenge", scalar_encode(trace["challenge"]).hex(), theirs["challenge"])


def check_vector(name, vector):
    use = vector["use"]
    if vector["expect"] == "derive":
        expect_equal(name, derive(use, vector["inputs"]), vector["outputs"])
        return
    context, statement, proof = vector["context"], vector["statement"], bytes.fromhex(vector["proof"])
    trace = {}
    try:
        verify(use, context, statement, proof, trace)
        decision = "verify"
    except Refused as refusal:
        decision = str(refusal)
    expect_equal(f"{name}: decision", decision, vector.get("reason", "verify"))
    if "trace" in vector:
        check_trace(name, vector, trace)
    if vector["expect"] == "refuse":
        assert vector["reason"] != "verify"
        return
    prover = vector["prover"]
    entropy = [bytes.fromhex(draw) for draw in prover["entropy"]]
    given = {label: value for label, value in statement.items() if label not in ("R-new", "C-new")}
    made, made_proof = prove(use, context, given, scalar_decode(bytes.fromhex(prover["secret"])), entropy)
    expect_equal(f"{name}: statement", {label: value.hex() for label, value in made.items()}, statement)
    expect_equal(f"{name}: proof", made_proof, proof)


def main():
    check_primitives()
    here = pathlib.Path(__file__).resolve().parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here
    paths = sorted(folder.glob("*.json"))
    for path in paths:
        text = path.read_text()
        if not text.startswith('{\n  "expect": '):
            raise SystemExit(f"{path.name}: `expect` comes first")
        check_vector(path.stem, json.loads(text))
    if not paths:
        raise SystemExit(f"there are no vectors in {folder}")
    print(f"{len(paths)} vectors agree")


if __name__ == "__main__":
    sys.exit(main())
