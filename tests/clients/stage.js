/**
 * Where the clients play: a development chain in a folder of its own, and people who run `hashcard`.
 *
 * **Every process ends with the test, however that ends**: `Stage.end` stops each by its handle, and the kernel kills
 * what is left when this process is gone (setpriv, where util-linux has it). Nothing is ever ended by name.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The phrase whose accounts every development chain endows. Known to everybody. */
const DEV_PHRASE = 'bottom drive obey lake curtain smoke basket hold race lonely fit walk';
/** What seals the wallets here. */
const PASSPHRASE = "the clients' passphrase";
/** Kills a child when the process that started it is gone; execs, so that the process id is the child's own. */
const SETPRIV = '/usr/bin/setpriv';
/** Milliseconds until a node answers: it compiles the runtime first, on a machine that may be busy. */
const NODE_WITHIN = 120_000;
/** Milliseconds for one command. The longest waits for an order, which expires after 20 blocks of 3 seconds. */
const COMMAND_WITHIN = 150_000;
/** Milliseconds that a process may take to end after it was asked to. */
const END_WITHIN = 20_000;

/**
 * What `promise` gives, or a failure that names `what` after `milliseconds`.
 * @template T
 * @param {string} what
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export function within(what, milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A program of this workspace, in the folder that `HASHCARD_BIN_DIR` names. */
function binary(name) {
  const folder = process.env.HASHCARD_BIN_DIR;
  if (!folder) throw new Error('HASHCARD_BIN_DIR does not say where the programs are; run scripts/test clients');
  const path = join(folder, name);
  if (!existsSync(path)) throw new Error(`${path} is not there; build it with scripts/test clients`);
  return path;
}

/** A process of ours, with its output in a file. */
class Program {
  /**
   * @param {string} log file for both outputs
   * @param {string} program
   * @param {string[]} words its arguments
   * @param {string} [input] what it reads from standard input
   */
  constructor(log, program, words, input) {
    const command = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--', program] : [program];
    // Nothing of the environment may choose another home or node than the words do.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('HASHCARD_')));
    this.log = log;
    this.child = spawn(command[0], [...command.slice(1), ...words], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => resolve(signal ?? code));
    });
    // Whoever awaits the end hears of a failure; that nobody does is no crash.
    this.ended.catch(() => {});
    this.child.stdin.on('error', () => {});
    this.child.stdin.end(input ?? '');
    const file = createWriteStream(log);
    this.child.stdout.pipe(file, { end: false });
    this.child.stderr.pipe(file, { end: false });
    this.ended.finally(() => file.end()).catch(() => {});
  }

  /**
   * The first line of an output of which `read` makes something.
   * @template T
   * @param {'stdout' | 'stderr'} output
   * @param {(line: string) => T | undefined} read
   * @returns {Promise<T>}
   */
  line(output, read) {
    const lines = createInterface({ input: this.child[output] });
    return new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        const value = read(line);
        if (value !== undefined) resolve(value);
      });
      this.ended.then((end) => reject(new Error(`it ended (${end}) before that; see ${this.log}`)), reject);
    });
  }

  /** Asks it to end, and makes it end. */
  async end() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await within(this.log, END_WITHIN, this.ended).catch(() => this.child.kill('SIGKILL'));
  }
}

/** Somebody with a home folder and one of the accounts that a development chain endows. */
export class Person {
  /** @param {Stage} stage @param {string} name a lower-case name; the account is `//Name` */
  constructor(stage, name) {
    this.stage = stage;
    this.name = name;
    this.account = name[0].toUpperCase() + name.slice(1);
    this.folder = join(stage.folder, name);
    this.commands = 0;
  }

  /** @param {string[]} words @param {string} [input] */
  #start(words, input) {
    const log = join(this.folder, `${++this.commands}-${words[0]}.log`);
    const options = ['--json', '--node', this.stage.url, '--account', this.account];
    options.push('--home', join(this.folder, 'home'), '--passphrase-file', join(this.folder, 'passphrase'));
    return this.stage.start(log, 'hashcard', [...options, ...words], input);
  }

  /**
   * Runs a command that must succeed.
   * @param {string[]} words
   * @param {string} [input]
   * @returns {Promise<any>} its outcome, as docs/CLI-JSON.md has it
   */
  async done(words, input) {
    const program = this.#start(words, input);
    const printed = [];
    program.child.stdout.on('data', (bytes) => printed.push(bytes));
    const end = await within(`${this.name}: hashcard ${words.join(' ')}`, COMMAND_WITHIN, program.ended);
    const text = Buffer.concat(printed).toString();
    if (end !== 0) throw new Error(`${this.name}: hashcard ${words.join(' ')} ended with ${end}: ${text}`);
    return JSON.parse(text.trim().split('\n').at(-1));
  }

  /**
   * Starts a daemon, and waits for an event of it. It ends with the stage.
   * @param {string} event
   * @param {string[]} words
   * @returns {Promise<any>} the event
   */
  async daemon(event, words) {
    const program = this.#start(words);
    const heard = program.line('stdout', (line) => {
      const said = JSON.parse(line);
      return said.event === event ? said : undefined;
    });
    return within(`${this.name}: hashcard ${words[0]}: ${event}`, COMMAND_WITHIN, heard);
  }

  /** A file of the person's with these bytes. */
  async file(name, bytes) {
    const path = join(this.folder, name);
    await writeFile(path, bytes);
    return path;
  }
}

/** A chain of one validator, whose light clients come by WebSocket. */
export class Stage {
  /** @type {Program[]} */
  programs = [];

  /** Starts the chain, and waits until it answers. */
  static async begin() {
    const stage = new Stage();
    stage.folder = await mkdtemp(join(tmpdir(), 'hashcard-clients.'));
    try {
      const words = ['--dev', '--no-prometheus', '--no-telemetry', '--rpc-cors=all', '--rpc-port=0'];
      words.push('--listen-addr=/ip4/127.0.0.1/tcp/0/ws', '--base-path', join(stage.folder, 'chain'));
      const node = stage.start(join(stage.folder, 'node.log'), 'hashcard-node', words);
      const answers = node.line('stderr', (line) => /JSON-RPC server: addr=127\.0\.0\.1:(\d+)/.exec(line)?.[1]);
      stage.port = Number(await within('the node', NODE_WITHIN, answers));
      stage.url = `ws://127.0.0.1:${stage.port}`;
      return stage;
    } catch (failure) {
      await stage.end();
      throw failure;
    }
  }

  /** Starts a program that ends with the stage. */
  start(log, name, words, input) {
    const program = new Program(log, binary(name), words, input);
    this.programs.push(program);
    return program;
  }

  /** Somebody whose wallet has the endowed accounts. */
  async person(name) {
    const person = new Person(this, name);
    await mkdir(person.folder);
    await writeFile(join(person.folder, 'passphrase'), PASSPHRASE);
    await person.done(['wallet', 'import'], DEV_PHRASE);
    return person;
  }

  /** What the node's JSON-RPC answers. */
  async ask(method, params = []) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://127.0.0.1:${this.port}`, { method: 'POST', headers, body });
    const { result, error } = await response.json();
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /**
   * The chain spec of a preset, as an operator exports it, with this node as the only one to dial.
   * @param {string} preset `dev`, or another chain's name for a spec that does not fit the node
   */
  async spec(preset) {
    const file = join(this.folder, `${preset}.json`);
    const words = ['export-chain-spec', '--raw', '--chain', preset, '--output', file];
    const exporting = this.start(join(this.folder, `export-${preset}.log`), 'hashcard-node', words);
    const end = await within(`exporting ${preset}`, NODE_WITHIN, exporting.ended);
    if (end !== 0) throw new Error(`exporting ${preset} ended with ${end}; see ${exporting.log}`);
    const spec = JSON.parse(await readFile(file, 'utf8'));
    spec.bootNodes = (await this.ask('system_localListenAddresses')).filter((address) => address.includes('/127.0.0.1/'));
    return JSON.stringify(spec);
  }

  /** Ends every process, the last one first, and removes the folder. */
  async end() {
    for (const program of this.programs.toReversed()) await program.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}
