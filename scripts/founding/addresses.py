"""Accounts and keys as people write them: SS58 of this chain or of Substrate at large, or hex. All are 32 bytes.

SS58 carries a checksum and hex carries none, so a wrong digit in hex is found by nobody but `points` and by whoever compares."""
import hashlib
import re

# Of this chain (`SS58_PREFIX` in runtime/src/constants.rs), and of any that has none of its own.
OF_THIS_CHAIN, OF_SUBSTRATE = 13_936, 42
KEY_BYTES, CHECKSUM_BYTES = 32, 2
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Longest text that is looked at: more than any address, and than any peer id.
MOST_CHARACTERS = 128


class NotAKey(ValueError):
    """What is wrong with a text, and what to write instead."""

    def __init__(self, what, remedy):
        super().__init__(what)
        self.what, self.remedy = what, remedy


def checksum(body):
    return hashlib.blake2b(b"SS58PRE" + body).digest()[:CHECKSUM_BYTES]


def base58(text):
    """Bytes of a text in Bitcoin's alphabet."""
    number = 0
    for character in text:
        number = number * 58 + ALPHABET.index(character)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def prefix_of(raw):
    """Prefix of an address, and how many bytes that takes. Two carry 14 bits, of which the second byte's low ones are the highest."""
    if raw[0] < 64:
        return raw[0], 1
    return (raw[0] & 0x3F) << 2 | raw[1] >> 6 | (raw[1] & 0x3F) << 8, 2


def to_key(text):
    """The 32 bytes that a text means."""
    hand_in = "hand in the public key, 0x and 64 digits of hex, or the address that begins with hc"
    if not isinstance(text, str):
        raise NotAKey("is no text", hand_in)
    if len(text.split()) >= 12:
        raise NotAKey("reads like the words of a secret", "make a new key, destroy this one, and hand in the public key")
    if not text or len(text) > MOST_CHARACTERS:
        raise NotAKey(f"has {len(text)} characters", hand_in)
    if text.startswith("0x"):
        if not re.fullmatch(r"0x[0-9a-fA-F]*", text):
            raise NotAKey("is not hex", hand_in)
        if len(text) != 2 + 2 * KEY_BYTES:
            raise NotAKey(f"has {len(text) - 2} digits of hex, not {2 * KEY_BYTES}", hand_in)
        key = bytes.fromhex(text[2:])
    else:
        key = from_ss58(text, hand_in)
    if len(set(key)) == 1:
        raise NotAKey("is one byte again and again, of which nobody has the secret", hand_in)
    return key


def from_ss58(text, hand_in):
    if set(text) - set(ALPHABET):
        raise NotAKey("is neither hex nor an address", hand_in)
    raw = base58(text)
    if len(raw) < 1 + CHECKSUM_BYTES + 1:
        raise NotAKey("is too short for an address", hand_in)
    prefix, prefix_bytes = prefix_of(raw)
    body, key = raw[:-CHECKSUM_BYTES], raw[prefix_bytes:-CHECKSUM_BYTES]
    if checksum(body) != raw[-CHECKSUM_BYTES:]:
        raise NotAKey("is an address with a wrong character", "copy it again: its checksum does not fit")
    if len(key) != KEY_BYTES:
        raise NotAKey(f"is an address of {len(key)} bytes, not {KEY_BYTES}", hand_in)
    if prefix not in (OF_THIS_CHAIN, OF_SUBSTRATE):
        raise NotAKey(f"is an address of another chain, with the prefix {prefix}",
                      f"write it with this chain's prefix, {OF_THIS_CHAIN}: hashcard-node key inspect ADDRESS prints it in hex too")
    return key


def to_ss58(key):
    """The only form that genesis takes: with the prefix of Substrate."""
    raw = bytes([OF_SUBSTRATE]) + key
    number, text = int.from_bytes(raw + checksum(raw), "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return text
