// Which of several deposits under one spot does the reader mean?
import { byId, el, verdictMark } from "./dom.js";
import { named, t } from "./words.js";

/** choose(id): one was picked. Returns {offer, close}; close() says whether there was a list. */
export function createPick(choose) {
  const list = byId("pick");
  let opener = null;

  function close() {
    const open = !list.hidden;
    if (open && list.contains(document.activeElement)) opener?.focus?.({ preventScroll: true });
    list.hidden = true;
    return open;
  }

  function take(id) {
    close();
    choose(id);
  }

  /** Offer some at a point of the stage: {id, verdict, names}. */
  function offer(entries, { x, y }) {
    opener = document.activeElement;
    list.replaceChildren(el("p", { id: "pick-title" }, t("pick", { n: entries.length })),
      el("ul", {}, entries.map((entry) => el("li", {}, el("button", { type: "button", class: "plain", onclick: () => take(entry.id) }, verdictMark(entry.verdict, named(entry)))))));
    list.hidden = false;
    const stage = byId("stage").getBoundingClientRect();
    const box = list.getBoundingClientRect();
    list.style.setProperty("--x", `${Math.max(8, Math.min(x + 10, stage.width - box.width - 8))}px`);
    list.style.setProperty("--y", `${Math.max(8, Math.min(y + 10, stage.height - box.height - 8))}px`);
    list.querySelector("button").focus({ preventScroll: true });
  }

  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...list.querySelectorAll("button")];
    buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
  });
  return { offer, close };
}
