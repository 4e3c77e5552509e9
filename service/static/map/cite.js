// How is what is on the screen cited?
import { copyBox, opens } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { t } from "./words.js";

/** answer(): the server's answer for the day; view(): the address of the page as it stands. */
export function createCite(answer, view) {
  opens("open-cite", "cite", () => {
    const citation = answer()?.citation;
    byId("cite-body").replaceChildren(
      copyBox(t("cite_view"), view()),
      ...(citation
        ? [
            copyBox(t("cite_text"), citation.text),
            copyBox(t("cite_bibtex"), citation.bibtex, "pre"),
            el("h3", {}, t("cite_licences")),
            el("ul", { class: "licences" }, citation.licences.map((entry) => el("li", { lang: "en" }, el("b", {}, entry.source), ` ${entry.licence}. ${entry.attribution}`))),
            el("p", {}, el("a", { href: citation.permalink }, t("reserves_page"))),
          ]
        : [el("p", {}, t("loading"))]),
    );
  });
}
