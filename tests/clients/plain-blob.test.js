import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { plainBlob } from './plain-blob.js';

const vector = async (name) => {
  const file = new URL(`../vectors/format/${name}.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8'));
};
const bytes = (hex) => Buffer.from(hex, 'hex');

/** The blob that the vector's head and only file make. */
function made({ head, files: [file] }) {
  return plainBlob({
    genesis: bytes(head.genesis),
    creator: bytes(head.creator),
    salt: bytes(head.salt),
    file: { path: file.path, mediaType: file['media-type'], bytes: bytes(file.bytes) },
  });
}

for (const name of ['open-plain-file', 'open-plain-empty-file']) {
  test(`a blob made from the specification alone is the vector ${name}`, async () => {
    const expected = await vector(name);
    const { blob, root, lastLeaf, path } = made(expected);
    assert.equal(blob.toString('hex'), expected.blob);
    assert.equal(root.toString('hex'), expected.root);
    assert.equal(lastLeaf.toString('hex'), expected.footer);
    assert.deepEqual(path.map((hash) => hash.toString('hex')), expected['last-leaf-path']);
  });
}

test('another creator makes another root', async () => {
  const expected = await vector('open-plain-file');
  expected.head.creator = '11'.repeat(32);
  assert.notEqual(made(expected).root.toString('hex'), expected.root);
});
