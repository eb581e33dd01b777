// The API key: asked for when the server wants one, and when the user does.

import * as api from "./api.js";
import { $ } from "./dom.js";

let open = null;

/** Asks for the key; whoever asks meanwhile waits for the same answer. Resolves to whether it was given. */
export function ask(why = "") {
  open ??= new Promise(resolve => {
    $("key").value = api.key.get();
    $("key-why").textContent = why;
    $("key-dialog").returnValue = "";
    $("key-dialog").addEventListener("close", () => {
      const saved = $("key-dialog").returnValue === "save";
      if (saved) api.key.set($("key").value.trim());
      open = null;
      resolve(saved);
    }, { once: true });
    $("key-dialog").showModal();
  });
  return open;
}
