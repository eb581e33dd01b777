// The playground: what happens when one clicks.

import * as api from "./api.js";
import * as cluster from "./cluster.js";
import * as form from "./form.js";
import * as history from "./history.js";
import * as imagePrompt from "./imageprompt.js";
import * as key from "./key.js";
import * as stage from "./stage.js";
import { Drawing, show } from "./drawing.js";
import { $, element, thumbnail, toast } from "./dom.js";
import { snippet } from "./snippets.js";

const origin = new URL(".", location.href).href;
let drawing = null;
let shown = null;   // the history's entry that is on the stage

api.whenKeyIsNeeded(key.ask);

function problem(error) {
  $("problem").hidden = !error;
  form.markInvalid(error?.params ?? []);
  if (!error) return;
  const wait = error.retryAfter ? ` Try again in ${Math.ceil(error.retryAfter / 1000)} s.` : "";
  $("problem").textContent = form.inWords(error.message) + wait;
}

let without = false;   // whether the problem that is shown is that there are no models
async function loadModels() {
  try {
    if (await form.loadModels() === 0) throw new Error("No device is ready yet; this page waits for one.");
    if (without) problem(null);
    without = false;
  } catch (error) {
    problem(error);
    without = true;
    // A cluster that still loads is ready soon; a key that was not given is asked for again by whatever needs it.
    if (error.status !== 401) setTimeout(loadModels, error.retryAfter ?? 2000);
  }
}

// ——— drawing ———

async function draw() {
  if (busyNow() || !$("form").reportValidity()) return;
  problem(null);
  const asked = form.read(), begun = performance.now();
  shown = null;
  try {
    const request = form.body(asked);
    drawing = new Drawing();
    showState();
    const end = await drawing.run(request, form.title(asked));
    if (end.state === "completed") await remember(end, asked, request, (performance.now() - begun) / 1000);
  } catch (error) {
    problem(error);
  } finally {
    drawing = null;
    showState();
  }
}

function busyNow() {
  if (drawing) toast("A picture is being drawn; Esc cancels it.");
  return drawing !== null;
}

async function remember(generation, asked, request, seconds) {
  const small = await thumbnail(stage.picked().file, 160).catch(() => null);
  shown = { id: generation.id, title: form.title(asked), thumbnail: small, asked, request: settled(generation, request), seconds, at: Date.now() };
  history.add(shown);
  drawHistory();
}

/** The request with what the server filled in: what makes these very pictures again. */
const settled = (generation, { partial_images: _, image, prompts, ...request }) => ({
  ...request, ...image && { image: "" }, ...prompts && { prompts: prompts.map(p => p.image ? { ...p, image: "" } : p) },   // the history keeps it where it is small
  model: generation.model, seed: generation.seed, candidates: generation.candidates, n: generation.n,
  top_k: generation.top_k, top_p: generation.top_p, temperature: generation.temperature,
});

function showState() {
  $("submit").setAttribute("aria-disabled", String(drawing !== null));
  $("cancel").classList.toggle("away", drawing === null);
  $("progress").classList.toggle("away", drawing === null);
  $("onward").classList.toggle("away", drawing !== null || shown === null);
}

// ——— going on from a picture ———

/** The form as it was for the picture that is shown, but for what is to be different. */
function from(changes) {
  form.fill({ ...shown.asked, seed: "", ...changes });
}

/** The picked picture as a prompt's. */
const pickedImage = () => imagePrompt.read(stage.picked().file, stage.fileName(stage.picked().image));

async function goOn(change) {
  if (busyNow()) return;
  try {
    from(await change());
    await draw();
  } catch (error) {
    problem(error);
  }
}

const variation = () => goOn(async () => ({ prompt: "", image: await pickedImage() }));
const moreLikeThis = () => goOn(async () => ({ image: await pickedImage() }));
const again = () => goOn(async () => ({ image: shown.asked.image }));

function sameSeed() {
  if (busyNow()) return;
  from({ seed: String(shown.request.seed) });
  $("prompt").focus();
  $("prompt").select();
}

// ——— history ———

async function open(entry) {
  if (busyNow()) return;
  problem(null);
  form.fill({ ...entry.asked, seed: String(entry.request.seed) });
  shown = null;
  try {
    await show(await api.generation(entry.id), entry.title);
    shown = entry;
    $("stage").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth", block: "nearest" });
  } catch (error) {
    const lost = entry.asked.image && !entry.asked.image.data ? "add its picture again, and Draw makes the same pictures." : "Draw makes the same pictures again.";
    problem(error.status === 404 ? new Error(`The server no longer has this one; ${lost}`) : error);
  }
  showState();
}

function drawHistory() {
  const all = history.entries();
  $("no-history").hidden = all.length > 0;
  $("clear-history").classList.toggle("away", all.length === 0);
  $("history").replaceChildren(...all.map(entry => {
    const item = document.createElement("li"), button = document.createElement("button");
    const when = new Date(entry.at).toLocaleString([], { dateStyle: "short", timeStyle: "short" });
    button.type = "button";
    button.title = `${entry.title}\nseed ${entry.request.seed}, ${when}`;
    button.append(pictureOf(entry), element("span", entry.title, "what"), element("span", `seed ${entry.request.seed} · ${when}`, "when"));
    button.addEventListener("click", () => open(entry));
    item.append(button);
    return item;
  }));
}

function pictureOf(entry) {
  if (!entry.thumbnail) return element("span", "", "blank");
  const image = new Image();
  image.alt = "";
  image.src = entry.thumbnail;
  return image;
}

// ——— the rest ———

function view(name) {
  for (const each of ["draw", "cluster"]) {
    $(each).hidden = each !== name;
    $(`view-${each}`).setAttribute("aria-pressed", String(each === name));
  }
  cluster.watch(name === "cluster");
  if (location.hash.slice(1) !== name) window.history.replaceState(null, "", name === "draw" ? "." : `#${name}`);
}

const wanted = () => ({ request: shown.request, number: stage.picked()?.number ?? 0, image: shown.asked.image?.name ?? null });

async function copy(kind) {
  const text = snippet(kind, wanted(), origin, api.key.get() !== "");
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied.");
  } catch {
    // Without permission, or on plain http: shown, to be taken by hand.
    $("copy-text").value = text;
    $("copy-dialog").showModal();
    $("copy-text").select();
    $("copy-text").scrollTop = 0;   // selecting scrolls to the end
  }
}

$("form").addEventListener("submit", event => {
  event.preventDefault();
  draw();
});
$("prompt").addEventListener("keydown", event => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!event.repeat) draw();
});
document.addEventListener("keydown", event => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") drawing?.cancel();
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName)) {
    event.preventDefault();
    view("draw");
    $("prompt").focus();
  }
});
$("cancel").addEventListener("click", () => drawing?.cancel());
$("model").addEventListener("change", form.describeModel);
for (const [id, action] of Object.entries({ variation, "more-like-this": moreLikeThis, again, "same-seed": sameSeed })) $(id).addEventListener("click", action);
$("clear-history").addEventListener("click", () => {
  history.clear();
  drawHistory();
  $("prompt").focus();
});
$("key-button").addEventListener("click", async () => { if (await key.ask()) loadModels(); });
for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button.dataset.copy));
$("view-draw").addEventListener("click", () => view("draw"));
$("view-cluster").addEventListener("click", () => view("cluster"));
imagePrompt.listen(problem);
view(location.hash === "#cluster" ? "cluster" : "draw");
drawHistory();
showState();
loadModels();
