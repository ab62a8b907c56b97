/**
 * A light client out of two npm packages: smoldot, which syncs and checks every proof, and polkadot-api, which asks it.
 * **All it is given is a chain spec**; no address of a node's JSON-RPC ever reaches it.
 *
 * Types come from the metadata that the chain itself tells, at run time; no code is generated. The metadata is proven as
 * well: it is a runtime call.
 */
import { start } from 'smoldot';
import { AccountId, createClient } from 'polkadot-api';
import { getSmProvider } from 'polkadot-api/sm-provider';
import { within } from './stage.js';

/** smoldot's level "debug", at which it tells of every request to a peer. */
const DEBUG = 4;
/** Milliseconds within which something must become final: 20 blocks, as the tests of the programs wait for. */
const FINAL_WITHIN = 60_000;
const UNITS = { B: 1, kiB: 1024, MiB: 1024 * 1024 };

/** What proofs came so far. */
export class Proofs {
  count = 0;
  bytes = 0;

  /** @param {string} line of smoldot's log */
  hear(line) {
    const size = /(?:call|storage)-proof-request-success;.* total_size=([\d.]+) (B|kiB|MiB)/.exec(line);
    if (!size) return;
    this.count += 1;
    this.bytes += Number(size[1]) * UNITS[size[2]];
  }

  /** What came since the last time somebody took. */
  take() {
    const taken = { count: this.count, bytes: Math.round(this.bytes) };
    this.count = 0;
    this.bytes = 0;
    return taken;
  }
}

export class LightClient {
  /** @param {string} chainSpec JSON, with the nodes to dial */
  constructor(chainSpec) {
    this.proofs = new Proofs();
    this.smoldot = start({ maxLogLevel: DEBUG, logCallback: (_level, _target, line) => this.proofs.hear(line) });
    this.client = createClient(getSmProvider(() => this.smoldot.addChain({ chainSpec })));
    // "Unsafe" is polkadot-api's word for types that were not generated beforehand.
    const api = this.client.getUnsafeApi();
    this.apis = api.apis;
    this.query = api.query;
  }

  /** The newest cards of a feed. @param {object} feed as metadata has it, such as `{type: 'All'}` @param {number} limit */
  feed(feed, limit) {
    return this.apis.CardsApi.feed({ feed, limit });
  }

  /**
   * Numbers of the cards in the newest page of the common feed, newest first, out of two storage rows: how long the feed
   * is, and its last page.
   */
  async newestPageInState() {
    const rowsPerPage = 64n;
    const { rows } = await this.query.Cards.FeedHeads.getValue({ type: 'All' });
    if (rows === 0n) return [];
    const page = await this.query.Cards.FeedPages.getValue({ type: 'All' }, (rows - 1n) / rowsPerPage);
    return page.filter((card) => card !== undefined).toReversed();
  }

  /** The card of this number, or nothing. @param {bigint} card */
  card(card) {
    return this.apis.CardsApi.card(card);
  }

  /** Live seats on a card. @param {bigint} card */
  async seats(card) {
    return (await this.apis.SeedersApi.seats(card, 0)).seats;
  }

  /**
   * Who holds a key, out of pallet-nfts' own storage; nothing when there is no such key.
   * @param {string} creator address of the card's creator, whose collection it is
   * @param {bigint} card
   * @param {bigint} edition
   */
  async holder(creator, card, edition) {
    const collection = `0x${Buffer.from(AccountId().enc(creator)).toString('hex')}`;
    return (await this.query.Nfts.Item.getValue(collection, itemId(card, edition)))?.owner;
  }

  /** Waits until a final block shows what is asked for. @param {string} what @param {() => Promise<boolean>} holds */
  async until(what, holds) {
    let open = true;
    const shown = (async () => {
      while (open && !(await holds())) await this.nextFinalBlock();
    })();
    await within(what, FINAL_WITHIN, shown).finally(() => (open = false));
  }

  /** Waits for one more final block. */
  nextFinalBlock() {
    return new Promise((resolve, reject) => {
      let known;
      const subscription = this.client.finalizedBlock$.subscribe({
        next: (block) => {
          if (known === undefined) known = block.number;
          else if (block.number > known) queueMicrotask(() => (subscription.unsubscribe(), resolve(block)));
        },
        error: reject,
      });
    });
  }

  /**
   * Stops it. smoldot 3.4.1 goes on dialling when it never got into its chain, and would keep this process alive: the
   * tests run with `--test-force-exit`.
   */
  async end() {
    this.client.destroy();
    await this.smoldot.terminate();
  }
}

/** Item number of a key: the card in the upper 64 bits, the edition in the lower. @param {bigint} card @param {bigint} edition */
export const itemId = (card, edition) => (card << 64n) | edition;
