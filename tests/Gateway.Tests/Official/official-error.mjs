// OpenAI's own Node client, given one call as JSON in CLIPGEN_CALL; prints what it made of the error, as JSON.
// Run from a folder that has node_modules/openai.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { default: OpenAI } = await import(pathToFileURL(createRequire(process.cwd() + '/').resolve('openai')).href);
const { url, key, get, body, headers } = JSON.parse(process.env.CLIPGEN_CALL);
let tries = 0;
const client = new OpenAI({ apiKey: key, baseURL: `${url}v1`, maxRetries: Number(process.env.CLIPGEN_RETRIES ?? 0), fetch: (...call) => (tries++, fetch(...call)) });
try {
  await (get ? client.get(get) : client.images.generate(body, { headers }));
  console.log('{}');
} catch (e) {
  const header = name => e.headers?.get(name) ?? null;
  console.log(JSON.stringify({
    class: e.constructor.name, status: e.status, type: e.type, code: e.code, param: e.param, message: e.message, request: e.requestID, tries,
    retryAfter: header('retry-after'), retryAfterMs: header('retry-after-ms'), shouldRetry: header('x-should-retry'),
  }));
}
