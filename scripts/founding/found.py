"""usage: scripts/found-network FOUNDERS.json --output FOLDER [--node FILE] [--allow-well-known]

Makes the specs of a new network of what its founders handed in; chain-specs/README.md says what the file is. FOLDER is made, or is empty.
It receives

  network.json   the plain spec, to be read
  chain.json     the raw spec, which every node and client takes
  founders.json  the founders' file as it was
  SHA256SUMS     of these three
  PROVENANCE     node, runtime and command

The same file and the same node make the same bytes: each founder runs it, and all compare SHA256SUMS.

  --node FILE         takes another node than the release build
  --allow-well-known  takes keys that everybody has, as //Alice: for trials, never for money"""
import hashlib
import json
import pathlib
import shutil
import sys
import tempfile

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from founding import genesis, raw
from founding.founders import Reader, Refused, card
from founding.node import Failed, Node

PLAIN, RAW, FILE = "network.json", "chain.json", "founders.json"


class Wrong(Exception):
    """A spec that must not be handed out."""


def rules(node):
    """The preset that a network is made of, and what founders are held to."""
    preset = node.spec("local")
    genesis.check_preset(preset)
    return preset, genesis.limits(preset, node.well_known())


def make(node, preset, founders, folder):
    """Writes both specs into a folder. Answers with the raw one."""
    plain = folder / PLAIN
    plain.write_text(json.dumps(genesis.network(preset, founders), indent=2) + "\n")
    node.make_raw(plain, folder / RAW)
    return json.loads((folder / RAW).read_text())


def check(spec, founders, well_known):
    """Refuses a raw spec with what does not belong there, or without what does."""
    if odd := raw.extensions(spec):
        raise Wrong(f"light clients refuse the field {', '.join(odd)}. Use the scripts of the node's commit")
    if raw.has_sudo(spec):
        raise Wrong("the network would have a sudo key. Use the scripts of the node's commit")
    if found := raw.keys_in(spec, well_known):
        raise Wrong(f"everybody has the key {well_known[found[0]]} in it. Use the scripts of the node's commit")
    theirs = {*founders.balances, *founders.council} | {
        key for one in founders.validators for key in (one.account, one.babe, one.grandpa)}
    if missing := theirs - set(raw.keys_in(spec, theirs)):
        raise Wrong(f"{len(missing)} keys of the founders are not in it. Use the scripts of the node's commit")


def provenance(node, text, spec, founders, allow):
    runtime = raw.code(spec)
    return "\n".join([
        f"network   {founders.name} ({founders.id}): {len(founders.validators)} validators, a council of {len(founders.council)}; "
        f"accounts begin with {card(sum(founders.balances.values()))}",
        f"node      {node.version()}",
        "          the part after the last hyphen is the commit of node and runtime",
        f"runtime   of {len(runtime)} bytes, SHA-256 {hashlib.sha256(runtime).hexdigest()},",
        f"          BLAKE2-256 {hashlib.blake2b(runtime, digest_size=32).hexdigest()}",
        f"founders  {FILE}, SHA-256 {hashlib.sha256(text).hexdigest()}",
        f"made by   scripts/found-network {FILE} --output FOLDER{' --allow-well-known' if allow else ''}",
    ]) + "\n"


def found(node, file, output, allow=False):
    """Makes all files of a network in a folder that is not there, or is empty."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise Wrong(f"{output} is there, and not empty. Name another folder: a network is founded once")
    text = file.read_bytes()
    preset, limits = rules(node)
    well_known = limits.well_known
    if allow:
        limits.well_known = {}
    founders = Reader(limits).read(text)
    output.parent.mkdir(parents=True, exist_ok=True)
    # Beside it, so that all of it appears at once, or nothing does.
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".found-network-") as work:
        done, again = pathlib.Path(work, "done"), pathlib.Path(work, "again")
        for folder in (done, again):
            folder.mkdir()
            spec = make(node, preset, founders, folder)
        for name in (PLAIN, RAW):
            if (done / name).read_bytes() != (again / name).read_bytes():
                raise Wrong(f"the node makes another {name} each time. Nobody could compare it")
        check(spec, founders, {} if allow else well_known)
        (done / FILE).write_bytes(text)
        sums = [f"{hashlib.sha256((done / name).read_bytes()).hexdigest()}  {name}" for name in (RAW, FILE, PLAIN)]
        (done / "SHA256SUMS").write_text("\n".join(sums) + "\n")
        (done / "PROVENANCE").write_text(provenance(node, text, spec, founders, allow))
        if output.exists():
            output.rmdir()
        shutil.move(done, output)
    if not founders.council:
        print("found-network: nobody is in the council, and nobody is Root: the rules of this network can never be changed.",
              file=sys.stderr)


def main(words):
    values, plain, allow = {}, [], False
    words = iter(words)
    for word in words:
        if word in ("--output", "--node"):
            values[word] = next(words, None)
            if values[word] is None:
                return f"found-network: {word} needs a name"
        elif word == "--allow-well-known":
            allow = True
        elif word in ("-h", "--help"):
            print(__doc__)
            return 0
        else:
            plain.append(word)
    if len(plain) != 1 or plain[0].startswith("-") or "--output" not in values:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    file, output = pathlib.Path(plain[0]), pathlib.Path(values["--output"]).absolute()
    try:
        found(Node(str(pathlib.Path(values["--node"]).absolute())), file, output, allow)
    except Refused as refused:
        return "\n".join(f"found-network: {file.name}: {fault}" for fault in str(refused).splitlines())
    except OSError as error:
        return f"found-network: {error.filename}: {error.strerror}"
    except (Wrong, Failed, genesis.Unknown) as error:
        return f"found-network: {error}"
    print((output / "SHA256SUMS").read_text() + (output / "PROVENANCE").read_text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
