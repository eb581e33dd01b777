// A picture as a prompt: chosen, dropped, pasted, or one that was drawn here.

import { $, thumbnail, toast } from "./dom.js";

const mostBytes = 10_000_000, half = 50;
let current = null;

/** { name, data (a data URL), thumbnail, weight (percent) }, or null. */
export const get = () => current && { ...current, weight: Number($("weight").value) };

/** @param image As get() tells it; null for none. */
export function set(image) {
  current = image;
  $("image-prompt").hidden = !image;
  $("prompt").required = !image;
  if (!image) return;
  $("image-prompt-thumbnail").src = image.thumbnail;
  $("image-prompt-name").textContent = image.name;
  $("weight").value = image.weight ?? half;
  describe();
}

/** Takes a file as the prompt's picture. Throws what is wrong with it, to be read. */
export async function take(file, name = file.name) {
  set(await read(file, name));
  toast(`The prompt has the picture ${name}.`);
}

/** A picture file as get() tells it. Throws what is wrong with it, to be read. */
export async function read(file, name) {
  if (file.size > mostBytes) throw new Error(`“${name}” has ${(file.size / 1e6).toFixed(1)} MB; at most 10 MB are taken.`);
  const kind = kindOf(new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  if (!kind) throw new Error(`“${name}” is no PNG, JPEG or WebP picture.`);
  const blob = new Blob([file], { type: kind });
  try {
    return { name, data: await dataUrl(blob), thumbnail: await thumbnail(blob, 96), weight: half };
  } catch {
    throw new Error(`“${name}” is damaged: this browser cannot read it.`);
  }
}

/** By its first bytes: a file's name may say anything. */
function kindOf(bytes) {
  const starts = (at, ...values) => values.every((value, i) => bytes[at + i] === value);
  if (starts(0, 0x89, 0x50, 0x4e, 0x47)) return "image/png";
  if (starts(0, 0xff, 0xd8, 0xff)) return "image/jpeg";
  if (starts(0, 0x52, 0x49, 0x46, 0x46) && starts(8, 0x57, 0x45, 0x42, 0x50)) return "image/webp";
  return null;
}

function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** What the weight means beside the text that is there now. */
function describe() {
  const alone = $("prompt").value.trim() === "", share = Number($("weight").value);
  $("weight").disabled = alone;
  $("weight-text").textContent = alone ? "the picture alone" : `${100 - share} % text, ${share} % picture`;
}

/** @param problem Shows an error, or clears it with null. */
export function listen(problem) {
  const attempt = async file => {
    problem(null);
    try {
      await take(file);
    } catch (error) {
      problem(error);
    }
  };
  const hasFiles = event => event.dataTransfer?.types.includes("Files");
  const dropping = on => $("composer").classList.toggle("dropping", on);
  $("add-image").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => {
    const [file] = $("file").files;
    if (file) attempt(file);
    $("file").value = "";   // so that the same file can be chosen again
  });
  $("image-prompt-remove").addEventListener("click", () => {
    set(null);
    $("prompt").focus();
  });
  $("prompt").addEventListener("input", describe);
  $("weight").addEventListener("input", describe);
  // The whole page takes what is dropped: a browser would leave it for the file.
  document.addEventListener("dragover", event => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    dropping(true);
  });
  document.addEventListener("dragleave", event => { if (!event.relatedTarget) dropping(false); });
  document.addEventListener("drop", event => {
    dropping(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files[0]) attempt(event.dataTransfer.files[0]);
  });
  document.addEventListener("paste", event => {
    const file = event.clipboardData?.files[0];
    if (!file) return;
    event.preventDefault();
    attempt(file);
  });
}
