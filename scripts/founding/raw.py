"""What must not be in the raw spec of a network, and what must: looked for in the bytes of its storage, whatever made them."""
# What light clients know (smoldot refuses a spec with any other field), and no more of it than we use.
OF_LIGHT_CLIENTS = {"name", "id", "chainType", "bootNodes", "telemetryEndpoints", "protocolId", "properties", "lightSyncState",
                    "codeSubstitutes", "genesis"}
CODE = "0x3a636f6465"
# XXH64 with seeds 0 and 1 of "Sudo", then of "Key": where pallet-sudo keeps its account.
SUDO_KEY = "0x5c0d1176a568c1f92944340dbfed9e9c530ebca703c85910e7164cb7d1c9e47b"


def extensions(spec):
    """Fields for which light clients refuse a spec."""
    return sorted(set(spec) - OF_LIGHT_CLIENTS)


def storage(spec):
    return spec["genesis"]["raw"]["top"]


def code(spec):
    return bytes.fromhex(storage(spec)[CODE][2:])


def has_sudo(spec):
    return SUDO_KEY in storage(spec)


def keys_in(spec, keys):
    """Those of the keys that stand in a row's place or value. The runtime's code is not looked at: it has the presets in it."""
    rows = "\n".join(f"{place} {value}" for place, value in storage(spec).items() if place != CODE).lower()
    return [key for key in keys if key.hex() in rows]
