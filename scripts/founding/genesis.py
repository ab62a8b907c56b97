"""The plain spec of a network: the node's preset `local` with all that is local in it replaced.

Nothing of the preset passes that is not named here: what this does not know, a newer runtime's pallet, is refused, because it may name
keys that everybody has. There is no sudo."""
from .addresses import to_key, to_ss58
from .founders import Founders, Limits
from .lengths import LENGTHS

# What the preset has in each section, all of it known.
SECTIONS = {
    "babe": {"epochConfig"},
    "balances": {"balances"},
    "channels": {"closingWindowBlocks"},
    "council": {"members"},
    "decisions": {"noticeBlocks"},
    "keys": {"orderDeadline", "settlementWindow", "lockWindow"},
    "lengths": {"epochSlots"},
    "rewards": {"eraBlocks", "authorPerBlock", "treasuryPerBlock", "seedersPerBlock", "creditShare"},
    "seeders": {"seatLifetimeBlocks"},
    "session": {"keys"},
    "sudo": {"key"},
    "validators": {"candidates", "leastValidators", "unbondingSessions", "validatorCount"},
}
# Beside these a spec has only what the preset says for everybody: properties, code, and nothing else that is filled in.
EMPTY = {"bootNodes": [], "telemetryEndpoints": None, "lightSyncState": None, "codeSubstitutes": {}}
# What `hashcard-node --chain` takes for a word, and the other preset's names (node/src/chain_spec.rs): reading it takes seconds.
TAKEN = {"dev", "local", "Hashcard Development", "hashcard_development"}
# Accounts of pallets begin so; the treasury's is the only one that a preset endows.
OF_A_PALLET = b"modl"


class Unknown(Exception):
    """A preset that this was not made for."""


def patch_of(spec):
    return spec["genesis"]["runtimeGenesis"]["patch"]


def check_preset(preset):
    """Refuses a preset with anything in it that the rest of this file would pass on unseen, or would forget."""
    found = {section: set(fields) for section, fields in patch_of(preset).items()}
    for section in sorted(found.keys() | SECTIONS.keys()):
        if odd := found.get(section, set()) ^ SECTIONS.get(section, set()):
            raise Unknown(f"the node's genesis and scripts/founding/genesis.py differ in {section}: {', '.join(sorted(odd))}. "
                          "Use the scripts of the node's commit")
    for field, empty in EMPTY.items():
        if preset.get(field, empty) != empty:
            raise Unknown(f"the node's preset has a {field} of its own. Use the scripts of the node's commit")


def treasury_of(preset):
    """The treasury's account, and what it needs to exist, which is what it begins with."""
    rows = [(to_key(account), amount) for account, amount in patch_of(preset)["balances"]["balances"]]
    [treasury] = [row for row in rows if row[0].startswith(OF_A_PALLET)]
    return treasury


def limits(preset, well_known):
    """What a founders' file is held to."""
    least_bond = min(bond for _, bond in patch_of(preset)["validators"]["candidates"])
    taken = {preset[field] for field in ("name", "id", "protocolId")}
    return Limits(least_bond, treasury_of(preset)[1], taken | TAKEN, well_known)


def network(preset, founders: Founders):
    """The plain spec, to be written as JSON."""
    check_preset(preset)
    local, count = patch_of(preset), len(founders.validators)
    account = {validator.account: to_ss58(validator.account) for validator in founders.validators}
    treasury, least_balance = treasury_of(preset)
    balances = founders.balances if treasury in founders.balances else {**founders.balances, treasury: least_balance}
    patch = {
        "babe": local["babe"],
        "balances": {"balances": [[to_ss58(who), units] for who, units in balances.items()]},
        "council": {"members": [to_ss58(member) for member in founders.council]},
        # What blocks mint is the same on every network; the length of an era is not.
        "rewards": {field: value for field, value in local["rewards"].items() if field != "eraBlocks"},
        "session": {"keys": [[account[one.account], account[one.account], {"babe": to_ss58(one.babe), "grandpa": to_ss58(one.grandpa)}]
                             for one in founders.validators]},
        "sudo": {"key": None},
        "validators": {
            "candidates": [[account[one.account], one.bond] for one in founders.validators],
            # More than two thirds, as the presets have it: with fewer, finality would wait for one that goes.
            "leastValidators": count - (count - 1) // 3,
            "validatorCount": founders.validator_count,
        },
    }
    for field, length in LENGTHS.items():
        patch.setdefault(length.section, {})[length.field] = founders.lengths[field]
    return {
        **preset,
        "name": founders.name,
        "id": founders.id,
        "protocolId": founders.id,
        "chainType": founders.chain_type,
        "bootNodes": founders.boot_nodes,
        "genesis": {"runtimeGenesis": {"code": preset["genesis"]["runtimeGenesis"]["code"], "patch": dict(sorted(patch.items()))}},
    }
