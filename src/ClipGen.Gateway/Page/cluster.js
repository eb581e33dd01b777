// The live view of the cluster: asks every two seconds while it is looked at.

import * as api from "./api.js";
import { latencies } from "./history.js";

const $ = id => document.getElementById(id);
const interval = 2000;
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
      if (!document.hidden) show(await api.cluster(signal));
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
}

function show(state) {
  const sum = (list, pick) => list.reduce((total, item) => total + (pick(item) ?? 0), 0);
  const keys = new Map(state.devices.map(device => [device.key, device]));
  const slots = sum([...keys.values()], d => d.slots), free = sum([...keys.values()], d => d.free);
  $("figure-devices").textContent = keys.size;
  $("figure-slots").textContent = `${slots - free} of ${slots}`;
  $("figure-waiting").textContent = sum(state.queues, q => q.waiting);
  const rates = state.queues.filter(q => q.images_per_second != null);
  $("figure-rate").textContent = rates.length ? sum(rates, q => q.images_per_second).toFixed(2) : "–";
  const errors = state.queues.map(q => q.eta_error_median).filter(e => e != null);
  $("figure-eta").textContent = errors.length ? `${(100 * Math.max(...errors)).toFixed(0)} %` : "–";
  sparkline(latencies());
  $("silos").replaceChildren(...state.silos.map(silo => siloItem(silo, state.devices.filter(d => d.silo === silo.name))));
}

function sparkline(values) {
  const svg = $("sparkline");
  $("figure-latency").textContent = values.length ? `${values.at(-1).toFixed(1)} s` : "–";
  if (values.length < 2) return svg.replaceChildren();
  const top = Math.max(...values), step = 120 / (values.length - 1);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", values.map((value, i) => `${(i * step).toFixed(1)},${(26 - 24 * value / top).toFixed(1)}`).join(" "));
  svg.replaceChildren(line);
}

function siloItem(silo, devices) {
  const item = document.createElement("li");
  item.append(element("strong", silo.name), " ", element("span", silo.status, `state ${silo.status === "active" ? "active" : "trouble"}`));
  if (devices.length) {
    const list = document.createElement("ul");
    list.append(...devices.map(deviceItem));
    item.append(list);
  }
  return item;
}

function deviceItem(device) {
  const item = document.createElement("li"), meter = document.createElement("meter");
  meter.max = device.slots;
  meter.value = device.slots - device.free;
  meter.title = `${device.slots - device.free} of ${device.slots} slots in use`;
  const state = device.trouble ?? (device.draining ? "draining" : `${device.slots - device.free}/${device.slots}`);
  item.append(element("span", `${device.key.slice(device.silo.length + 1)} · ${device.model}`), meter, element("span", state, device.trouble || device.draining ? "state trouble" : "state"));
  return item;
}

function element(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}
