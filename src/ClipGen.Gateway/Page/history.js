// What was drawn in this browser: newest first, bounded.

const name = "clipgen.history", most = 50;

export function entries() {
  try { return JSON.parse(localStorage.getItem(name)) ?? []; } catch { return []; }
}

/** @param entry { id, request, seconds, at } */
export function add(entry) {
  const all = [entry, ...entries().filter(e => e.id !== entry.id)].slice(0, most);
  try { localStorage.setItem(name, JSON.stringify(all)); } catch { /* the browser's store is full or off: the page works without */ }
}

export const clear = () => localStorage.removeItem(name);

/** Seconds from submission to picture of the latest pictures, oldest first. */
export const latencies = () => entries().map(e => e.seconds).filter(s => s > 0).slice(0, 30).reverse();
