// OpenAI's own Node client against the server in CLIPGEN_URL, with a PNG in CLIPGEN_IMAGE (base64); the first thing that is not as it should be ends it with exit code 1.
// Run from a folder that has node_modules/openai.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { default: OpenAI, toFile } = await import(pathToFileURL(createRequire(process.cwd() + '/').resolve('openai')).href);
const create = (options = {}) => new OpenAI({ apiKey: 'any', baseURL: `${process.env.CLIPGEN_URL}v1`, maxRetries: 0, ...options });
const client = create();
const fails = async (call, type, code) => {
  try {
    await call;
  } catch (error) {
    assert.equal(error.constructor.name, type);
    assert.equal(error.code, code);
    assert.match(error.requestID ?? 'req_', /^req_/);
    return error;
  }
  assert.fail(`${type} was expected`);
};

// An image, and our own members beside OpenAI's.
const made = await client.images.generate({ prompt: 'a red circle', seed: 7, candidates: 2, size: '32x32' });
assert.ok(Number.isInteger(made.created));
assert.ok(Buffer.from(made.data[0].b64_json, 'base64').length > 0);
assert.equal(made.data[0].seed, 7);
assert.match(made._request_id, /^req_/);

// Several, by address.
const urls = await client.images.generate({ prompt: 'a red circle', n: 2, response_format: 'url' });
for (const { url } of urls.data) assert.equal((await fetch(url)).status, 200);

// Variations of an image, and the same image as an extra member of our own.
const picture = Buffer.from(process.env.CLIPGEN_IMAGE, 'base64');
const varied = await client.images.createVariation({ image: await toFile(picture, 'picture.png'), n: 2, size: '32x32', seed: 7, candidates: 4 });
assert.equal(varied.data.length, 2);
const said = await client.images.generate({ image: `data:image/png;base64,${process.env.CLIPGEN_IMAGE}`, n: 2, seed: 7, candidates: 4 });
assert.deepEqual(varied.data.map((image) => image.sha256), said.data.map((image) => image.sha256));
const cut = await fails(client.images.createVariation({ image: await toFile(picture.subarray(0, -40), 'picture.png') }), 'BadRequestError', 'invalid_value');
assert.equal(cut.param, 'image');

// Streams with any number of previews end with the image.
for (const partial_images of [0, 1, 3]) {
  const types = [];
  for await (const event of await client.images.generate({ prompt: 'a blue square', stream: true, partial_images })) types.push(event.type);
  assert.equal(types.at(-1), 'image_generation.completed');
  assert.ok(types.length <= partial_images + 1);
}

// Hanging up in mid-stream is no error of the server's: it goes on answering.
const stream = await client.images.generate({ prompt: 'a blue square', stream: true });
stream.controller.abort();
assert.ok((await client.models.list()).data.length > 0);

// Errors as the client's own classes, with what is to blame.
const unknown = await fails(client.images.generate({ prompt: 'x', steps: 5 }), 'BadRequestError', 'unknown_parameter');
assert.equal(unknown.param, 'steps');
await fails(client.images.generate({ prompt: 'x', model: 'dall-e-3' }), 'NotFoundError', 'model_not_found');
const refused = await fails(client.images.generate({ prompt: 'x', deadline_ms: 1, candidates: 512 }), 'RateLimitError', 'deadline_cannot_hold');
assert.ok(Number(refused.headers.get('retry-after')) >= 1);
await fails(client.images.generate({ prompt: 'breaks' }), 'InternalServerError', 'generation_failed');
await fails((async () => { for await (const _ of await client.images.generate({ prompt: 'breaks', stream: true })); })(), 'APIError', 'generation_failed');

// One key, one generation.
const key = { headers: { 'Idempotency-Key': 'node-1' } };
const first = await client.images.generate({ prompt: 'a green star' }, key);
const second = await client.images.generate({ prompt: 'a green star' }, key);
assert.equal(second.data[0].id, first.data[0].id);
await fails(client.images.generate({ prompt: 'another' }, key), 'UnprocessableEntityError', 'idempotency_mismatch');
