// What must the reader know of the page itself, over the map: each thing once, until it is dealt with.
import { byId, el } from "./dom.js";
import { t } from "./words.js";

const shown = new Map();

/** Say something; words(): its text. act: {label: key of the words, press()} for a button. The same key says it anew. */
export function notice(key, words, act = null) {
  shown.set(key, { words, act });
  drawNotices();
}

export function dropNotice(key) {
  if (shown.delete(key)) drawNotices();
}

/** All of them, in the language of the page. */
export function drawNotices() {
  byId("notices").replaceChildren(...[...shown].map(([key, { words, act }]) =>
    el("p", { data: { notice: key } }, el("span", {}, words()),
      act ? el("button", { type: "button", class: "plain", onclick: act.press }, t(act.label)) : "",
      el("button", { type: "button", class: "icon", "aria-label": t("close"), onclick: () => dropNotice(key) }, "×"))));
}
