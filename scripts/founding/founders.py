"""The founders' file: what a network begins with, as its founders agreed. chain-specs/README.md says what each field means.

Everything that is wrong is said at once, each with its field and its remedy: a genesis cannot be mended. Whatever the file does not
name is refused, so that a misspelt field is not a silent default."""
import dataclasses
import decimal
import json
import re

from . import points
from .addresses import NotAKey, base58, to_key, to_ss58
from .lengths import LENGTHS

# 10⁻¹² CARD; the chain counts them in 128 bits.
UNITS_PER_CARD, MOST_UNITS = 10**12, 2**128 - 1
# Of n validators (n - 1) / 3, rounded down, may fail or be disabled: of three nobody, whatever he signs.
FEWEST_VALIDATORS = 4
# `MaxAuthorities` in runtime/src/configs/consensus.rs.
MOST_VALIDATORS = 100
# As the preset `local` has it: room for whoever joins.
VALIDATOR_COUNT = 16
# `MIN_MEMBERS` in runtime/src/decisions.rs and `MAX_MEMBERS` in runtime/src/constants.rs.
FEWEST_MEMBERS, MOST_MEMBERS = 3, 21
# Nobody's list of accounts is longer, and everybody can still read it.
MOST_BALANCES, MOST_BOOT_NODES = 10_000, 100
MOST_FILE_BYTES = 4 * 1024 * 1024
CHAIN_TYPES = ("Live", "Local")
HOSTS = r"/(ip4/\d{1,3}(\.\d{1,3}){3}|ip6/[0-9a-fA-F:.]{2,39}|dns[46]?/[A-Za-z0-9.-]{1,253})"
BOOT_NODE = re.compile(HOSTS + r"/tcp/(\d{1,5})(/wss?)?/p2p/([1-9A-HJ-NP-Za-km-z]{46,60})")
# The multihash of an Ed25519 public key as libp2p writes it, before the 32 bytes of the key.
PEER_ID_BEGINS = bytes.fromhex("002408011220")


class Refused(Exception):
    """All faults of a founders' file, a line each."""


@dataclasses.dataclass
class Limits:
    """What the node's preset says: the least bond, what an account needs to exist, names that are taken, keys that everybody has."""
    least_bond: int
    existential_deposit: int
    taken: set
    # Name of a key by its bytes.
    well_known: dict


@dataclasses.dataclass
class Validator:
    account: bytes
    babe: bytes
    grandpa: bytes
    bond: int


@dataclasses.dataclass
class Founders:
    name: str
    id: str
    chain_type: str
    boot_nodes: list
    lengths: dict
    validators: list
    validator_count: int
    council: list
    # Units by account, bonds included; in the order of the file.
    balances: dict


def card(units):
    """Units as people write them."""
    return f"{decimal.Decimal(units) / UNITS_PER_CARD:,f} CARD"


class Reader:
    """Reads a founders' file, and collects its faults."""

    def __init__(self, limits):
        self.limits, self.faults = limits, []

    def fault(self, field, what, remedy):
        self.faults.append(f"{field}: {what}. {remedy[0].upper()}{remedy[1:]}.")

    def read(self, text):
        parsed = self.fields("the file", self.json(text), ("name", "id", "validators", "council", "balances"),
                             ("chainType", "bootNodes", "lengths", "validatorCount"))
        founders = parsed and Founders(
            name=self.name(parsed.get("name")),
            id=self.id(parsed.get("id")),
            chain_type=self.chain_type(parsed.get("chainType", CHAIN_TYPES[0])),
            boot_nodes=self.boot_nodes(parsed.get("bootNodes", [])),
            lengths=self.lengths(parsed.get("lengths", {})),
            validators=self.validators(parsed.get("validators", [])),
            validator_count=0,
            council=self.council(parsed.get("council", [])),
            balances=self.balances(parsed.get("balances", [])))
        if founders:
            founders.validator_count = self.validator_count(parsed, len(founders.validators))
            self.everybody_can_pay(founders)
        if self.faults:
            raise Refused("\n".join(self.faults))
        return founders

    def json(self, text):
        def once(pairs):
            for field in {field for field, _ in pairs if [other for other, _ in pairs].count(field) > 1}:
                self.fault(field, "stands there twice in one object", "take one of them out")
            return dict(pairs)

        def no_number(word):
            raise ValueError(f"{word} is no number")

        if len(text) > MOST_FILE_BYTES:
            self.fault("the file", f"has more than {MOST_FILE_BYTES} bytes", "leave accounts out: who holds money can send it later")
            return None
        try:
            # Amounts are exact: no number of the file is ever a binary fraction.
            return json.loads(text, object_pairs_hook=once, parse_float=decimal.Decimal, parse_constant=no_number)
        except (ValueError, RecursionError, decimal.InvalidOperation) as error:
            self.fault("the file", f"is not JSON ({error})", "begin with chain-specs/testnet.example.json")
            return None

    def fields(self, where, parsed, needed, optional=()):
        """An object with these fields and no others; None if it is no object."""
        if not isinstance(parsed, dict):
            # A file that is no JSON has its fault already.
            if parsed is not None:
                self.fault(where, "is no object", f"write {{ }} with {', '.join(needed)}")
            return None
        before = "" if where == "the file" else f"{where}."
        for field in sorted(set(parsed) - set(needed) - set(optional)):
            self.fault(before + field, "there is no such field", f"there are {', '.join((*needed, *optional))}")
        for field in needed:
            if field not in parsed:
                self.fault(before + field, "is missing", "look into chain-specs/README.md for what belongs there")
        return parsed

    def rows(self, where, parsed, most):
        if not isinstance(parsed, list):
            self.fault(where, "is no list", "write [ ] with a row for each")
            return []
        if len(parsed) > most:
            self.fault(where, f"has {len(parsed)} rows", f"name at most {most}")
            return []
        return parsed

    def whole(self, where, value, least, most):
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(where, "is no whole number", f"write one from {least} to {most}")
        elif not least <= value <= most:
            self.fault(where, f"{value} is out of bounds", f"write one from {least} to {most}")
        else:
            return value
        return least

    def name(self, value):
        if not isinstance(value, str) or not re.fullmatch(r"[ -~]{3,64}", value) or value != value.strip():
            self.fault("name", "is no name", "write 3 to 64 letters, digits and spaces, as people shall see it")
        elif value in self.limits.taken:
            self.fault("name", f"{value} is a network that the node knows", "choose another")
        return value

    def id(self, value):
        if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_]{2,63}", value):
            self.fault("id", "is no id", "write 3 to 64 small letters, digits and _, a letter first: it names folders")
        elif value in self.limits.taken:
            self.fault("id", f"{value} is a network that the node knows", "choose another, or nodes of both would talk to one another")
        return value

    def chain_type(self, value):
        if value not in CHAIN_TYPES:
            self.fault("chainType", "is neither Live nor Local", "write Live; Local is for networks that never leave one machine")
        return value

    def boot_nodes(self, parsed):
        seen = []
        for number, address in enumerate(self.rows("bootNodes", parsed, MOST_BOOT_NODES)):
            where, found = f"bootNodes[{number}]", isinstance(address, str) and BOOT_NODE.fullmatch(address)
            if not found or not 0 < int(found[3]) < 2**16:
                self.fault(where, "is no address of a node", "write it as in /dns/boot.example/tcp/30333/p2p/ and the peer id")
            elif not is_peer_id(found[5]):
                self.fault(where, "ends in no peer id", "ask hashcard-node key inspect-node-key --file FILE")
            elif address in seen:
                self.fault(where, "was named before", "name it once")
            seen.append(address)
        return seen

    def lengths(self, parsed):
        said = self.fields("lengths", parsed, (), tuple(LENGTHS)) or {}
        return {field: self.whole(f"lengths.{field}", said.get(field, length.ordinary), length.least, length.most)
                for field, length in LENGTHS.items()}

    def amount(self, where, value):
        """Units of an amount in CARD."""
        if isinstance(value, bool) or not isinstance(value, (int, decimal.Decimal)):
            self.fault(where, "is no number", "write CARD without quotes, as in 10000.5")
            return None
        # An exponent may be long, even of nothing; what is made of it must not.
        if not -12 <= decimal.Decimal(value).adjusted() <= 26:
            self.fault(where, "is more or less than the chain can count", "write CARD, with at most 12 digits after the point")
            return None
        units = decimal.Decimal(value).scaleb(12, decimal.Context(prec=200))
        if units < 0 or units != units.to_integral_value():
            self.fault(where, "is less than nothing, or than 10⁻¹² CARD", "write CARD, with at most 12 digits after the point")
            return None
        return int(units)

    def key(self, where, value, is_possible=None, scheme=None):
        """The bytes of a key; None if they are none."""
        try:
            key = to_key(value)
        except NotAKey as wrong:
            self.fault(where, wrong.what, wrong.remedy)
            return None
        if known := self.limits.well_known.get(key):
            self.fault(where, f"is the key {known}, which everybody has",
                       "make one of your own; --allow-well-known is for trials only")
        if is_possible and not is_possible(key):
            self.fault(where, f"is no {scheme} key",
                       f"make it with hashcard-node key generate --scheme {scheme}, and compare each digit")
        return key

    def validators(self, parsed):
        validators, seen = [], {}
        rows = self.rows("validators", parsed, MOST_VALIDATORS)
        for number, row in enumerate(rows):
            where = f"validators[{number}]"
            row = self.fields(where, row, ("account", "babe", "grandpa", "bond"))
            if row is None:
                continue
            keys = {
                "account": self.key(f"{where}.account", row.get("account")),
                "babe": self.key(f"{where}.babe", row.get("babe"), points.is_sr25519, "sr25519"),
                "grandpa": self.key(f"{where}.grandpa", row.get("grandpa"), points.is_ed25519, "ed25519"),
            }
            for field, key in keys.items():
                if key is not None and key in seen:
                    self.fault(f"{where}.{field}", f"is also {seen[key]}",
                               "each founder has an account, and two session keys that are made of other words")
                elif key is not None:
                    seen[key] = f"{where}.{field}"
            bond = self.amount(f"{where}.bond", row.get("bond"))
            if bond is not None and bond < self.limits.least_bond:
                self.fault(f"{where}.bond", f"{card(bond)} is too little", f"bond {card(self.limits.least_bond)} at least")
            validators.append(Validator(bond=bond or 0, **keys))
        if isinstance(parsed, list) and len(parsed) < FEWEST_VALIDATORS:
            self.fault("validators", f"{len(parsed)} are too few: none of them may fail, and nobody can be disabled",
                       f"find {FEWEST_VALIDATORS} at least")
        return validators

    def validator_count(self, parsed, founders):
        if "validatorCount" not in parsed:
            return max(VALIDATOR_COUNT, founders)
        return self.whole("validatorCount", parsed["validatorCount"], max(FEWEST_VALIDATORS, founders), MOST_VALIDATORS)

    def council(self, parsed):
        members = []
        for number, value in enumerate(self.rows("council", parsed, MOST_MEMBERS)):
            member = self.key(f"council[{number}]", value)
            if member in members and member is not None:
                self.fault(f"council[{number}]", f"is also council[{members.index(member)}]", "name each member once")
            members.append(member)
        if 0 < len(members) < FEWEST_MEMBERS:
            self.fault("council", f"has {len(members)} members", f"name {FEWEST_MEMBERS} at least, or none: []")
        return members

    def balances(self, parsed):
        balances, places = {}, {}
        for number, row in enumerate(self.rows("balances", parsed, MOST_BALANCES)):
            where = f"balances[{number}]"
            row = self.fields(where, row, ("account", "amount"))
            if row is None:
                continue
            account = self.key(f"{where}.account", row.get("account"))
            amount = self.amount(f"{where}.amount", row.get("amount"))
            if amount is not None and amount < self.limits.existential_deposit:
                self.fault(f"{where}.amount", f"{card(amount)} is less than an account needs to exist",
                           f"give it {card(self.limits.existential_deposit)} at least, or leave it out")
            if account in balances:
                self.fault(f"{where}.account", f"is also balances[{places[account]}].account", "give each account one row")
            elif account is not None:
                balances[account], places[account] = amount or 0, number
        if sum(balances.values()) > MOST_UNITS:
            self.fault("balances", "are more together than the chain can count", "take some noughts off")
        return balances

    def everybody_can_pay(self, founders):
        for number, validator in enumerate(founders.validators):
            if validator.account is None:
                continue
            needs = validator.bond + self.limits.existential_deposit
            has = founders.balances.get(validator.account, 0)
            if has < needs:
                self.fault(f"validators[{number}].bond", f"the account {to_ss58(validator.account)} has {card(has)}",
                           f"give it {card(needs)} at least in balances: the bond, and what it needs to exist")


def is_peer_id(text):
    raw = base58(text)
    return raw.startswith(PEER_ID_BEGINS) and len(raw) == len(PEER_ID_BEGINS) + 32
