// The card beside the map: it opens with a head, is filled when the answer is here, and closes by button or key.
import { byId, el } from "./dom.js";
import { t } from "./words.js";

/** close(): the reader is done with it; filled(): it was opened, and has its size now. */
export function createCard(close, filled) {
  const card = byId("detail");
  const rest = el("div", { class: "rest" });
  let shown = "";
  let opener = null;
  let fresh = false;

  /** Open with a head, unless it is open so already; what has the focus stays in place. */
  function open(key, title, also = null) {
    card.hidden = false;
    document.body.classList.add("detailed");
    if (shown === key) return;
    if (!shown) opener = document.activeElement;
    shown = key;
    fresh = true;
    rest.replaceChildren(el("p", { class: "faint" }, t("loading")));
    card.replaceChildren(el("header", {},
      el("h2", { id: "detail-title", tabindex: -1 }, title), also ?? "",
      el("button", { type: "button", class: "icon close", "aria-label": t("close"), onclick: close }, "×")), rest);
    card.scrollTop = 0;
  }

  function fill(...nodes) {
    rest.replaceChildren(...nodes);
    if (fresh) filled();
    fresh = false;
  }

  function shut() {
    if (shown && card.contains(document.activeElement)) opener?.focus?.();
    card.hidden = true;
    document.body.classList.remove("detailed");
    shown = "";
  }

  /** A better title for the card, if it is still the one. */
  function rename(key, title, also) {
    if (shown !== key) return;
    byId("detail-title").textContent = title;
    card.querySelector(".also").textContent = also;
  }

  return { open, fill, shut, rename, focus: () => byId("detail-title")?.focus() };
}
