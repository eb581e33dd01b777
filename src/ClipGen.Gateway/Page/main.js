// The playground: form, progress, ranked grid, history. Views of a generation are in drawing.js.

import * as api from "./api.js";
import * as history from "./history.js";
import * as cluster from "./cluster.js";
import { snippet } from "./snippets.js";
import { Drawing } from "./drawing.js";

const $ = id => document.getElementById(id);
const origin = new URL(".", location.href).href;
let drawing = null, shown = null;

// ——— form ———

function request() {
  const text = id => $(id).value.trim(), number = id => text(id) === "" ? undefined : Number(text(id));
  const seed = text("seed");
  return {
    prompt: text("prompt"),
    model: text("model") || undefined,
    // A seed may have 20 digits, more than a JavaScript number keeps: only those it does keep are sent.
    seed: seed === "" ? undefined : Number(seed),
    candidates: number("candidates"),
    n: keep(number("candidates")),
    top_k: number("top-k"),
    top_p: number("top-p"),
    temperature: number("temperature"),
    output_format: text("format"),
    priority: text("priority"),
    partial_images: 3,
  };
}

/** As many as wished, as far as there are candidates; an explicit contradiction is left to the server to name. */
function keep(candidates) {
  const wish = Number($("keep").value || 1), model = models.find(m => m.id === $("model").value);
  return candidates === undefined && model ? Math.min(wish, model.default_candidates) : wish;
}

function fill(values) {
  $("prompt").value = values.prompt ?? "";
  $("seed").value = values.seed ?? "";
  if (values.model && [...$("model").options].some(o => o.value === values.model)) $("model").value = values.model;
  for (const [id, name] of [["candidates", "candidates"], ["keep", "n"], ["top-k", "top_k"], ["top-p", "top_p"], ["temperature", "temperature"]]) {
    $(id).value = values[name] ?? (id === "keep" ? 4 : "");
  }
  $("format").value = values.output_format ?? "png";
  $("priority").value = values.priority ?? "interactive";
}

function problem(error) {
  $("problem").hidden = !error;
  if (!error) return;
  const wait = error.retryAfter ? ` Try again in ${Math.ceil(error.retryAfter / 1000)} s.` : "";
  $("problem").textContent = error.message + wait;
  if (error.status === 401) askKey();
}

let models = [];
async function loadModels() {
  try {
    models = await api.models();
    const before = $("model").value;
    $("model").replaceChildren(...models.map(model => new Option(model.id)));
    if (models.some(m => m.id === before)) $("model").value = before;
    describeModel();
    problem(null);
  } catch (error) {
    problem(error);
    // A cluster that still loads answers soon; a key that is missing is asked for.
    if (error.status !== 401) setTimeout(loadModels, error.retryAfter ?? 2000);
  }
}

function describeModel() {
  const model = models.find(m => m.id === $("model").value);
  if (!model) return;
  $("candidates").placeholder = model.default_candidates;
  $("top-k").max = model.codebook_size;
  $("top-k").placeholder = Math.min(500, model.codebook_size);
}

// ——— drawing ———

async function draw() {
  if (!$("form").reportValidity()) return;
  if (drawing) return toast("A picture is being drawn; Esc cancels it.");
  const asked = request();
  if (asked.seed !== undefined && !Number.isSafeInteger(asked.seed)) return problem(new Error("This page takes seeds up to 9007199254740991; larger ones go through the API."));
  problem(null);
  const begun = performance.now();
  drawing = new Drawing();
  busy(true);
  try {
    const end = await drawing.run(asked);
    if (end.state === "completed") {
      const seconds = (performance.now() - begun) / 1000;
      shown = end;
      history.add({ id: end.id, request: settled(end, asked), seconds, at: Date.now() });
      drawHistory();
    }
  } catch (error) {
    problem(error);
  } finally {
    drawing = null;
    busy(false);
  }
}

/** The request with what the server filled in: what makes these very pictures again. */
const settled = (generation, asked) => ({
  ...asked, model: generation.model, seed: generation.seed, candidates: generation.candidates, n: generation.n,
  top_k: generation.top_k, top_p: generation.top_p, temperature: generation.temperature,
});

function busy(on) {
  $("submit").disabled = on;
  $("cancel").hidden = !on;
  $("progress").hidden = !on;
  $("onward").hidden = on || !shown;
}

async function open(entry) {
  if (drawing) return toast("A picture is being drawn; Esc cancels it.");
  problem(null);
  fill(entry.request);
  try {
    shown = await api.generation(entry.id);
    await new Drawing().show(shown);
    busy(false);
    scrollTo({ top: 0, behavior: "smooth" });
  } catch (error) {
    // Kept for a while only: its request makes the same pictures again.
    problem(error.status === 404 ? new Error("The server no longer has this one; Draw makes the same pictures again.") : error);
  }
}

// ——— history ———

function drawHistory() {
  const all = history.entries();
  $("no-history").hidden = all.length > 0;
  $("clear-history").hidden = all.length === 0;
  $("history").replaceChildren(...all.map(entry => {
    const item = document.createElement("li"), button = document.createElement("button");
    const what = document.createElement("span"), when = document.createElement("span");
    what.className = "what";
    what.textContent = entry.request.prompt;
    when.className = "when";
    when.textContent = `seed ${entry.request.seed} · ${new Date(entry.at).toLocaleString([], { dateStyle: "short", timeStyle: "short" })}`;
    button.type = "button";
    button.append(blank(), what, when);
    button.addEventListener("click", () => open(entry));
    item.append(button);
    thumbnail(entry, button);
    return item;
  }));
}

const thumbnails = new Map();
async function thumbnail(entry, button) {
  try {
    if (!thumbnails.has(entry.id)) {
      const generation = await api.generation(entry.id);
      thumbnails.set(entry.id, await api.image(generation.images[0].url));
    }
    const image = new Image();
    image.alt = "";
    image.src = thumbnails.get(entry.id);
    button.firstChild.replaceWith(image);
  } catch { /* the picture is gone or the server is: the entry stays without one */ }
}

function blank() {
  const made = document.createElement("span");
  made.className = "blank";
  return made;
}

// ——— the rest ———

function askKey() {
  $("key").value = api.key.get();
  if (!$("key-dialog").open) $("key-dialog").showModal();
}

let toastTimer;
function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $("toast").classList.remove("shown"), 2500);
}

function view(name) {
  for (const each of ["draw", "cluster"]) {
    $(each).hidden = each !== name;
    $(`view-${each}`).setAttribute("aria-pressed", String(each === name));
  }
  cluster.watch(name === "cluster");
  if (location.hash.slice(1) !== name) window.history.replaceState(null, "", name === "draw" ? "." : `#${name}`);
}

async function copy(kind) {
  const text = snippet(kind, settled(shown, request()), origin, api.key.get() !== "");
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    // Without permission, or on plain http: shown to be taken by hand.
    prompt("Copy this:", text);
  }
}

$("form").addEventListener("submit", event => { event.preventDefault(); draw(); });
$("prompt").addEventListener("keydown", event => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); draw(); }
});
document.addEventListener("keydown", event => {
  if (event.key === "Escape" && drawing && !$("key-dialog").open) drawing.cancel();
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName)) { event.preventDefault(); view("draw"); $("prompt").focus(); }
});
$("cancel").addEventListener("click", () => drawing?.cancel());
$("model").addEventListener("change", describeModel);
$("again").addEventListener("click", () => { $("seed").value = ""; draw(); });
$("same-seed").addEventListener("click", () => { $("seed").value = shown.seed; $("prompt").focus(); $("prompt").select(); });
$("clear-history").addEventListener("click", () => { history.clear(); drawHistory(); });
$("key-button").addEventListener("click", askKey);
$("key-dialog").addEventListener("close", () => {
  if ($("key-dialog").returnValue !== "save") return;
  api.key.set($("key").value.trim());
  loadModels();
  drawHistory();
});
for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button.dataset.copy));
$("view-draw").addEventListener("click", () => view("draw"));
$("view-cluster").addEventListener("click", () => view("cluster"));
view(location.hash === "#cluster" ? "cluster" : "draw");
drawHistory();
loadModels();
