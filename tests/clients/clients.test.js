/**
 * Clients that this project did not write find, prove and publish what is on its chain. One chain and one story: the
 * tests build on one another, in order.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { LightClient, itemId } from './light-client.js';
import { plainBlob } from './plain-blob.js';
import { Stage } from './stage.js';
import { connect, developmentAccount, eventsIn, keysOf, send } from './wallet.js';

/** Milliseconds for the whole story, on a machine that may be busy. Alone it takes about two minutes. */
const STORY_WITHIN = 480_000;
const NO_CARD = 4_000n;
const PRICE = 1_500_000_000_000n;
const TITLE = 'A film';

const text = (bytes) => Buffer.from(bytes).toString();
const say = (told, line) => told.diagnostic(line);
const proven = ({ count, bytes }) => `${count} ${count === 1 ? 'proof' : 'proofs'}, ${bytes} bytes`;

describe('clients that this project did not write', { timeout: STORY_WITHIN }, () => {
  /** @type {Stage} */ let stage;
  /** @type {LightClient} */ let light;
  /** @type {LightClient} */ let stranger;
  let api, alice, bob, charlie, published, aliceAddress, bobAddress, charlieAddress;
  let card, strangersAnswer;

  before(async () => {
    stage = await Stage.begin();
    [alice, bob, charlie] = await Promise.all(['alice', 'bob', 'charlie'].map((name) => stage.person(name)));
    const film = await alice.file('film.mp4', randomBytes(600_000));
    published = await alice.done(['publish', film, '--title', TITLE, '--price', '1.5', '--royalty', '10']);
    card = BigInt(published.card);
    await alice.daemon('announced', ['seed', '--listen', '127.0.0.1:0']);

    api = await connect(stage.url);
    [aliceAddress, bobAddress, charlieAddress] = ['//Alice', '//Bob', '//Charlie'].map(
      (path) => developmentAccount(api, path).address,
    );
  });

  after(async () => {
    await api?.disconnect();
    await Promise.all([light?.end(), stranger?.end()]);
    await stage?.end();
  });

  describe('smoldot and polkadot-api, which check every answer by its proof', () => {
    test('a cold start leads to the newest page of the feed', async (told) => {
      const [spec, anotherChains] = [await stage.spec('dev'), await stage.spec('local')];
      const start = performance.now();
      light = new LightClient(spec);
      const page = await light.feed({ type: 'All' }, 64);
      const seconds = (performance.now() - start) / 1000;
      say(told, `cold start to the first page: ${seconds.toFixed(2)} s; with runtime and metadata ${proven(light.proofs.take())}`);

      // The daemon's seat came after the card, so a head that is older than the card would be a fault.
      assert.deepEqual(page.cards.map(({ id }) => id), [card]);
      const [film] = page.cards;
      assert.equal(text(film.card.title), TITLE);
      assert.equal(film.card.creator, aliceAddress);
      assert.equal(film.card.blob.root, `0x${published.root}`);
      assert.equal(film.terms.price, PRICE);

      // Asked now, judged at the end: nothing that this node says may convince a client of another chain.
      stranger = new LightClient(anotherChains);
      stranger.card(card).then(
        (answer) => (strangersAnswer = { answer }),
        () => {},
      );
    });

    test('a feed that nothing is listed in is empty', async () => {
      const page = await light.feed({ type: 'Tag', value: Buffer.from('nobody used this') }, 64);
      assert.deepEqual(page, { cards: [], next: undefined });
    });

    test('two storage rows tell the same page', async (told) => {
      light.proofs.take();
      assert.deepEqual(await light.newestPageInState(), [card]);
      say(told, `the newest page out of storage: ${proven(light.proofs.take())}`);
    });

    test('a card and its seats are read', async (told) => {
      light.proofs.take();
      const shown = await light.card(card);
      say(told, `a card: ${proven(light.proofs.take())}`);
      assert.equal(shown.id, card);
      assert.equal(shown.card.access.type, 'Keyed');

      const seats = await light.seats(card);
      say(told, `its seats: ${proven(light.proofs.take())}`);
      assert.deepEqual(seats.map(({ seeder }) => seeder), [aliceAddress]);
      // Three chunks fill the first three buckets.
      assert.equal(seats[0].coverage, 0b111n);
    });

    test('a card that does not exist is nothing, and nobody serves it', async () => {
      assert.equal(await light.card(NO_CARD), undefined);
      assert.deepEqual(await light.seats(NO_CARD), []);
    });

    test('before a sale nobody holds the key', async () => {
      assert.equal(await light.holder(aliceAddress, card, 1n), undefined);
    });

    test("a key's holder is proven out of pallet-nfts", async (told) => {
      const bought = await bob.done(['buy', String(card), '--max-price', '2']);
      assert.equal(bought.edition, 1);
      let holder, cost;
      await light.until('the key to be final', async () => {
        light.proofs.take();
        holder = await light.holder(aliceAddress, card, 1n);
        cost = light.proofs.take();
        return holder !== undefined;
      });
      assert.equal(holder, bobAddress);
      say(told, `a key's holder: ${proven(cost)}`);
      assert.equal((await light.apis.KeysApi.key(card, 1n)).holder, bobAddress);
    });

    test('a key that was never made has no holder', async () => {
      assert.equal(await light.holder(aliceAddress, card, 2n), undefined);
      assert.equal(await light.holder(bobAddress, card, 1n), undefined, 'the collection is the creator, not the holder');
    });
  });

  describe('@polkadot/api, as wallets and explorers use it', () => {
    test('the events of a block with a publish are decoded', async () => {
      const events = await eventsIn(api, await api.rpc.chain.getBlockHash(published.block));
      const found = events.filter(({ section, method }) => section === 'cards' && method === 'Published');
      assert.equal(found.length, 1);
      const { data } = found[0];
      assert.equal(BigInt(data.card), card);
      assert.equal(data.creator, aliceAddress);
      assert.equal(data.access, 'Keyed');
      assert.equal(data.root, `0x${published.root}`);
      assert(BigInt(data.deposit) > 0n);
    });

    // The one before may be genesis, which has no events at all.
    test('the block after it has no such event', async () => {
      const events = await eventsIn(api, await api.rpc.chain.getBlockHash(published.block + 1));
      assert(events.length > 0);
      assert(!events.some(({ section }) => section === 'cards'));
    });

    describe('publishes an open blob that it made from the specification', () => {
      const poem = { path: 'poem.txt', mediaType: 'text/plain', bytes: Buffer.from('Made by nobody here.\n'.repeat(200)) };
      const listing = {
        kind: 'Book',
        title: 'A poem from elsewhere',
        tags: ['poem'],
        preview: '',
        inReplyTo: null,
        supersedes: null,
        royalty: 0,
        deliveryShare: 0,
        price: 0,
        editions: null,
        collaborators: [],
      };
      let dave, blob;

      const publishing = ({ root, lastLeaf, path }) =>
        api.tx.cards.publish(listing, {
          Blob: {
            root: `0x${root.toString('hex')}`,
            lastLeaf: `0x${lastLeaf.toString('hex')}`,
            path: path.map((hash) => `0x${hash.toString('hex')}`),
            cardProof: null,
          },
        });

      before(() => {
        dave = developmentAccount(api, '//Dave');
        const genesis = api.genesisHash.toU8a();
        blob = plainBlob({ genesis, creator: dave.publicKey, salt: randomBytes(32), file: poem });
      });

      test("somebody else's blob is refused, and so is another chain's", async () => {
        const anothers = send(publishing(blob), developmentAccount(api, '//Eve'));
        const genesis = Buffer.alloc(32, 1);
        const elsewhere = plainBlob({ genesis, creator: dave.publicKey, salt: randomBytes(32), file: poem });
        const anotherChains = send(publishing(elsewhere), developmentAccount(api, '//Ferdie'));
        assert.equal((await anothers).refusal, 'cards.AnotherCreator');
        assert.equal((await anotherChains).refusal, 'cards.AnotherChain');
      });

      test('a root that the blob does not have is refused', async () => {
        const { refusal } = await send(publishing({ ...blob, root: randomBytes(32) }), dave);
        assert.equal(refusal, 'cards.LeafNotProven');
      });

      test('its own is taken, and the light client and hashcard find it', async () => {
        const { events, refusal } = await send(publishing(blob), dave);
        assert.equal(refusal, undefined);
        const { data } = events.find(({ section, method }) => section === 'cards' && method === 'Published');
        assert.equal(data.access, 'Open');
        assert.equal(data.creator, dave.address);

        const poems = BigInt(data.card);
        await light.until('the poem to be final', async () => (await light.card(poems)) !== undefined);
        const [newest] = (await light.feed({ type: 'All' }, 1)).cards;
        assert.equal(newest.id, poems);
        assert.equal(text(newest.card.title), listing.title);

        const { card: shown } = await charlie.done(['card', String(poems)]);
        assert.equal(shown.access, 'open');
        assert.equal(shown.title, listing.title);
        assert.equal(shown.root, blob.root.toString('hex'));
        assert.equal(shown.content_len, poem.bytes.length);
      });
    });

    test('the keys of an account are listed through pallet-nfts', async () => {
      assert.deepEqual(await keysOf(api, bobAddress), [{ creator: aliceAddress, card, edition: 1n }]);
    });

    test('an account without keys has an empty list, and so has the seller of a new key', async () => {
      assert.deepEqual(await keysOf(api, charlieAddress), []);
      assert.deepEqual(await keysOf(api, aliceAddress), []);
    });

    test('a wallet cannot move a key by pallet-nfts, past price and capsule', async () => {
      const { publicKey } = developmentAccount(api, '//Alice');
      const transfer = api.tx.nfts.transfer(publicKey, itemId(card, 1n), charlieAddress);
      const { refusal } = await send(transfer, developmentAccount(api, '//Bob'));
      assert.equal(refusal, 'system.CallFiltered');
      assert.deepEqual(await keysOf(api, charlieAddress), []);
    });
  });

  describe('after a resale', () => {
    test('the holder is the buyer, and not the seller any more', async () => {
      await light.until('the first sale to settle', async () => (await light.apis.KeysApi.order(1n)) === undefined);
      await bob.done(['resell', 'list', String(card), '--price', '1.2']);
      await bob.daemon('clerking', ['clerk']);
      await charlie.done(['buy', String(card), '--cheapest', '--max-price', '1.3']);

      const sold = async () => (await light.holder(aliceAddress, card, 1n)) !== bobAddress;
      await light.until('the resale to be final', sold);
      assert.equal(await light.holder(aliceAddress, card, 1n), charlieAddress);
      assert.deepEqual(await keysOf(api, bobAddress), []);
      assert.deepEqual(await keysOf(api, charlieAddress), [{ creator: aliceAddress, card, edition: 1n }]);
    });

    test('a light client of another chain was told nothing in all that time', () => {
      assert.equal(strangersAnswer, undefined);
      assert.equal(stranger.proofs.take().count, 0);
    });
  });
});
