// OpenAI's own Node client, given the body of a streamed request as JSON in CLIPGEN_BODY; prints a line for every event as it comes, and how
// it ended: 'end', 'aborted' (after CLIPGEN_ABORT_AFTER events), or 'threw' with what was thrown.
// Run from a folder that has node_modules/openai.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { default: OpenAI } = await import(pathToFileURL(createRequire(process.cwd() + '/').resolve('openai')).href);
const client = new OpenAI({ apiKey: 'any', baseURL: `${process.env.CLIPGEN_URL}v1`, maxRetries: 0 });
const abortAfter = Number(process.env.CLIPGEN_ABORT_AFTER ?? Infinity);
try {
  let seen = 0;
  const stream = await client.images.generate(JSON.parse(process.env.CLIPGEN_BODY));
  for await (const event of stream) {
    console.log(event.type, event.partial_image_index ?? '', Buffer.from(event.b64_json, 'base64').length > 0 ? 'image' : 'empty');
    if (++seen === abortAfter) stream.controller.abort();
  }
  console.log(seen === abortAfter ? 'aborted' : 'end');
} catch (e) {
  console.log('threw', e.constructor.name, e.code, e.type);
}
