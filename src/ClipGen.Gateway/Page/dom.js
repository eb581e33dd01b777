// Small things that every part of the page needs.

export const $ = id => document.getElementById(id);

export function element(tag, text = "", className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

export const duration = ms => ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : ms < 100_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

/** Said by screen readers and shown to nobody: what changes many times a second would drown everything else. */
export function announce(text) {
  $("announcer").textContent = text;
}

let timer;
export function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(() => $("toast").classList.remove("shown"), 3000);
}

/** A small JPEG of a picture, as a data URL. Throws when the file is no picture that the browser can read. */
export async function thumbnail(blob, side) {
  const bitmap = await createImageBitmap(blob);
  try {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height)), canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "white";   // JPEG has no transparency
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.85);
  } finally {
    bitmap.close();
  }
}
