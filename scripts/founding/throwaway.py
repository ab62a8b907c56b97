"""Founders of a network that nobody will miss: their keys are made by the node's own commands, as real founders make theirs.

Their secrets are in a folder that whoever asked for them removes."""
import dataclasses
import json
import pathlib
import re
import socket

from .founders import FEWEST_VALIDATORS

# A bond of the least amount, and balances of which one is just enough for it, and one more than 64 bits hold.
BOND, JUST_ENOUGH, PLENTY, MUCH = 10_000, "10000.001", 20_000, 30_000_000


@dataclasses.dataclass
class Founder:
    folder: pathlib.Path
    account: dict
    babe: dict
    grandpa: dict
    peer_id: str
    port: int

    @property
    def node_key(self):
        return self.folder / "node.key"

    @property
    def boot_node(self):
        return f"/ip4/127.0.0.1/tcp/{self.port}/p2p/{self.peer_id}"


def free_ports(count):
    """Ports of loopback that nobody has now: all at once, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def key(node, folder, name, scheme):
    """A new key's public half, in the forms in which the node prints it. Its words are in a file of that name."""
    made = json.loads(node.run("key", "generate", "--words", "24", "--scheme", scheme, "--output-type", "json"))
    words = folder / f"{name}.words"
    words.touch(mode=0o600)
    words.write_text(made["secretPhrase"])
    inspect = ("key", "inspect", "--network", "substrate", "--scheme", scheme, "--output-type", "json")
    substrate = json.loads(node.run(*inspect, str(words)))
    return {"hex": made["publicKey"], "hc": made["ss58PublicKey"], "substrate": substrate["ss58PublicKey"]}


def founder(node, folder, port):
    folder.mkdir(mode=0o700)
    node.run("key", "generate-node-key", "--file", str(folder / "node.key"))
    peer_id = node.run("key", "inspect-node-key", "--file", str(folder / "node.key")).strip()
    return Founder(folder, key(node, folder, "account", "sr25519"), key(node, folder, "babe", "sr25519"),
                   key(node, folder, "gran", "ed25519"), peer_id, port)


def founders(node, folder):
    """As many as a network needs."""
    return [founder(node, folder / f"founder{number}", port) for number, port in enumerate(free_ports(FEWEST_VALIDATORS))]


def file_of(founders):
    """What they agreed on. Each way in which a key can be written is in it."""
    forms = ("hex", "hc", "substrate", "hc")
    amounts = (JUST_ENOUGH, PLENTY, MUCH, PLENTY)
    validators = [{"account": one.account[form], "babe": one.babe[form], "grandpa": one.grandpa[form], "bond": BOND}
                  for one, form in zip(founders, forms)]
    return {
        "name": "Hashcard Trial",
        "id": "hashcard_trial",
        "bootNodes": [founders[0].boot_node, founders[1].boot_node],
        "validators": validators,
        "council": [one.account["hc"] for one in founders[:3]],
        "balances": [{"account": one.account["hex"], "amount": amount} for one, amount in zip(founders, amounts)],
    }


def text_of(file):
    """As JSON. Amounts that are exact are kept as text until here, which knows no binary fraction."""
    return re.sub(r'"amount": "([0-9.e]+)"', r'"amount": \1', json.dumps(file, indent=2)).encode()
