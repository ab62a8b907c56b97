"""The nodes of all founders, as processes on loopback, started as founders start theirs: from the raw spec, a node key and two session
keys. They find one another by the boot nodes of the spec, and have done their work when the same blocks are final on all of them.

Every node ends with this, by its process, whatever happens."""
import json
import pathlib
import subprocess
import time
import urllib.request

from .throwaway import free_ports

# A block that had a parent made by somebody, and whose finality more than two thirds voted for.
FINAL_BLOCK = 2
# Each node compiles the runtime first, some six seconds of a processor; then a block takes three.
FINAL_WITHIN = 240
ENDS_WITHIN = 20
ANSWERS_WITHIN = 10


class Silent(Exception):
    """A network that did not begin, with the end of a log."""


def insert_keys(node, spec, founder):
    base = str(founder.folder / "base")
    for kind, scheme in (("babe", "sr25519"), ("gran", "ed25519")):
        node.run("key", "insert", "--chain", str(spec), "--base-path", base, "--key-type", kind, "--scheme", scheme,
                 "--suri", str(founder.folder / f"{kind}.words"))


class Running:
    """One founder's node."""

    def __init__(self, node, spec, founder, rpc_port):
        self.rpc_port, self.log = rpc_port, founder.folder / "log"
        words = ["--chain", spec, "--base-path", founder.folder / "base", "--validator", "--node-key-file", founder.node_key,
                 "--listen-addr", f"/ip4/127.0.0.1/tcp/{founder.port}", "--rpc-port", rpc_port, "--name", founder.folder.name,
                 # Live networks shun the addresses of a private network, which these have.
                 "--allow-private-ip", "--no-mdns", "--no-prometheus", "--no-telemetry", "--disable-log-color"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([node.program, *map(str, words)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def ask(self, method, *params):
        """The result of a JSON-RPC call; None while the node does not answer yet."""
        body = json.dumps({"id": 1, "jsonrpc": "2.0", "method": method, "params": params}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.rpc_port}", body, {"Content-Type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request, timeout=ANSWERS_WITHIN)).get("result")
        except (OSError, ValueError):
            return None

    def final(self):
        """Number of its newest final block."""
        head = self.ask("chain_getFinalizedHead")
        header = head and self.ask("chain_getHeader", head)
        return int(header["number"], 16) if header else 0

    def end_of_log(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def stop(self):
        self.process.terminate()

    def await_end(self):
        try:
            self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def wait(running, is_done, what):
    """Until it holds of each node."""
    deadline, waiting = time.monotonic() + FINAL_WITHIN, list(running)
    while waiting := [one for one in waiting if not is_done(one)]:
        if ended := [one for one in waiting if one.process.poll() is not None]:
            raise Silent(f"a founder's node ended by itself:\n{ended[0].end_of_log()}")
        if time.monotonic() > deadline:
            raise Silent(f"{len(waiting)} of {len(running)} founders' nodes had not {what} within {FINAL_WITHIN} s:\n"
                         f"{waiting[0].end_of_log()}")
        time.sleep(0.5)


def run(node, spec: pathlib.Path, founders, name):
    """Starts all nodes, and ends them when the network runs. Answers with the number of the block that was final on all."""
    running = []
    try:
        for founder, rpc_port in zip(founders, free_ports(len(founders))):
            insert_keys(node, spec, founder)
            running.append(Running(node, spec, founder, rpc_port))
        wait(running, lambda one: one.final() >= FINAL_BLOCK, f"block {FINAL_BLOCK} for final")
        blocks = {tuple(one.ask("chain_getBlockHash", [0, FINAL_BLOCK])) for one in running}
        if len(blocks) != 1:
            raise Silent(f"the founders' nodes have different blocks for final: {blocks}")
        said = {(one.ask("system_chain"), one.ask("system_chainType")) for one in running}
        if said != {(name, "Live")}:
            raise Silent(f"the founders' nodes are of another network: {said}")
        for founder, one in zip(founders, running):
            keys = founder.babe["hex"] + founder.grandpa["hex"][2:]
            if one.ask("author_hasSessionKeys", keys) is not True:
                raise Silent(f"a founder's node does not have the keys that it was given:\n{one.end_of_log()}")
        voters = {one.ask("grandpa_roundState")["best"]["totalWeight"] for one in running}
        if voters != {len(founders)}:
            raise Silent(f"{voters} vote, and not the {len(founders)} founders")
        return min(one.final() for one in running)
    finally:
        for one in running:
            one.stop()
        for one in running:
            one.await_end()
