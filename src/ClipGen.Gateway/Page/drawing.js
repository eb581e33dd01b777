// One generation, from submission to the ranked grid.

import * as api from "./api.js";
import * as stage from "./stage.js";
import { $, announce, duration } from "./dom.js";

const patience = 1000;   // ms without an event after which is asked how it stands: who waits in the queue hears of no event

export class Drawing {
  #id = null;
  #cancelled = false;
  #begun = false;
  #heard = 0;
  #said = "";

  /** Submits and follows to the end. Returns the generation as it ended, completed or cancelled; throws what went wrong otherwise. */
  async run(request, title) {
    stage.clear(title);
    $("progress").removeAttribute("value");
    this.#tell("Sending …");
    try {
      const accepted = await api.submit(request);
      this.#id = accepted.id;
      if (this.#cancelled) await api.cancel(this.#id);
      await this.#watch();
      const end = await api.generation(this.#id);
      if (end.state === "failed") throw new Error(end.error?.message ?? "It failed.");
      if (end.state === "completed") await show(end, title);
      else {
        $("veil").hidden = true;
        this.#tell("Cancelled.");
      }
      return end;
    } catch (error) {
      $("veil").hidden = true;
      stage.status("");
      throw error;
    }
  }

  async cancel() {
    if (this.#cancelled) return;
    this.#cancelled = true;
    stage.status("Cancelling …");
    // Before it is accepted there is nothing to cancel: run() does it then.
    if (this.#id !== null) await api.cancel(this.#id).catch(() => { /* it has ended meanwhile: the last event says how */ });
  }

  async #watch() {
    const asking = setInterval(async () => {
      if (performance.now() - this.#heard < patience) return;
      const state = await api.generation(this.#id).catch(() => null);   // the events' own trouble is told of by themselves
      if (state?.state === "running" || state?.state === "queued") this.#follow(state);
    }, patience);
    try {
      for await (const event of api.events(this.#id)) this.#follow(event);
    } finally {
      clearInterval(asking);
      this.#heard = Infinity;
    }
  }

  /** @param event An event, or the generation as it stands. */
  #follow(event) {
    if (this.#heard === Infinity) return;   // an answer from before the end
    this.#heard = performance.now();
    this.#begun ||= event.codes_drawn > 0 || event.preview !== undefined;
    if (event.codes_total > 0 && event.codes_drawn > 0) {
      $("progress").max = event.codes_total;
      $("progress").value = event.codes_drawn;
    }
    if (event.preview) stage.preview(event.preview);
    if (this.#cancelled) return;
    const eta = event.eta_ms > 0 ? ` · about ${duration(event.eta_ms)} left` : "";
    if (event.state === "queued" || event.queue_position > 0 && !this.#begun) this.#tell("Waiting", `${event.queue_position > 0 ? ` · ${event.queue_position} ahead in the queue` : ""}${eta}`);
    else if (event.type === "retried") this.#tell("Something was lost on the way; it is drawn again.");
    else if (event.type === "decoded") this.#tell("Ranking and storing …");
    else if (event.state === "running") this.#tell("Drawing", ` · ${Math.floor(100 * event.codes_drawn / Math.max(event.codes_total, 1))} %${eta}`);
  }

  /** Shown always, said when it is news. */
  #tell(what, more = "") {
    stage.status(what + more);
    if (what !== this.#said) announce(what);
    this.#said = what;
  }
}

/** Puts a completed generation on the stage. */
export async function show(generation, title) {
  if (!await stage.show(generation, title)) return;
  const seconds = generation.seconds ? ` in ${generation.seconds.total.toFixed(1)} s` : "";
  stage.status(`Best ${generation.n} of ${generation.candidates}${seconds} · seed ${generation.seed}`);
  announce(`Done: best ${generation.n} of ${generation.candidates}.`);
}
