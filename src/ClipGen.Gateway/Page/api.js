// The HTTP API, as the page needs it.

const keyName = "clipgen.key";

export const key = {
  get: () => localStorage.getItem(keyName) ?? "",
  set: value => value ? localStorage.setItem(keyName, value) : localStorage.removeItem(keyName),
};

/** An answer that is an error: message, code, parameters and when to try again (ms), as the server told them. */
export class ApiError extends Error {
  constructor(status, body, retryAfter) {
    const error = body?.error, several = error?.errors?.length > 1;
    super(several ? error.errors.map(e => `${e.param} ${e.message}`).join("\n") : error?.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = error?.code ?? null;
    this.params = several ? error.errors.map(e => e.param) : error?.param ? [error.param] : [];
    this.retryAfter = retryAfter;
  }
}

let askForKey = async () => false;

/** @param handler Asks the user, who is told why, for a key; resolves to whether there is one. */
export function whenKeyIsNeeded(handler) {
  askForKey = handler;
}

/** @param quiet Whether a missing key is an error like any other: nobody has asked for this, so nobody is asked. */
async function ask(path, { quiet = false, ...options } = {}) {
  while (true) {
    const headers = new Headers(options.headers), used = key.get();
    if (used) headers.set("Authorization", `Bearer ${used}`);
    const answer = await reach(path, { ...options, headers });
    if (answer.ok) return answer;
    const hopeless = answer.headers.get("x-should-retry") === "false";
    const retryAfter = hopeless ? null : Number(answer.headers.get("retry-after-ms")) || Number(answer.headers.get("retry-after")) * 1000 || null;
    const error = new ApiError(answer.status, await answer.json().catch(() => null), retryAfter);
    if (error.status !== 401 || quiet) throw error;
    const another = key.get() !== used;   // given meanwhile
    if (!another && !await askForKey(used ? error.message : "This server asks for an API key.")) throw error;
  }
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Error("The server cannot be reached.", { cause: error });
  }
}

const generationPath = id => `v1/generations/${encodeURIComponent(id)}`;

export const models = async () => (await (await ask("v1/models")).json()).data;

export const cluster = async signal => (await ask("v1/cluster", { signal, quiet: true })).json();

export const generation = async id => (await ask(generationPath(id))).json();

export const cancel = id => ask(generationPath(id), { method: "DELETE" });

export async function submit(request) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
  return (await ask("v1/generations", { method: "POST", headers, body: JSON.stringify(request) })).json();
}

/** The file of an image: an <img> could not send the key. */
export const image = async url => (await ask(url)).blob();

/** Events of a generation to its end; goes on after the last one seen when the connection drops. */
export async function* events(id) {
  const last = new Set(["completed", "failed", "cancelled"]);
  let seen = null, drops = 0;
  while (true) {
    try {
      const headers = { Accept: "text/event-stream" };
      if (seen !== null) headers["Last-Event-ID"] = seen;
      const answer = await ask(`${generationPath(id)}/events`, { headers });
      if (answer.status === 204) return;   // its end has been seen
      for await (const event of parse(answer.body)) {
        drops = 0;
        if (event.id) seen = event.id;
        if (event.data.error) throw new ApiError(200, event.data, null);
        yield event.data;
        if (last.has(event.data.type)) return;
      }
    } catch (problem) {
      if (problem instanceof ApiError && problem.status < 500 || ++drops > 8) throw problem;
    }
    await new Promise(resolve => setTimeout(resolve, Math.min(250 * 2 ** drops, 5000)));
  }
}

/** Server-sent events of a byte stream: id and parsed data of each. */
async function* parse(stream) {
  let rest = "", id = null, data = [];
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      for (const line of lines) {
        if (line === "") {
          if (data.length) yield { id, data: JSON.parse(data.join("\n")) };
          data = [];
        } else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
        else if (line.startsWith("id:")) id = line.slice(3).trim();
      }
    }
  } finally {
    reader.cancel().catch(() => { });
  }
}
