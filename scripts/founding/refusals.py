"""Founders' files that are refused: what is done to a good one, and what is said of it then, field first. `None`: it is taken."""
import copy

from .founders import Reader, Refused
from .throwaway import text_of

# sr25519 of //Alice and Ed25519 of //Ferdie: a preset has the first, and none has the second.
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
FERDIE = "0x568cb4a574c6d178feb39c27dfc8b3f789e5f5423e19c71633c748b9acf086b5"
# The same as ALICE, on Polkadot.
ALICE_THERE = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"
# y = 2 is on no point of the curve; and no element of ristretto is odd.
NO_POINT, NO_RISTRETTO = "0x02" + 31 * "00", "0x03" + 31 * "00"
WORDS = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
HAND_IN = "Hand in the public key"


def put(*path):
    """A change: the last word of the path replaces what is there."""
    *places, last, value = path

    def change(file):
        for place in places:
            file = file[place]
        file[last] = value
    return change


def take(*path):
    *places, last = path

    def change(file):
        for place in places:
            file = file[place]
        del file[last]
    return change


def add(field, value):
    return lambda file: file.setdefault(field, []).append(value)


def copy_of(field, of):
    """Puts the same again into another place of the validators."""
    return lambda file: file["validators"][field[0]].update({field[1]: file["validators"][of[0]][of[1]]})


TABLE = [
    # Fields.
    (put("validator", []), "validator: there is no such field. There are name, id, validators"),
    (put("validators", 0, "stash", "x"), "validators[0].stash: there is no such field. There are account, babe, grandpa, bond"),
    (put("balances", 0, "free", 1), "balances[0].free: there is no such field. There are account, amount"),
    (put("sudo", {"key": ALICE}), "sudo: there is no such field"),
    (put("lengths", {"weekBlocks": 1}), "lengths.weekBlocks: there is no such field. There are epochSlots"),
    (take("id"), "id: is missing. Look into chain-specs/README.md"),
    (take("validators", 1, "grandpa"), "validators[1].grandpa: is missing"),
    (put("validators", {}), "validators: is no list. Write [ ]"),
    (put("council", 0, {}), f"council[0]: is no text. {HAND_IN}"),
    (put("balances", 0, 7), "balances[0]: is no object. Write { } with account, amount"),
    # Names.
    (put("name", "Hashcard Local"), "name: Hashcard Local is a network that the node knows. Choose another"),
    (put("name", "x"), "name: is no name. Write 3 to 64 letters"),
    (put("id", "hashcard_local_testnet"), "id: hashcard_local_testnet is a network that the node knows. Choose another"),
    (put("id", "../etc"), "id: is no id. Write 3 to 64 small letters"),
    (put("chainType", "Development"), "chainType: is neither Live nor Local. Write Live"),
    (add("bootNodes", "/ip4/127.0.0.1/tcp/30333"), "bootNodes[2]: is no address of a node. Write it as in /dns/"),
    (add("bootNodes", "/dns/boot.example/tcp/30333/p2p/" + 50 * "1"),
     "bootNodes[2]: ends in no peer id. Ask hashcard-node key inspect-node-key"),
    (lambda file: file["bootNodes"].append(file["bootNodes"][0]), "bootNodes[2]: was named before. Name it once"),
    # Lengths.
    (put("lengths", {"noticeBlocks": 9}), "lengths.noticeBlocks: 9 is out of bounds. Write one from 10 to 864000"),
    (put("lengths", {"epochSlots": 3_600_000}), "lengths.epochSlots: 3600000 is out of bounds. Write one from 4 to 28800"),
    (put("lengths", {"unbondingSessions": 3}), "lengths.unbondingSessions: 3 is out of bounds. Write one from 4 to 168"),
    (put("lengths", {"eraBlocks": True}), "lengths.eraBlocks: is no whole number. Write one from 10"),
    # Keys.
    (put("validators", 0, "babe", "0x1234"), f"validators[0].babe: has 4 digits of hex, not 64. {HAND_IN}"),
    (put("validators", 0, "account", "0x" + 64 * "0"),
     f"validators[0].account: is one byte again and again, of which nobody has the secret. {HAND_IN}"),
    (put("validators", 0, "account", "hcNobody!"), f"validators[0].account: is neither hex nor an address. {HAND_IN}"),
    (put("validators", 0, "account", ALICE[:-1] + "Z"),
     "validators[0].account: is an address with a wrong character. Copy it again"),
    (put("council", 0, ALICE_THERE),
     "council[0]: is an address of another chain, with the prefix 0. Write it with this chain's prefix, 13936"),
    (put("validators", 2, "grandpa", WORDS), "validators[2].grandpa: reads like the words of a secret. Make a new key"),
    (put("validators", 3, "grandpa", NO_POINT),
     "validators[3].grandpa: is no ed25519 key. Make it with hashcard-node key generate --scheme ed25519"),
    (put("validators", 3, "babe", NO_RISTRETTO),
     "validators[3].babe: is no sr25519 key. Make it with hashcard-node key generate --scheme sr25519"),
    (put("validators", 1, "account", ALICE),
     "validators[1].account: is the key //Alice (sr25519), which everybody has. Make one of your own"),
    (put("validators", 1, "grandpa", FERDIE),
     "validators[1].grandpa: is the key //Ferdie (ed25519), which everybody has. Make one of your own"),
    (put("council", 2, ALICE), "council[2]: is the key //Alice (sr25519), which everybody has"),
    (add("balances", {"account": ALICE, "amount": 1}), "balances[4].account: is the key //Alice (sr25519), which everybody has"),
    # Each once, however it is written.
    (copy_of((1, "account"), (0, "account")), "validators[1].account: is also validators[0].account. Each founder has an account"),
    (copy_of((1, "grandpa"), (0, "grandpa")), "validators[1].grandpa: is also validators[0].grandpa. Each founder has"),
    (copy_of((1, "babe"), (1, "account")), "validators[1].babe: is also validators[1].account. Each founder has"),
    (lambda file: file["council"].append(file["balances"][0]["account"]), "council[3]: is also council[0]. Name each member once"),
    (lambda file: file["balances"].append({"account": file["council"][1], "amount": 1}),
     "balances[4].account: is also balances[1].account. Give each account one row"),
    # How many.
    (take("validators", 3), "validators: 3 are too few: none of them may fail, and nobody can be disabled. Find 4 at least"),
    (put("validatorCount", 3), "validatorCount: 3 is out of bounds. Write one from 4 to 100"),
    (take("council", 2), "council: has 2 members. Name 3 at least, or none"),
    # This one is taken: nobody need be in it.
    (put("council", []), None),
    # Money.
    (put("validators", 1, "bond", 9_999), "validators[1].bond: 9,999 CARD is too little. Bond 10,000 CARD at least"),
    (put("validators", 1, "bond", "10000"), "validators[1].bond: is no number. Write CARD without quotes"),
    (put("balances", 1, "amount", 10_000), "has 10,000 CARD. Give it 10,000.001 CARD at least in balances"),
    (take("balances", 1), "has 0 CARD. Give it 10,000.001 CARD at least in balances"),
    (put("balances", 1, "amount", "0.0009"),
     "balances[1].amount: 0.0009 CARD is less than an account needs to exist. Give it 0.001 CARD"),
    (put("balances", 1, "amount", "1.0000000000001"), "balances[1].amount: is less than nothing, or than 10⁻¹² CARD. Write CARD"),
    (put("balances", 1, "amount", -5), "balances[1].amount: is less than nothing"),
    (put("balances", 1, "amount", 10**30), "balances[1].amount: is more or less than the chain can count. Write CARD"),
    (put("balances", 3, "amount", "0e99999999999"), "balances[3].amount: is more or less than the chain can count"),
    (put("balances", 1, "amount", 4 * 10**26), "balances: are more together than the chain can count. Take some noughts off"),
]
# Files that are no change of a good one.
TEXTS = [
    (b"", "the file: is not JSON"),
    (b'{"id": 1, "id": 2}', "id: stands there twice in one object. Take one of them out"),
    (b"[1]", "the file: is no object. Write { } with name, id"),
    (b'{"balances": [{"amount": NaN}]}', "the file: is not JSON (NaN is no number)"),
    (b"[" * 100_000, "the file: is not JSON"),
    (b" " * (4 * 1024 * 1024 + 1), "the file: has more than 4194304 bytes. Leave accounts out"),
]


def faults(limits, good):
    """What was not refused as it should be, and how many files were tried."""
    files = list(TEXTS)
    for change, expected in TABLE:
        file = copy.deepcopy(good)
        change(file)
        files.append((text_of(file), expected))
    odd = []
    for text, expected in files:
        try:
            Reader(limits).read(text)
            said = None
        except Refused as refused:
            said = str(refused)
        if (expected or "") not in (said or "") or (said is None) != (expected is None):
            odd.append(f"a founders' file that should be refused with '{expected}' was answered with '{said}'")
    return odd, len(files)
