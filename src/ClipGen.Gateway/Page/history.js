// What was drawn in this browser: newest first, bounded.

const name = "clipgen.history.2", most = 50, longestImage = 90_000;

export function entries() {
  try { return JSON.parse(localStorage.getItem(name)) ?? []; } catch { return []; }
}

/**
 * @param entry id of the generation; title; thumbnail (data URL); asked, as the form tells it; request, as the API takes it, with all
 * defaults filled; seconds from submission to picture; at (ms). Large pictures of prompts are not kept, their thumbnails are.
 */
export function add(entry) {
  const { image } = entry.asked, kept = image?.data?.length > longestImage ? { ...image, data: null } : image;
  const all = [{ ...entry, asked: { ...entry.asked, image: kept } }, ...entries().filter(e => e.id !== entry.id)].slice(0, most);
  try { localStorage.setItem(name, JSON.stringify(all)); } catch { /* the browser's store is full or off: the page works without */ }
}

export const clear = () => localStorage.removeItem(name);

/** Seconds from submission to picture of the latest pictures, oldest first. */
export const latencies = () => entries().map(e => e.seconds).filter(s => s > 0).slice(0, 60).reverse();
