// The HTTP API, as the page needs it.

const keyName = "clipgen.key";

export const key = {
  get: () => localStorage.getItem(keyName) ?? "",
  set: value => value ? localStorage.setItem(keyName, value) : localStorage.removeItem(keyName),
};

/** An answer that is an error: message, code, parameter and when to try again (ms), as the server told them. */
export class ApiError extends Error {
  constructor(status, body, retryAfter) {
    const error = body?.error;
    super(error?.errors?.length > 1 ? error.errors.map(e => `${e.param} ${e.message}`).join("\n") : error?.message ?? `The server answered ${status}.`);
    this.status = status;
    this.code = error?.code ?? null;
    this.param = error?.param ?? null;
    this.retryAfter = retryAfter;
  }
}

async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  if (key.get()) headers.set("Authorization", `Bearer ${key.get()}`);
  const answer = await fetch(path, { ...options, headers });
  if (answer.ok) return answer;
  const retryAfter = Number(answer.headers.get("retry-after-ms")) || Number(answer.headers.get("retry-after")) * 1000 || null;
  throw new ApiError(answer.status, await answer.json().catch(() => null), retryAfter);
}

export const models = async () => (await (await ask("v1/models")).json()).data;

export const cluster = async signal => (await ask("v1/cluster", { signal })).json();

export const generation = async id => (await ask(`v1/generations/${encodeURIComponent(id)}`)).json();

export const cancel = id => ask(`v1/generations/${encodeURIComponent(id)}`, { method: "DELETE" });

export async function submit(request, signal) {
  const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
  return (await ask("v1/generations", { method: "POST", headers, body: JSON.stringify(request), signal })).json();
}

/** The file as an object URL: an <img> could not send the key. The caller revokes it. */
export const image = async url => URL.createObjectURL(await (await ask(url)).blob());

/** Events of a generation to its end; goes on after the last one seen when the connection drops. */
export async function* events(id, signal) {
  const last = new Set(["completed", "failed", "cancelled"]);
  let seen = null, drops = 0;
  while (true) {
    try {
      const headers = { Accept: "text/event-stream" };
      if (seen !== null) headers["Last-Event-ID"] = seen;
      const answer = await ask(`v1/generations/${encodeURIComponent(id)}/events`, { headers, signal });
      for await (const event of parse(answer.body)) {
        drops = 0;
        if (event.id) seen = event.id;
        if (event.data.error) throw new ApiError(200, event.data, null);
        yield event.data;
        if (last.has(event.data.type)) return;
      }
    } catch (problem) {
      if (signal?.aborted || problem instanceof ApiError && problem.status < 500) throw problem;
      if (++drops > 8) throw problem;
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
