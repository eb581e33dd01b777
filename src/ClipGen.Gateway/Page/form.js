// The form: what is asked for, as the page keeps it and as the API takes it.

import * as api from "./api.js";
import * as imagePrompt from "./imageprompt.js";
import { $ } from "./dom.js";

// Field of the form, the API's name for it, and what it is when nobody says.
const numbers = [["seed", "seed", ""], ["candidates", "candidates", ""], ["keep", "n", "4"], ["top-k", "top_k", ""], ["top-p", "top_p", ""], ["temperature", "temperature", ""]];
const choices = [["format", "output_format", "png"], ["priority", "priority", "interactive"]];
const fieldOf = new Map([...numbers, ...choices, ["prompt", "prompt"], ["model", "model"], ["add-image", "image"], ["add-image", "prompts"]].map(([id, name]) => [name, id]));

let models = [];

/** Asks which models there are; returns how many. */
export async function loadModels() {
  models = await api.models();
  const before = $("model").value;
  $("model").replaceChildren(...models.map(model => new Option(model.id)));
  if (models.some(m => m.id === before)) $("model").value = before;
  describeModel();
  return models.length;
}

export function describeModel() {
  const model = modelNow();
  if (!model) return;
  $("candidates").placeholder = model.default_candidates;
  $("top-k").max = model.codebook_size;
  $("top-k").placeholder = Math.min(500, model.codebook_size);
}

const modelNow = () => models.find(m => m.id === $("model").value);

/** What the form says: texts of its fields by the API's names, and the picture. */
export function read() {
  const fields = Object.fromEntries([...numbers, ...choices].map(([id, name]) => [name, $(id).value.trim()]));
  return { ...fields, prompt: $("prompt").value.trim(), model: $("model").value, image: imagePrompt.get() };
}

/** Makes the form say what it said when it was read. */
export function fill(asked) {
  $("prompt").value = asked.prompt;
  for (const [id, name, usual] of [...numbers, ...choices]) $(id).value = asked[name] ?? usual;
  if ([...$("model").options].some(o => o.value === asked.model)) $("model").value = asked.model;
  describeModel();
  imagePrompt.set(asked.image?.data ? asked.image : null);
}

/** The API's body for what the form says. Throws what is wrong with it, to be read. */
export function body(asked) {
  const number = name => asked[name] === "" ? undefined : Number(asked[name]);
  const seed = number("seed");
  if (seed !== undefined && !Number.isSafeInteger(seed)) throw new Error("This page takes seeds up to 9007199254740991; larger ones go through the API.");
  return {
    ...prompts(asked),
    model: asked.model || undefined,
    seed,
    candidates: number("candidates"),
    n: keep(number("n") ?? 1, number("candidates")),
    top_k: number("top_k"),
    top_p: number("top_p"),
    temperature: number("temperature"),
    output_format: asked.output_format,
    priority: asked.priority,
    partial_images: 3,
  };
}

function prompts({ prompt, image }) {
  if (!image) return { prompt };
  if (prompt === "") return { image: image.data };
  if (image.weight === 50) return { prompt, image: image.data };
  return { prompts: [{ text: prompt, weight: (100 - image.weight) / 100 }, { image: image.data, weight: image.weight / 100 }] };
}

/** As many as wished, as far as there are candidates; an explicit contradiction is left to the server to name. */
function keep(wish, candidates) {
  const model = modelNow();
  return candidates === undefined && model ? Math.min(wish, model.default_candidates) : wish;
}

/** What one would call it. */
export const title = ({ prompt, image }) => !image ? prompt : prompt === "" ? `Like ${image.name}` : `${prompt}, like ${image.name}`;

/** Marks the fields that the server has named, and shows them; none for an empty list. */
export function markInvalid(params) {
  for (const id of fieldOf.values()) $(id).removeAttribute("aria-invalid");
  // What is wrong with prompts[1].image is wrong with prompts.
  const fields = params.map(param => fieldOf.get(/^\w+/.exec(param)?.[0])).filter(id => id).map($);
  for (const field of fields) {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "problem");
    if ($("settings").contains(field)) $("settings").open = true;
  }
}

/** The page's word for a parameter, where it has a field for it. */
export function inWords(message) {
  return message.split("\n").map(line => {
    const [param] = line.split(" ", 1), field = fieldOf.has(param) && $(fieldOf.get(param));
    const label = field && field.closest("label")?.firstChild.textContent.trim();
    return label ? label + line.slice(param.length) : line;
  }).join("\n");
}
