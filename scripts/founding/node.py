"""What is asked of `hashcard-node`. It is the one program that knows a genesis; nothing here decodes or hashes storage."""
import json
import subprocess

# Everybody's accounts in tests: sp-keyring's names, and the phrase that they are all derived of.
NAMES = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie", "One", "Two")
WELL_KNOWN = ("bottom drive obey lake curtain smoke basket hold race lonely fit walk",
              *(f"//{name}{rest}" for name in NAMES for rest in ("", "//stash")))
SCHEMES = ("sr25519", "ed25519", "ecdsa")
# A raw spec takes seconds; on a machine that is busy many.
ANSWERS_WITHIN = 300


class Failed(Exception):
    """What the node said instead of what was asked for."""


class Node:
    def __init__(self, program):
        self.program = program

    def run(self, *words, folder=None):
        """What a subcommand prints."""
        try:
            done = subprocess.run([self.program, *words], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL,
                                  timeout=ANSWERS_WITHIN)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failed(f"{self.program} cannot be run: {error}. Build it: cargo build --release -p hashcard-node") from error
        if done.returncode:
            raise Failed(f"hashcard-node {words[0]}: {done.stderr.strip()}")
        return done.stdout

    def version(self):
        return self.run("--version").strip()

    def spec(self, chain):
        """The plain spec of a network that the node knows, parsed."""
        return json.loads(self.run("export-chain-spec", "--chain", chain))

    def make_raw(self, plain, raw):
        """Writes the raw spec of a plain one; both are paths."""
        self.run("export-chain-spec", "--chain", str(plain), "--raw", "--output", str(raw))

    def inspect(self, secret, scheme):
        return json.loads(self.run("key", "inspect", "--scheme", scheme, "--output-type", "json", secret))

    def well_known(self):
        """Names of the keys and accounts whose secrets everybody has, by their 32 bytes."""
        known = {}
        for scheme in SCHEMES:
            for secret in WELL_KNOWN:
                # A compressed point of ECDSA is no key of this chain; the account that is its hash is one.
                account = self.inspect(secret, scheme)["accountId"]
                name = secret if secret.startswith("//") else "of the development phrase"
                known[bytes.fromhex(account[2:])] = f"{name} ({scheme})"
        return known
