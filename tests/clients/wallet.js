/** The library that most wallets and explorers of this family of chains are built with, over a node's JSON-RPC. */
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { within } from './stage.js';

/** Milliseconds for a transaction to become final. */
const FINAL_WITHIN = 60_000;
/** An item is numbered by its card above this many bits, and by its edition below. */
const CARD_BITS = 64n;

/** @param {string} url WebSocket of a node */
export function connect(url) {
  return ApiPromise.create({
    provider: new WsProvider(url),
    noInitWarn: true,
    // An extension of this SDK that adds nothing to a transaction, and that the library does not know yet.
    signedExtensions: { AuthorizeCall: { extrinsic: {}, payload: {} } },
  });
}

/** The account of a development chain with this name, such as `//Dave`. */
export function developmentAccount(api, path) {
  return new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 }).addFromUri(path);
}

/**
 * Events of a block, decoded.
 * @param {ApiPromise} api
 * @param {string} hash of the block
 * @returns {Promise<{section: string, method: string, data: any}[]>} `data` by field name, as JSON
 */
export async function eventsIn(api, hash) {
  const records = await (await api.at(hash)).query.system.events();
  return records.map(({ event }) => plain(event));
}

function plain({ section, method, data }) {
  return { section, method, data: Object.fromEntries(data.names?.map((name, i) => [name, data[i].toJSON()]) ?? []) };
}

/**
 * Signs and sends a call, and waits until it is final.
 * @returns {Promise<{events: {section: string, method: string, data: any}[], refusal: string | undefined}>} `refusal` is
 *   the error of the chain, such as `cards.AnotherCreator`
 */
export function send(call, signer) {
  const final = new Promise((resolve, reject) => {
    call
      .signAndSend(signer, ({ status, isError, events, dispatchError }) => {
        if (isError) reject(new Error(`${call.method.section}.${call.method.method}: ${status.type}`));
        if (!status.isFinalized) return;
        resolve({ events: events.map(({ event }) => plain(event)), refusal: dispatchError && nameOf(dispatchError) });
      })
      .catch(reject);
  });
  return within(`${call.method.section}.${call.method.method}`, FINAL_WITHIN, final);
}

function nameOf(error) {
  if (!error.isModule) return error.toString();
  const { section, name } = error.registry.findMetaError(error.asModule);
  return `${section}.${name}`;
}

/**
 * Keys that an account holds, out of pallet-nfts alone, as a wallet lists what somebody owns.
 * @param {ApiPromise} api
 * @param {string} holder
 * @returns {Promise<{creator: string, card: bigint, edition: bigint}[]>}
 */
export async function keysOf(api, holder) {
  const rows = await api.query.nfts.account.keys(holder);
  return rows.map(({ args: [, collection, item] }) => {
    const number = item.toBigInt();
    return {
      creator: api.registry.createType('AccountId', collection.toU8a()).toString(),
      card: number >> CARD_BITS,
      edition: BigInt.asUintN(Number(CARD_BITS), number),
    };
  });
}
