// How do download and citation open, and how is a text copied?
import { byId, el } from "./dom.js";
import { t } from "./words.js";

/** Open a dialog by a button; fill(): what to put in when it opens. */
export function opens(button, dialog, fill) {
  byId(button).addEventListener("click", () => {
    fill();
    byId(dialog).showModal();
  });
  byId(dialog).addEventListener("click", (event) => event.target === event.currentTarget && byId(dialog).close());
}

/** A text in a box with a button that copies it. */
export function copyBox(label, text, tag = "p") {
  const said = el("span", { class: "hidden", role: "status" });
  const button = el("button", { type: "button", class: "copy" }, t("copy"));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = said.textContent = t("copied");
    } catch {
      button.textContent = t("copy_failed");
    }
    setTimeout(() => ((button.textContent = t("copy")), (said.textContent = "")), 2500);
  });
  return el("div", { class: "copybox" }, el("h3", {}, label), el(tag, { class: "copied-text", tabindex: 0 }, text), button, said);
}
