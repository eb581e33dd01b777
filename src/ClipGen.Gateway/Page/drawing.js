// One generation on the page: from submission to the ranked grid.

import * as api from "./api.js";

const $ = id => document.getElementById(id);

export class Drawing {
  #id = null;
  #cancelled = false;
  #submission = new AbortController();

  /** Submits and follows to the end. Returns the generation as it ended, completed or cancelled; throws what went wrong otherwise. */
  async run(request) {
    release();
    $("grid").replaceChildren();
    $("image").hidden = true;
    $("caption").textContent = request.prompt;
    $("progress").removeAttribute("value");
    status("Sending …");
    try {
      const accepted = await api.submit(request, this.#submission.signal);
      this.#id = accepted.id;
      if (this.#cancelled) await api.cancel(this.#id);
      for await (const event of api.events(this.#id)) this.#follow(event);
      const end = await api.generation(this.#id);
      if (end.state === "failed") throw new Error(end.error?.message ?? "It failed.");
      if (end.state === "completed") await this.show(end);
      else status("Cancelled.");
      return end;
    } catch (error) {
      status("");
      if (this.#cancelled) { status("Cancelled."); return { state: "cancelled" }; }
      throw error;
    }
  }

  async cancel() {
    if (this.#cancelled) return;
    this.#cancelled = true;
    status("Cancelling …");
    if (this.#id === null) this.#submission.abort();
    else await api.cancel(this.#id).catch(() => { /* it has ended meanwhile: the last event says how */ });
  }

  /** The kept images, the best one large. */
  async show(generation) {
    release();
    const urls = await Promise.all(generation.images.map(image => api.image(image.url)));
    held.push(...urls);
    $("grid").replaceChildren(...generation.images.map((image, i) => {
      const item = document.createElement("li"), button = document.createElement("button"), picture = new Image(), text = document.createElement("span");
      picture.src = urls[i];
      picture.alt = `Number ${image.rank} of ${generation.images.length}`;
      text.textContent = `${image.rank}. score ${image.clip_score.toFixed(3)}`;
      button.type = "button";
      button.append(picture, text);
      button.addEventListener("click", () => pick(generation, i, urls));
      item.append(button);
      return item;
    }));
    pick(generation, 0, urls);
    const seconds = generation.seconds ? ` in ${generation.seconds.total.toFixed(1)} s` : "";
    status(`Best ${generation.n} of ${generation.candidates}${seconds} · seed ${generation.seed}`);
  }

  #follow(event) {
    if (event.codes_total > 0 && event.codes_drawn > 0) {
      $("progress").max = event.codes_total;
      $("progress").value = event.codes_drawn;
    }
    if (event.preview) preview(event.preview);
    if (this.#cancelled) return;
    const eta = event.eta_ms > 0 ? ` · about ${duration(event.eta_ms)} left` : "";
    if (event.state === "queued") status(event.queue_position > 0 ? `Waiting behind ${event.queue_position} sequences${eta}` : `Waiting${eta}`);
    else if (event.type === "retried") status("Something was lost on the way; it is drawn again.");
    else if (event.type === "decoded") status("Ranking and storing …");
    else if (event.state === "running") status(`Drawing, ${Math.floor(100 * event.codes_drawn / Math.max(event.codes_total, 1))} %${eta}`);
  }
}

// Object URLs of the pictures on the page, until others take their place.
const held = [];

function release() {
  for (const url of held.splice(0)) URL.revokeObjectURL(url);
}

function preview(part) {
  $("image").src = `data:image/${part.output_format};base64,${part.b64_json}`;
  $("image").alt = `Preview, ${part.rows} of ${part.rows_total} rows`;
  $("image").hidden = false;
}

function pick(generation, index, urls) {
  const image = generation.images[index];
  $("image").src = urls[index];
  $("image").alt = generation.prompt;
  $("image").hidden = false;
  $("caption").textContent = `${generation.prompt} · candidate ${image.candidate}, score ${image.clip_score.toFixed(3)}`;
  $("download").href = urls[index];
  $("download").download = image.name.split("/").pop();
  [...$("grid").querySelectorAll("button")].forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
}

function status(text) {
  $("status").textContent = text;
}

const duration = ms => ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : ms < 100_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
