// OpenAI's own Node client, as it is by default, against a server that has no room at first: what takes the room (CLIPGEN_IN_THE_WAY) is
// cancelled once the client has been refused. Prints the status of every answer and the time between them in milliseconds, as JSON.
// Run from a folder that has node_modules/openai.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { default: OpenAI } = await import(pathToFileURL(createRequire(process.cwd() + '/').resolve('openai')).href);
const statuses = [], waits = [], asked = [];
let refusedAt;
const client = new OpenAI({
  apiKey: 'any',
  baseURL: `${process.env.CLIPGEN_URL}v1`,
  fetch: async (...call) => {
    if (refusedAt) waits.push(performance.now() - refusedAt);
    const answer = await fetch(...call);
    statuses.push(answer.status);
    asked.push(Number(answer.headers.get('retry-after-ms')));
    if (answer.status === 429) await fetch(`${process.env.CLIPGEN_URL}v1/generations/${process.env.CLIPGEN_IN_THE_WAY}`, { method: 'DELETE' });
    refusedAt = performance.now();
    return answer;
  },
});
const made = await client.images.generate(JSON.parse(process.env.CLIPGEN_BODY));
console.log(JSON.stringify({ statuses, waits, asked, images: made.data.length }));
