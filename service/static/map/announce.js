// What does a screen reader hear: day and counts, once they have settled.
import { byId, settled } from "./dom.js";

const say = settled((text) => (byId("live").textContent = text), 600);

/** Say politely; the same is not said twice. */
export function announce(text) {
  if (byId("live").textContent !== text) say(text);
}
