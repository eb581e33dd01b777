// The live view of the cluster: asks every two seconds while it is looked at.

import * as api from "./api.js";
import { latencies } from "./history.js";
import { sparkline } from "./sparkline.js";
import { $, element } from "./dom.js";

const interval = 2000, mostSamples = 60;   // two minutes
const samples = new Map();                 // by model: { rates, latencies }, oldest first
let watching = null;

export function watch(on) {
  watching?.abort();
  watching = null;
  if (!on) return;
  watching = new AbortController();
  follow(watching.signal);
}

async function follow(signal) {
  while (!signal.aborted) {
    try {
      if (!document.hidden) {
        const state = await api.cluster(signal);
        if (signal.aborted) return;
        sample(state);
        show(state);
      }
      problem(null);
    } catch (error) {
      if (signal.aborted) return;
      problem(error.message);
    }
    await new Promise(resolve => setTimeout(resolve, interval));
  }
}

function problem(message) {
  $("cluster-problem").hidden = !message;
  $("cluster-problem").textContent = message ?? "";
  $("cluster").classList.toggle("stale", Boolean(message));
}

/** Remembers what the sparklines are drawn from. A server may not tell all of it. */
function sample(state) {
  const models = new Set(state.queues.map(queue => queue.model));
  for (const model of samples.keys()) if (!models.has(model)) samples.delete(model);
  for (const queue of state.queues) {
    const past = samples.get(queue.model) ?? { rates: [], latencies: [] };
    samples.set(queue.model, past);
    keep(past.rates, queue.images_per_second);
    keep(past.latencies, queue.latency_p50);
  }
}

function keep(list, value) {
  list.push(value ?? null);
  if (list.length > mostSamples) list.shift();
}

function show(state) {
  const sum = (list, pick) => list.reduce((total, item) => total + (pick(item) ?? 0), 0);
  const devices = [...new Map(state.devices.map(device => [device.key, device])).values()];   // one has an entry for each of its models
  const slots = sum(devices, d => d.slots), free = sum(devices, d => d.free);
  $("figure-devices").textContent = devices.length;
  $("figure-slots").textContent = `${slots - free} of ${slots}`;
  $("figure-waiting").textContent = sum(state.queues, q => q.waiting);
  const rates = state.queues.map(q => q.images_per_second).filter(rate => rate != null);
  $("figure-rate").textContent = rates.length ? rate(rates.reduce((a, b) => a + b)) : "–";
  const own = latencies();
  $("figure-latency").replaceChildren(element("span", own.length ? seconds(own.at(-1)) : "–"), sparkline(own, "Seconds of the latest pictures of this browser"));
  $("models").replaceChildren(...state.queues.map(modelItem));
  $("no-devices").hidden = devices.length > 0;
  $("silos").replaceChildren(...state.silos.map(silo => siloItem(silo, state.devices.filter(d => d.silo === silo.name))));
}

const rate = value => value.toFixed(value < 10 ? 2 : 0);
const seconds = value => value == null ? "–" : `${value.toFixed(value < 10 ? 1 : 0)} s`;

function modelItem(queue) {
  const item = document.createElement("li"), list = element("dl", "", "figures"), past = samples.get(queue.model);
  const figure = (name, value, ...more) => {
    const box = document.createElement("div"), figures = element("dd", value);
    figures.append(...more);
    box.append(element("dt", name), figures);
    list.append(box);
  };
  figure("Waiting", queue.waiting);
  figure("Unfinished", queue.unfinished);
  if (queue.images_per_second != null) figure("Images a second", rate(queue.images_per_second), sparkline(past.rates, "Images a second in the last two minutes"));
  if (queue.latency_p50 != null) figure("Latency, median · p95", `${seconds(queue.latency_p50)} · ${seconds(queue.latency_p95)}`, sparkline(past.latencies, "Median latency in the last two minutes"));
  if (queue.eta_error_median != null) figure("ETA error, median", `${(100 * queue.eta_error_median).toFixed(0)} %`);
  item.append(element("h3", queue.model), list);
  return item;
}

function siloItem(silo, devices) {
  const item = document.createElement("li"), head = document.createElement("h3");
  head.append(silo.name, " ", element("span", silo.status, `state ${silo.status === "active" ? "good" : "trouble"}`));
  item.append(head);
  if (devices.length) {
    const list = document.createElement("ul");
    list.append(...devices.map(deviceItem));
    item.append(list);
  }
  return item;
}

function deviceItem(device) {
  const item = document.createElement("li"), meter = document.createElement("meter"), used = device.slots - device.free;
  const name = `${device.key.slice(device.silo.length + 1)} · ${device.model}`, trouble = device.trouble ?? (device.draining ? "draining" : null);
  meter.max = device.slots;
  meter.value = used;
  meter.setAttribute("aria-label", `Slots in use on ${name}`);
  item.append(element("span", name), meter, element("span", trouble ?? `${used} of ${device.slots} slots`, trouble ? "state trouble" : "state"));
  return item;
}
