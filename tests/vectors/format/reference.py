"""A second implementation of the Hashcard content format, written from docs/spec/content-format.md alone.

It shares no code with the Rust crate and needs nothing beyond Python's standard library. Run it:

    python3 tests/vectors/format/reference.py [FOLDER]

It checks its own primitives against published values, then goes through every JSON file of the folder
(without one, of the folder it lies in): it makes every blob again from its files, compares each derived
value, opens what should open, and finds the reason for which the rest is refused. It ends with status 1 at
the first disagreement.

Not constant-time, slow, and not for use with real secrets.
"""

import json
import pathlib
import sys

CHUNK_LEN = 256 * 1024
GROUP_LEN = 16 * 1024
LEAF_LEN = 1024
TAG_LEN = 16
FOOTER_LEN = 200
MAX_BLOB_LEN = 1 << 44
MAX_ENTRIES = 65_536
MAX_DIRECTORY_LEN = 16 * 1024 * 1024
MASK32 = 0xFFFFFFFF


class Refused(Exception):
    """Bytes that no conforming program accepts; the message is the reason's word."""


def refuse_if(condition, reason):
    if condition:
        raise Refused(reason)


def le32(number):
    return number.to_bytes(4, "little")


def le64(number):
    return number.to_bytes(8, "little")


def read_le(data):
    return int.from_bytes(data, "little")


# --------------------------------------------------------------------------------------------------
# BLAKE3 (BLAKE3 paper, section 2): the tree is spelt out, since slices and leaf paths are parts of it
# --------------------------------------------------------------------------------------------------

BLAKE3_IV = [
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
]
BLAKE3_PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED_HASH, DERIVE_CONTEXT, DERIVE_MATERIAL = 1, 2, 4, 8, 16, 32, 64
COLUMNS_AND_DIAGONALS = [
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
]


def message_schedule():
    """Which message words each of the seven rounds takes, in order."""
    order, schedule = list(range(16)), []
    for _ in range(7):
        schedule.append(order)
        order = [order[i] for i in BLAKE3_PERMUTATION]
    return schedule


MESSAGE_SCHEDULE = message_schedule()


def blake3_compress(chaining, words, counter, block_len, flags):
    """The first eight output words."""
    v = list(chaining) + BLAKE3_IV[:4] + [counter & MASK32, counter >> 32, block_len, flags]
    for order in MESSAGE_SCHEDULE:
        at = 0
        for a, b, c, d in COLUMNS_AND_DIAGONALS:
            va, vb, vc, vd = v[a], v[b], v[c], v[d]
            va = (va + vb + words[order[at]]) & MASK32
            vd ^= va
            vd = (vd >> 16) | (vd << 16 & MASK32)
            vc = (vc + vd) & MASK32
            vb ^= vc
            vb = (vb >> 12) | (vb << 20 & MASK32)
            va = (va + vb + words[order[at + 1]]) & MASK32
            vd ^= va
            vd = (vd >> 8) | (vd << 24 & MASK32)
            vc = (vc + vd) & MASK32
            vb ^= vc
            v[a], v[b], v[c], v[d] = va, (vb >> 7) | (vb << 25 & MASK32), vc, vd
            at += 2
    return [v[i] ^ v[i + 8] for i in range(8)]


def to_words(data):
    return [read_le(data[i : i + 4]) for i in range(0, len(data), 4)]


def from_words(words):
    return b"".join(le32(word) for word in words)


def blake3_leaf(data, index, key, flags, is_root):
    """Hash of at most 1 KiB that is leaf `index`."""
    chaining = key
    blocks = [data[i : i + 64] for i in range(0, len(data), 64)] or [b""]
    for number, block in enumerate(blocks):
        block_flags = flags
        if number == 0:
            block_flags |= CHUNK_START
        if number == len(blocks) - 1:
            block_flags |= CHUNK_END | (ROOT if is_root else 0)
        words = to_words(block.ljust(64, b"\0"))
        counter = 0 if block_flags & ROOT else index
        chaining = blake3_compress(chaining, words, counter, len(block), block_flags)
    return from_words(chaining)


def blake3_parent(left, right, key=BLAKE3_IV, flags=0, is_root=False):
    flags |= PARENT | (ROOT if is_root else 0)
    return from_words(blake3_compress(key, to_words(left + right), 0, 64, flags))


def left_length(length, unit):
    """The largest power of two of units that leaves something for the right."""
    left = unit
    while left * 2 < length:
        left *= 2
    return left


def blake3_subtree(data, offset=0, key=BLAKE3_IV, flags=0, is_root=False):
    """Hash of a subtree that begins at this byte of the input."""
    if len(data) <= LEAF_LEN:
        return blake3_leaf(data, offset // LEAF_LEN, key, flags, is_root)
    left = left_length(len(data), LEAF_LEN)
    return blake3_parent(
        blake3_subtree(data[:left], offset, key, flags),
        blake3_subtree(data[left:], offset + left, key, flags),
        key,
        flags,
        is_root,
    )


def blake3_hash(data):
    return blake3_subtree(data, is_root=True)


def blake3_keyed_hash(key, data):
    return blake3_subtree(data, key=to_words(key), flags=KEYED_HASH, is_root=True)


def blake3_derive_key(context, material):
    context_key = blake3_subtree(context.encode(), flags=DERIVE_CONTEXT, is_root=True)
    return blake3_subtree(material, key=to_words(context_key), flags=DERIVE_MATERIAL, is_root=True)


# --------------------------------------------------------------------------------------------------
# ChaCha20-Poly1305 (RFC 8439)
# --------------------------------------------------------------------------------------------------


def chacha20_block(key_words, counter, nonce_words):
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *key_words, counter, *nonce_words]
    v = list(start)
    for _ in range(10):
        for a, b, c, d in COLUMNS_AND_DIAGONALS:
            va, vb, vc, vd = v[a], v[b], v[c], v[d]
            va = (va + vb) & MASK32
            vd ^= va
            vd = (vd << 16 & MASK32) | (vd >> 16)
            vc = (vc + vd) & MASK32
            vb ^= vc
            vb = (vb << 12 & MASK32) | (vb >> 20)
            va = (va + vb) & MASK32
            vd ^= va
            vd = (vd << 8 & MASK32) | (vd >> 24)
            vc = (vc + vd) & MASK32
            vb ^= vc
            v[a], v[b], v[c], v[d] = va, (vb << 7 & MASK32) | (vb >> 25), vc, vd
    return from_words([(x + y) & MASK32 for x, y in zip(v, start)])


def chacha20(key, nonce, data, counter=1):
    key_words, nonce_words = to_words(key), to_words(nonce)
    blocks = range((len(data) + 63) // 64)
    stream = b"".join(chacha20_block(key_words, counter + i, nonce_words) for i in blocks)[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


def poly1305(key, message):
    prime = (1 << 130) - 5
    r = read_le(key[:16]) & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for i in range(0, len(message), 16):
        total = (total + read_le(message[i : i + 16] + b"\1")) * r % prime
    return ((total + read_le(key[16:])) & ((1 << 128) - 1)).to_bytes(16, "little")


def aead_tag(key, nonce, sealed, associated):
    one_time = chacha20_block(to_words(key), 0, to_words(nonce))[:32]
    pad = lambda data: data + bytes(-len(data) % 16)
    return poly1305(one_time, pad(associated) + pad(sealed) + le64(len(associated)) + le64(len(sealed)))


def aead_seal(key, nonce, plain, associated):
    sealed = chacha20(key, nonce, plain)
    return sealed + aead_tag(key, nonce, sealed, associated)


def aead_open(key, nonce, sealed, associated):
    """The plaintext, or None."""
    sealed, tag = sealed[:-TAG_LEN], sealed[-TAG_LEN:]
    return chacha20(key, nonce, sealed) if aead_tag(key, nonce, sealed, associated) == tag else None


# --------------------------------------------------------------------------------------------------
# docs/spec/content-format.md, "Layout" and "Footer"
# --------------------------------------------------------------------------------------------------

PLAIN, SEALED = 0, 1
PIECE_LEN = {PLAIN: CHUNK_LEN, SEALED: CHUNK_LEN - TAG_LEN}


def ceil_div(number, by):
    return -(-number // by)


def count_pieces(suite, stream_len):
    pieces = ceil_div(stream_len, PIECE_LEN[suite])
    return max(pieces, 1) if suite == SEALED else pieces


def blob_length(suite, stream_len):
    stored = stream_len + (TAG_LEN * count_pieces(suite, stream_len) if suite == SEALED else 0)
    return ceil_div(stored, LEAF_LEN) * LEAF_LEN + FOOTER_LEN


def footer_bytes(head, content_len, directory_len):
    lengths = le64(content_len) + le64(directory_len)
    return head + lengths + le64(blob_length(head[9], content_len + directory_len))


class Footer:
    def __init__(self, data):
        refuse_if(len(data) != FOOTER_LEN or data[:8] != b"HASHCARD", "not-a-footer")
        refuse_if(data[8] != 1 or data[9] not in (PLAIN, SEALED) or data[10:12] != b"\0\0", "footer-unknown-format")
        self.data, self.head, self.suite = data, data[:176], data[9]
        self.free_chunks = read_le(data[12:16])
        self.content_commitment, self.salt, self.key_commitment = data[80:112], data[112:144], data[144:176]
        self.content_len, self.directory_len, self.blob_len = (read_le(data[i : i + 8]) for i in (176, 184, 192))
        self.stream_len = self.content_len + self.directory_len
        refuse_if(self.stream_len > MAX_BLOB_LEN, "footer-lengths")
        computed = blob_length(self.suite, self.stream_len)
        refuse_if(computed > MAX_BLOB_LEN, "footer-lengths")
        commitments = [any(self.content_commitment), any(self.key_commitment)]
        if self.suite == PLAIN:
            refuse_if(any(commitments) or self.free_chunks, "footer-commitments")
        else:
            refuse_if(not all(commitments), "footer-commitments")
        self.pieces = count_pieces(self.suite, self.stream_len)
        refuse_if(self.suite == SEALED and self.free_chunks >= self.pieces, "footer-free-part")
        refuse_if(self.blob_len != computed, "footer-lengths")


# --------------------------------------------------------------------------------------------------
# docs/spec/content-format.md, "Paths" and "Directory"
# --------------------------------------------------------------------------------------------------

DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    port + number for port in ("COM", "LPT") for number in "0123456789¹²³"
}


def is_forbidden(char):
    code = ord(char)
    is_control = code < 0x20 or 0x7F <= code <= 0x9F
    turns_direction = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return is_control or turns_direction or char in '\\:<>"|?*'


def check_path(data):
    """The path as text."""
    try:
        path = data.decode()
    except UnicodeDecodeError:
        raise Refused("path-not-utf8") from None
    refuse_if(not data, "path-empty")
    refuse_if(len(data) > 1024, "path-too-long")
    refuse_if(path.startswith("/"), "path-absolute")
    refuse_if(any(map(is_forbidden, path)), "path-character")
    for name in path.split("/"):
        refuse_if(not name, "path-empty-component")
        refuse_if(name in (".", ".."), "path-dot-component")
        refuse_if(len(name.encode()) > 255, "path-component-too-long")
        refuse_if(name[-1] in ". ", "path-trailing-dot-or-space")
        stem = name.split(".")[0].rstrip(" ")
        upper = "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in stem)
        refuse_if(upper in DEVICES, "path-reserved-name")
    return path


def fold(path):
    """Lower case, each character by itself."""
    return "".join(char.lower() for char in path)


MEDIA_TYPE_CHARACTERS = set("abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+")


def is_media_type(data):
    parts = data.decode("latin-1").split("/")
    return len(parts) == 2 and all(
        0 < len(part) <= 127 and part[0] in "abcdefghijklmnopqrstuvwxyz0123456789" and set(part) <= MEDIA_TYPE_CHARACTERS
        for part in parts
    )


class Entry:
    def __init__(self, path, media_type, offset, length):
        self.path, self.media_type, self.offset, self.length = path, media_type, offset, length


def directory_bytes(entries):
    out = [b"HDIR\1", le32(len(entries))]
    for entry in entries:
        path, media_type = entry.path.encode(), entry.media_type.encode()
        out += [len(path).to_bytes(2, "little"), path, bytes([len(media_type)]), media_type, le64(entry.length)]
    return b"".join(out)


def read_directory(data, content_len):
    refuse_if(len(data) > MAX_DIRECTORY_LEN, "directory-too-long")
    refuse_if(len(data) < 9 or data[:5] != b"HDIR\1", "directory-unknown-format")
    count = read_le(data[5:9])
    refuse_if(count > MAX_ENTRIES, "directory-too-many-entries")
    at, offset, entries = 9, 0, []

    def take(length):
        nonlocal at
        refuse_if(at + length > len(data), "directory-truncated")
        at += length
        return data[at - length : at]

    for _ in range(count):
        path = take(read_le(take(2)))
        media_type = take(take(1)[0])
        length = read_le(take(8))
        path = check_path(path)
        entries.append((Entry(path, media_type, offset, length)))
        offset += length
    refuse_if(at != len(data), "directory-trailing-bytes")
    refuse_if(not entries, "directory-empty")
    for entry in entries:
        refuse_if(not is_media_type(entry.media_type), "directory-media-type")
        entry.media_type = entry.media_type.decode()
    encoded = [entry.path.encode() for entry in entries]
    refuse_if(any(a >= b for a, b in zip(encoded, encoded[1:])), "directory-order")
    refuse_if(offset != content_len, "directory-content-length")
    folded = [fold(entry.path) for entry in entries]
    refuse_if(len(set(folded)) != len(folded), "directory-case-collision")
    files = set(folded)
    for path in folded:
        parts = path.split("/")
        refuse_if(any("/".join(parts[:n]) in files for n in range(1, len(parts))), "directory-file-as-folder")
    return entries


# --------------------------------------------------------------------------------------------------
# docs/spec/content-format.md, "Sealing"
# --------------------------------------------------------------------------------------------------


def sealing_context(head):
    return blake3_derive_key("hashcard 2026-11 sealing context v1", head)


def free_part_key(head):
    return blake3_derive_key("hashcard 2026-11 free-part key v1", sealing_context(head))


def content_key(point, salt):
    return blake3_derive_key("hashcard 2026-11 content-encryption-key v1", point + salt)


def key_commitment(point, salt):
    return blake3_derive_key("hashcard 2026-11 key-commitment v1", point + salt)


class Sealing:
    """Seals and opens the pieces of one blob; `key` may be None."""

    def __init__(self, head, key):
        self.context, self.free, self.key = sealing_context(head), free_part_key(head), key
        self.free_chunks = read_le(head[12:16])

    def parameters(self, index, is_last):
        key = self.free if index < self.free_chunks else self.key
        refuse_if(key is None, "key-needed")
        flag = bytes([is_last])
        piece_key = blake3_keyed_hash(key, b"chunk" + le64(index))
        return piece_key, le64(index) + bytes(3) + flag, self.context + le64(index) + flag

    def seal(self, index, is_last, piece):
        key, nonce, associated = self.parameters(index, is_last)
        return aead_seal(key, nonce, piece, associated)

    def open(self, index, is_last, stored):
        key, nonce, associated = self.parameters(index, is_last)
        piece = aead_open(key, nonce, stored, associated)
        refuse_if(piece is None, "does-not-open")
        return piece


def write_blob(head, key, content, directory):
    suite, stream = head[9], content + directory
    size = PIECE_LEN[suite]
    pieces = [stream[i : i + size] for i in range(0, len(stream), size)]
    if suite == SEALED:
        sealing = Sealing(head, key)
        pieces = [sealing.seal(i, i + 1 == len(pieces), piece) for i, piece in enumerate(pieces)]
    stored = b"".join(pieces)
    return stored + bytes(-len(stored) % LEAF_LEN) + footer_bytes(head, len(content), len(directory))


def open_stream(blob, key, only_pieces=None):
    """Footer and stream of a blob that matches its root; of the stream perhaps only the first pieces."""
    footer = Footer(blob[-FOOTER_LEN:])
    refuse_if(footer.blob_len != len(blob), "blob-length")
    refuse_if(not 0 < footer.directory_len <= MAX_DIRECTORY_LEN, "directory-length")
    sealing = Sealing(footer.head, key) if footer.suite == SEALED else None
    stream, size = [], PIECE_LEN[footer.suite]
    for index in range(footer.pieces if only_pieces is None else only_pieces):
        stored_len = min(size, footer.stream_len - index * size) + (TAG_LEN if sealing else 0)
        begin = index * CHUNK_LEN
        is_last = index + 1 == footer.pieces
        if is_last:
            refuse_if(any(blob[begin + stored_len : -FOOTER_LEN]), "padding")
        stored = blob[begin : begin + stored_len]
        stream.append(sealing.open(index, is_last, stored) if sealing else stored)
    return footer, b"".join(stream)


# --------------------------------------------------------------------------------------------------
# docs/spec/content-format.md, "Outboard", "Slices" and "Leaf paths"
# --------------------------------------------------------------------------------------------------


class Tree:
    """All hashes of a blob, from the groups up: by first group and number of groups."""

    def __init__(self, blob):
        self.blob, self.hashes, self.nodes = blob, {}, {}
        self.groups = max(1, ceil_div(len(blob), GROUP_LEN))
        self.post_order = []
        self.root = self.visit(0, self.groups, True)

    def visit(self, start, groups, is_root):
        if groups == 1:
            data = self.blob[start * GROUP_LEN : (start + 1) * GROUP_LEN]
            value = blake3_subtree(data, start * GROUP_LEN, is_root=is_root)
        else:
            left = left_length(groups, 1)
            hashes = self.visit(start, left, False), self.visit(start + left, groups - left, False)
            self.nodes[start, groups] = b"".join(hashes)
            self.post_order.append((start, groups))
            value = blake3_parent(*hashes, is_root=is_root)
        self.hashes[start, groups] = value
        return value

    def outboard(self):
        return b"".join(self.nodes[place] for place in self.post_order)

    def leaf_path(self, leaf):
        """Siblings from the leaf upward."""
        path, start, groups, group = [], 0, self.groups, leaf * LEAF_LEN // GROUP_LEN
        while groups > 1:
            left = left_length(groups, 1)
            if group < start + left:
                path.append(self.hashes[start + left, groups - left])
                groups = left
            else:
                path.append(self.hashes[start, left])
                start, groups = start + left, groups - left
        offset = group * GROUP_LEN
        data = self.blob[offset : offset + GROUP_LEN]
        while len(data) > LEAF_LEN:
            left = left_length(len(data), LEAF_LEN)
            if leaf * LEAF_LEN < offset + left:
                path.append(blake3_subtree(data[left:], offset + left))
                data = data[:left]
            else:
                path.append(blake3_subtree(data[:left], offset))
                data, offset = data[left:], offset + left
        return path[::-1]


def verify_slice(root, blob_len, chunk, data):
    """Nodes with their offsets, and the chunk's bytes."""
    refuse_if(blob_len > MAX_BLOB_LEN, "blob-too-long")
    refuse_if(chunk >= ceil_div(blob_len, CHUNK_LEN), "no-such-chunk")
    total = max(1, ceil_div(blob_len, GROUP_LEN))
    first = chunk * (CHUNK_LEN // GROUP_LEN)
    wanted = range(first, min(first + CHUNK_LEN // GROUP_LEN, total))
    plan = []

    def walk(start, groups, before):
        """`before`: nodes that the outboard has before those of this subtree."""
        if start + groups <= wanted.start or start >= wanted.stop:
            return
        if groups == 1:
            plan.append((start, 1, min(GROUP_LEN, blob_len - start * GROUP_LEN)))
            return
        left = left_length(groups, 1)
        plan.append((start, groups, before + groups - 2))
        walk(start, left, before)
        walk(start + left, groups - left, before + left - 1)

    walk(0, total, 0)
    expected = sum(64 if groups > 1 else number for _, groups, number in plan)
    refuse_if(len(data) != expected, "slice-length")
    hashes, at, nodes, bytes_of_chunk = {(0, total): root}, 0, [], b""
    for start, groups, number in plan:
        is_root = groups == total
        if groups == 1:
            group = data[at : at + number]
            at += number
            found = blake3_subtree(group, start * GROUP_LEN, is_root=is_root)
            refuse_if(found != hashes[start, 1], "slice-group")
            bytes_of_chunk += group
        else:
            left_hash, right_hash = data[at : at + 32], data[at + 32 : at + 64]
            at += 64
            found = blake3_parent(left_hash, right_hash, is_root=is_root)
            refuse_if(found != hashes[start, groups], "slice-node")
            left = left_length(groups, 1)
            hashes[start, left], hashes[start + left, groups - left] = left_hash, right_hash
            nodes.append((number, left_hash + right_hash))
    return nodes, bytes_of_chunk


# --------------------------------------------------------------------------------------------------
# Published values for the primitives
# --------------------------------------------------------------------------------------------------


def expect_equal(what, ours, theirs):
    if ours != theirs:
        show = lambda value: value.hex() if isinstance(value, (bytes, bytearray)) else repr(value)
        raise SystemExit(f"{what}\n  computed here: {show(ours)}\n  expected:      {show(theirs)}")


def check_primitives():
    # BLAKE3's own test vectors: the input counts 0, 1, … 250 round and round; key and context are its own.
    key, context = b"whats the Elvish word for friend", "BLAKE3 2019-12-27 16:29:52 test vectors context"
    published = {
        0: (
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
            "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26",
            "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d",
        ),
        1025: (
            "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
            "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69",
            "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb",
        ),
    }
    for length, (plain, keyed, derived) in published.items():
        data = bytes(i % 251 for i in range(length))
        expect_equal(f"BLAKE3 of {length} bytes", blake3_hash(data).hex(), plain)
        expect_equal(f"keyed BLAKE3 of {length} bytes", blake3_keyed_hash(key, data).hex(), keyed)
        expect_equal(f"BLAKE3 key from {length} bytes", blake3_derive_key(context, data).hex(), derived)
    # RFC 8439, section 2.8.2.
    key, nonce = bytes(range(0x80, 0xA0)), bytes.fromhex("070000004041424344454647")
    associated = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
    plain = (
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it."
    )
    sealed = aead_seal(key, nonce, plain, associated)
    expect_equal("RFC 8439, beginning", sealed[:16].hex(), "d31a8d34648e60db7b86afbc53ef7ec2")
    expect_equal("RFC 8439, tag", sealed[-16:].hex(), "1ae10b594f09e26a7e902ecbd0600691")
    expect_equal("RFC 8439, opened", aead_open(key, nonce, sealed, associated), plain)


# --------------------------------------------------------------------------------------------------
# The vectors
# --------------------------------------------------------------------------------------------------


def unhex(value):
    return bytes.fromhex(value)


def file_bytes(file):
    if "bytes" in file:
        return unhex(file["bytes"])
    return bytes((7 * j + j // 251) & 0xFF for j in range(int(file["length"])))


def head_bytes(head):
    suite = {"plain": PLAIN, "chacha20-poly1305": SEALED}[head["suite"]]
    fields = ("genesis", "creator", "content-commitment", "salt", "key-commitment")
    start = b"HASHCARD" + bytes([1, suite, 0, 0]) + le32(int(head["free-chunks"]))
    return start + b"".join(unhex(head[field]) for field in fields)


def check_opened_blob(name, vector):
    """Makes the blob from its files, compares everything, and opens it."""
    head = head_bytes(vector["head"])
    key = None
    if "content-point" in vector:
        point, salt, derived = unhex(vector["content-point"]), head[112:144], vector["derived"]
        key = content_key(point, salt)
        expect_equal(f"{name}: h_K", key_commitment(point, salt), head[144:176])
        expect_equal(f"{name}: content key", key.hex(), derived["content-key"])
        expect_equal(f"{name}: sealing context", sealing_context(head).hex(), derived["sealing-context"])
        expect_equal(f"{name}: free-part key", free_part_key(head).hex(), derived["free-part-key"])
    files = [file_bytes(file) for file in vector["files"]]
    entries, offset = [], 0
    for file, data in zip(vector["files"], files):
        expect_equal(f"{name}: length of {file['path']}", len(data), int(file["length"]))
        expect_equal(f"{name}: offset of {file['path']}", offset, int(file["offset"]))
        entries.append(Entry(file["path"], file["media-type"], offset, len(data)))
        offset += len(data)
    directory = directory_bytes(entries)
    expect_equal(f"{name}: directory", directory.hex(), vector["directory"])
    blob = write_blob(head, key, b"".join(files), directory)
    expect_equal(f"{name}: footer", blob[-FOOTER_LEN:].hex(), vector["footer"])
    expect_equal(f"{name}: length", len(blob), int(vector["blob-length"]))
    if "blob" in vector:
        expect_equal(f"{name}: blob", blob.hex(), vector["blob"])

    tree = Tree(blob)
    expect_equal(f"{name}: root", tree.root.hex(), vector["root"])
    if "outboard" in vector:
        expect_equal(f"{name}: outboard", tree.outboard().hex(), vector["outboard"])
    last = ceil_div(len(blob), LEAF_LEN) - 1
    expect_equal(f"{name}: last path", [h.hex() for h in tree.leaf_path(last)], vector["last-leaf-path"])
    middle = vector["middle-leaf"]
    path = [h.hex() for h in tree.leaf_path(int(middle["index"]))]
    expect_equal(f"{name}: middle path", path, middle["path"])

    footer, stream = open_stream(blob, key)
    expect_equal(f"{name}: pieces", footer.pieces, int(vector["pieces"]))
    read = read_directory(stream[footer.content_len :], footer.content_len)
    for entry, file, data in zip(read, vector["files"], files):
        expect_equal(f"{name}: path", entry.path, file["path"])
        expect_equal(f"{name}: type of {entry.path}", entry.media_type, file["media-type"])
        expect_equal(f"{name}: {entry.path}", stream[entry.offset : entry.offset + entry.length], data)
    expect_equal(f"{name}: number of files", len(read), len(files))

    free = int(vector["pieces-open-without-key"])
    _, beginning = open_stream(blob, None, free)
    expect_equal(f"{name}: free part", beginning, stream[: len(beginning)])
    expect_equal(f"{name}: its length", len(beginning), min(free * PIECE_LEN[footer.suite], len(stream)))
    if free < footer.pieces:
        try:
            open_stream(blob, None, free + 1)
            raise SystemExit(f"{name}: piece {free} opens without a key")
        except Refused as refusal:
            expect_equal(f"{name}: without key", str(refusal), "key-needed")


def check_paths(vector):
    for case in vector["paths"]:
        if isinstance(case, str):
            check_path(unhex(case))
            continue
        try:
            check_path(unhex(case[0]))
            decision = "accepted"
        except Refused as refusal:
            decision = str(refusal)
        expect_equal(f"path {unhex(case[0])!r}", decision, case[1])
    refuse_if(vector["expect"] == "refuse", "each-its-own")


def check_slice(name, vector, folder):
    base = json.loads((folder / vector["slice-of"]).read_text()) if "slice-of" in vector else vector
    data, blob_len, chunk = bytearray(unhex(base["slice"])), int(base["blob-length"]), int(base["chunk"])
    change = vector.get("change", {})
    if "xor-at" in change:
        data[int(change["xor-at"])] ^= unhex(change["xor-with"])[0]
    length = int(change.get("slice-length", len(data)))
    data = bytes(data[:length]).ljust(length, b"\0")
    blob_len, chunk = int(change.get("blob-length", blob_len)), int(change.get("chunk", chunk))
    nodes, _ = verify_slice(unhex(base["root"]), blob_len, chunk, data)
    expect_equal(f"{name}: nodes", [[str(offset), node.hex()] for offset, node in nodes], base["nodes"])


def decide(name, vector, folder):
    """Raises Refused, or ends the program where a value is another."""
    kind = vector["kind"]
    if kind == "blob" and vector["expect"] == "open":
        check_opened_blob(name, vector)
    elif kind == "blob":
        blob = unhex(vector["blob"])
        expect_equal(f"{name}: root", blake3_hash(blob).hex(), vector["root"])
        key = unhex(vector["content-key"]) if "content-key" in vector else None
        footer, stream = open_stream(blob, key)
        read_directory(stream[footer.content_len :], footer.content_len)
    elif kind == "footer":
        Footer(unhex(vector["footer"]))
    elif kind == "directory":
        data = unhex(vector["directory"])
        entries = read_directory(data, int(vector["content-length"]))
        expect_equal(f"{name}: written again", directory_bytes(entries), data)
        shown = [
            {"path": e.path, "media-type": e.media_type, "offset": str(e.offset), "length": str(e.length)}
            for e in entries
        ]
        expect_equal(f"{name}: entries", shown, vector.get("entries"))
    elif kind == "paths":
        check_paths(vector)
    elif kind == "slice":
        check_slice(name, vector, folder)
    else:
        raise SystemExit(f"{name}: a kind that the specification does not know: {kind}")


def check_vector(name, vector, folder):
    try:
        decide(name, vector, folder)
        decision = None
    except Refused as refusal:
        decision = str(refusal)
    expect_equal(f"{name}: decision", decision, vector.get("reason"))
    expect_equal(f"{name}: expectation", vector["expect"] == "refuse", decision is not None)


def main():
    check_primitives()
    here = pathlib.Path(__file__).resolve().parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here
    paths = sorted(folder.glob("*.json"))
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if not text.startswith('{\n  "expect": '):
            raise SystemExit(f"{path.name}: `expect` comes first")
        check_vector(path.stem, json.loads(text), folder)
    if not paths:
        raise SystemExit(f"there are no vectors in {folder}")
    print(f"{len(paths)} vectors agree")


if __name__ == "__main__":
    sys.exit(main())
