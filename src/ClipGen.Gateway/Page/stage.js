// Where the picture stands: while it is drawn, and the kept ones, best first.

import * as api from "./api.js";
import { $, element } from "./dom.js";

let turn = 0;     // rises whenever something else takes the stage: what was fetched for another is thrown away
let kept = null;  // { generation, files, urls, index }

/** Nothing but a title. */
export function clear(title) {
  release();
  $("grid").replaceChildren();
  $("image").hidden = true;
  $("veil").hidden = true;
  $("caption").textContent = title;
}

export function status(text) {
  $("status").textContent = text;
}

/** The rows that are drawn; what is below them the server has filled with something calm. */
export function preview(part) {
  $("image").src = `data:image/${part.output_format};base64,${part.b64_json}`;
  $("image").alt = `Preview, ${part.rows} of ${part.rows_total} rows`;
  $("image").hidden = false;
  $("veil").hidden = false;
  $("veil").style.height = `${100 - 100 * part.rows / part.rows_total}%`;
}

/** Shows a generation's images, the best one large. Returns whether it has, or something else has taken the stage meanwhile. */
export async function show(generation, title) {
  const mine = ++turn;
  const files = await Promise.all(generation.images.map(image => api.image(image.url)));
  if (mine !== turn) return false;
  clear(title);
  const urls = files.map(file => URL.createObjectURL(file));
  kept = { generation, files, urls, index: 0 };
  $("grid").replaceChildren(...generation.images.map((image, i) => {
    const item = document.createElement("li"), button = document.createElement("button"), picture = new Image();
    picture.src = urls[i];
    picture.alt = `Number ${image.rank} of ${generation.images.length}`;
    button.type = "button";
    button.append(picture, element("span", `${image.rank}. ${image.clip_score.toFixed(3)}`));
    button.addEventListener("click", () => pick(i));
    item.append(button);
    return item;
  }));
  pick(0);
  return true;
}

/** The image that is picked: { image, file, number (from 0) }, or null. */
export const picked = () => kept && { image: kept.generation.images[kept.index], file: kept.files[kept.index], number: kept.index };

function pick(index) {
  kept.index = index;
  const image = kept.generation.images[index], title = $("caption").textContent;
  $("image").src = kept.urls[index];
  $("image").alt = title;
  $("image").hidden = false;
  $("score").textContent = `score ${image.clip_score.toFixed(3)} · candidate ${image.candidate}`;
  $("download").href = kept.urls[index];
  $("download").download = fileName(image);
  [...$("grid").querySelectorAll("button")].forEach((button, i) => button.setAttribute("aria-pressed", String(i === index)));
}

export const fileName = image => image.name.split("/").pop();

function release() {
  turn++;
  for (const url of kept?.urls ?? []) URL.revokeObjectURL(url);
  kept = null;
  $("score").textContent = "";
}
