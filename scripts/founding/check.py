"""usage: check.py --node FILE --local RAW.json

Founds a network with keys made for it, and checks all that scripts/found-network promises: what is refused, what is in the spec and what
is not, that a silent genesis has the same lengths, and that the founders' nodes make blocks and agree which are final. RAW.json is the
raw spec of `local`, in which everything is that must not be found here. Part of scripts/chain-specs --check."""
import dataclasses
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from founding import found, genesis, lengths, raw, refusals, throwaway, trial
from founding.founders import Reader, Refused
from founding.node import Node

FOUND = pathlib.Path(__file__).resolve().parent / "found.py"
EXAMPLE = FOUND.parent.parent.parent / "chain-specs/testnet.example.json"


class Broken(Exception):
    """A promise that does not hold."""


def ensure(holds, what):
    if not holds:
        raise Broken(what)


def command(node, file, output):
    words = [sys.executable, "-B", FOUND, file, "--output", output, "--node", node.program]
    return subprocess.run(words, capture_output=True, text=True)


def the_search_finds_what_it_looks_for(local, well_known):
    ensure(raw.has_sudo(local), "no sudo key was found in the raw spec of local, which has one: the search is blind")
    # Its six accounts and their stashes, and Ed25519 keys of four validators.
    found_there = {well_known[key] for key in raw.keys_in(local, well_known)}
    for name in ("//Alice (sr25519)", "//Ferdie//stash (sr25519)", "//Dave (ed25519)"):
        ensure(name in found_there, f"{name} was not found in the raw spec of local, where it is: the search is blind")


def files_are_refused(limits, good):
    odd, count = refusals.faults(limits, good)
    ensure(not odd, "\n".join(odd))
    # --allow-well-known: the same file that is refused without it.
    trial_file = {**good, "council": [*good["council"][:2], refusals.ALICE]}
    Reader(dataclasses.replace(limits, well_known={})).read(throwaway.text_of(trial_file))
    return count


def the_command_refuses(node, work):
    example = command(node, EXAMPLE, work / "example")
    ensure(example.returncode == 1 and "validators[3].grandpa: is neither hex nor an address" in example.stderr,
           f"{EXAMPLE.name} should be refused, since it has nobody's keys: {example.stderr}")
    ensure(not (work / "example").exists(), "a network that was refused left files")


def a_network_is_founded(node, file, folder):
    made = command(node, file, folder)
    ensure(made.returncode == 0, f"the network was not founded: {made.stderr}")
    names = {path.name for path in folder.iterdir()}
    ensure(names == {"network.json", "chain.json", "founders.json", "SHA256SUMS", "PROVENANCE"}, f"files are {names}")
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    ensure((folder / "founders.json").read_bytes() == file.read_bytes(), "founders.json is not the founders' file")
    provenance = (folder / "PROVENANCE").read_text()
    ensure(node.version() in provenance and str(folder.parent) not in provenance, f"PROVENANCE is {provenance}")
    again = command(node, file, folder)
    ensure(again.returncode == 1 and "is there, and not empty" in again.stderr, "a network was founded over another")
    return json.loads((folder / "chain.json").read_text())


def nothing_well_known_is_in_it(spec, well_known):
    ensure(not raw.extensions(spec), f"light clients refuse {raw.extensions(spec)}")
    ensure(not raw.has_sudo(spec), "the network has a sudo key")
    odd = [well_known[key] for key in raw.keys_in(spec, well_known)]
    ensure(not odd, f"everybody has keys of this network: {odd}")


def a_silent_genesis_has_the_same_lengths(node, spec, folder, work):
    """What the runtime takes where nothing is said is what scripts/founding/lengths.py writes out."""
    plain = json.loads((folder / "network.json").read_text())
    for name, length in lengths.LENGTHS.items():
        section = genesis.patch_of(plain)[length.section]
        ensure(section[length.field] == length.ordinary, f"{name} is {section[length.field]} though nobody asked for it")
        if name != lengths.NEEDED:
            del section[length.field]
    (work / "silent.json").write_text(json.dumps(plain))
    node.make_raw(work / "silent.json", work / "silent.raw.json")
    silent = raw.storage(json.loads((work / "silent.raw.json").read_text()))
    ensure(silent == raw.storage(spec),
           "scripts/founding/lengths.py has other lengths than the runtime takes where genesis says nothing")


def main(node, local):
    began = time.monotonic()
    # Nodes and secrets go even when this is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="hashcard-founding-") as work:
        work = pathlib.Path(work)
        _, limits = found.rules(node)
        the_search_finds_what_it_looks_for(json.loads(local.read_text()), limits.well_known)
        founders = throwaway.founders(node, work)
        agreed = throwaway.file_of(founders)
        tried = files_are_refused(limits, agreed)
        the_command_refuses(node, work)
        file, folder = work / "agreed.json", work / "network"
        file.write_bytes(throwaway.text_of(agreed))
        spec = a_network_is_founded(node, file, folder)
        nothing_well_known_is_in_it(spec, limits.well_known)
        a_silent_genesis_has_the_same_lengths(node, spec, folder, work)
        started = time.monotonic()
        final = trial.run(node, folder / "chain.json", founders, agreed["name"])
        ended = time.monotonic()
    print(f"A network was founded with keys made for it: {tried} founders' files answered as they should be, no key that everybody has, "
          f"no sudo; {len(founders)} nodes agreed that block {final} is final after {ended - started:.0f} s, of {ended - began:.0f} s in all.")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--node", program, "--local", local]:
            try:
                main(Node(program), pathlib.Path(local))
            except (Broken, Refused, trial.Silent, genesis.Unknown, found.Failed, subprocess.CalledProcessError) as error:
                sys.exit(f"scripts/founding/check.py: {error}")
        case _:
            sys.exit(__doc__.splitlines()[0])
