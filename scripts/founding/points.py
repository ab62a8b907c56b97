"""Whether 32 bytes can be a public key at all. Of random ones every second can be one of Ed25519 and every sixteenth one of sr25519, so
wrong digits of hex and keys of the wrong scheme are mostly found; each would be a validator that is silent from block 0 on.

RFC 8032, section 5.1.3, and RFC 9496, section 4.3.1."""

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def is_square(number):
    return pow(number, (P - 1) // 2, P) in (0, 1)


def root(square):
    """A square root modulo P of what is one; P is 5 modulo 8."""
    candidate = pow(square, (P + 3) // 8, P)
    if candidate * candidate % P != square % P:
        candidate = candidate * pow(2, (P - 1) // 4, P) % P
    return candidate


def is_ed25519(key):
    """Whether these bytes are a point of the curve."""
    y = int.from_bytes(key, "little") & (2**255 - 1)
    return y < P and is_square((y * y - 1) * pow(D * y * y + 1, -1, P) % P)


def is_sr25519(key):
    """Whether these bytes are an element of the ristretto group."""
    s = int.from_bytes(key, "little")
    if s >= P or s % 2:
        return False
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    square = v * u2 * u2 % P
    if square == 0 or not is_square(square):
        return False
    inverse_root = pow(root(square), -1, P)
    of_x = inverse_root * u2 % P
    of_y = inverse_root * of_x * v % P
    x = 2 * s * of_x % P
    x = P - x if x % 2 else x
    y = u1 * of_y % P
    return y != 0 and x * y % P % 2 == 0
