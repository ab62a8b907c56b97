/**
 * An open blob, made from the text of docs/spec/content-format.md alone: no line of this project's code takes part, so
 * the chain that accepts it proves that the text is enough to write another client by.
 *
 * Plain blobs only. A sealed one needs ChaCha20-Poly1305 and a proof over Ristretto (docs/spec/keys.md).
 */

const LEAF = 1024;
const BLOCK = 64;
const FOOTER = 200;

// BLAKE3 paper, sections 2.2 to 2.5.
const IV = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const ROUNDS = 7;
const [CHUNK_START, CHUNK_END, PARENT, ROOT] = [1, 2, 4, 8];

const rotated = (word, by) => (word >>> by) | (word << (32 - by));

/** The first eight words of BLAKE3's compression function. `counter` is below 2^32 here. */
function compress(chaining, block, length, counter, flags) {
  const bytes = new DataView(block.buffer, block.byteOffset, BLOCK);
  let words = Array.from({ length: 16 }, (_, i) => bytes.getUint32(4 * i, true));
  const v = [...chaining, ...IV.slice(0, 4), counter, 0, length, flags];
  const mix = (a, b, c, d, x, y) => {
    v[a] = (v[a] + v[b] + x) | 0;
    v[d] = rotated(v[d] ^ v[a], 16);
    v[c] = (v[c] + v[d]) | 0;
    v[b] = rotated(v[b] ^ v[c], 12);
    v[a] = (v[a] + v[b] + y) | 0;
    v[d] = rotated(v[d] ^ v[a], 8);
    v[c] = (v[c] + v[d]) | 0;
    v[b] = rotated(v[b] ^ v[c], 7);
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < 4; i++) mix(i, 4 + i, 8 + i, 12 + i, words[2 * i], words[2 * i + 1]);
    for (let i = 0; i < 4; i++) {
      mix(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4), words[8 + 2 * i], words[9 + 2 * i]);
    }
    words = PERMUTATION.map((from) => words[from]);
  }
  return v.slice(0, 8).map((word, i) => (word ^ v[8 + i]) >>> 0);
}

function bytesOf(words) {
  const out = Buffer.alloc(32);
  words.forEach((word, i) => out.writeUInt32LE(word, 4 * i));
  return out;
}

/** Hash of a leaf; `flags` is `ROOT` when it is the whole tree. */
function leafHash(leaf, index, flags) {
  const blocks = Math.max(1, Math.ceil(leaf.length / BLOCK));
  let chaining = IV;
  for (let i = 0; i < blocks; i++) {
    const part = leaf.subarray(BLOCK * i, BLOCK * (i + 1));
    const block = Buffer.alloc(BLOCK);
    part.copy(block);
    const last = i === blocks - 1;
    const here = (i === 0 ? CHUNK_START : 0) | (last ? CHUNK_END | flags : 0);
    chaining = compress(chaining, block, part.length, index, here);
  }
  return bytesOf(chaining);
}

/** Hash of the tree over leaves from number `first` on. Siblings of the last leaf go to `path`, the lowest first. */
function treeHash(bytes, first, flags, path) {
  const leaves = Math.max(1, Math.ceil(bytes.length / LEAF));
  if (leaves === 1) return leafHash(bytes, first, flags);
  // The left side has the largest power of two below the number of leaves.
  const left = 2 ** Math.floor(Math.log2(leaves - 1));
  const leftHash = treeHash(bytes.subarray(0, left * LEAF), first, 0, []);
  const rightHash = treeHash(bytes.subarray(left * LEAF), first + left, 0, path);
  path.push(leftHash);
  return bytesOf(compress(IV, Buffer.concat([leftHash, rightHash]), BLOCK, 0, PARENT | flags));
}

/** docs/spec/content-format.md, "Directory", of a single file. */
function directoryOf({ path, mediaType, bytes }) {
  const [name, type] = [Buffer.from(path), Buffer.from(mediaType)];
  const head = Buffer.from('HDIR\x01\x01\0\0\0\0\0', 'latin1');
  head.writeUInt16LE(name.length, 9);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([head, name, Buffer.from([type.length]), type, length]);
}

/**
 * A file as an open blob.
 * @param {object} made
 * @param {Uint8Array} made.genesis hash of block 0
 * @param {Uint8Array} made.creator 32 bytes of the account that will publish it
 * @param {Uint8Array} made.salt 32 fresh random bytes
 * @param {{path: string, mediaType: string, bytes: Buffer}} made.file
 * @returns {{blob: Buffer, root: Buffer, lastLeaf: Buffer, path: Buffer[]}} `lastLeaf` and `path` are what the chain
 *   wants to see at publication
 */
export function plainBlob({ genesis, creator, salt, file }) {
  const directory = directoryOf(file);
  const stream = file.bytes.length + directory.length;
  const footerAt = Math.ceil(stream / LEAF) * LEAF;
  const blob = Buffer.alloc(footerAt + FOOTER);
  file.bytes.copy(blob);
  directory.copy(blob, file.bytes.length);

  const lastLeaf = blob.subarray(footerAt);
  lastLeaf.write('HASHCARD\x01', 'latin1');
  lastLeaf.set(genesis, 16);
  lastLeaf.set(creator, 48);
  lastLeaf.set(salt, 112);
  lastLeaf.writeBigUInt64LE(BigInt(file.bytes.length), 176);
  lastLeaf.writeBigUInt64LE(BigInt(directory.length), 184);
  lastLeaf.writeBigUInt64LE(BigInt(blob.length), 192);

  const path = [];
  const root = treeHash(blob, 0, ROOT, path);
  return { blob, root, lastLeaf, path };
}
