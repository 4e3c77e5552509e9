// How is what is on the screen cited?
import { copyBox, opens } from "./dialogs.js";
import { byId, el } from "./dom.js";
import { t } from "./words.js";

/** The address of a view with its state as a query, which a server sees: it draws the picture others show of it. */
export function sharedOf(view) {
  const { origin, pathname, search, hash } = new URL(view);
  return `${origin}${pathname}?${[hash.slice(1), search.slice(1)].filter(Boolean).join("&")}`;
}

/** The address of a view's picture: the words of its state and its release, as a query. */
export const pictureOf = (view) => sharedOf(view).replace("/map?", "/picture.png?");

/** The code that shows a view in a frame on another page. */
export function frameOf(view) {
  const address = pictureOf(view).replace("/picture.png?", "/embed?").replaceAll("&", "&amp;");
  return `<iframe src="${address}" title="Lodeline" width="720" height="520" loading="lazy"></iframe>`;
}

/** answer(): the server's answer for the day; view(): the address of the page as it stands. */
export function createCite(answer, view) {
  opens("open-cite", "cite", () => {
    const citation = answer()?.citation;
    byId("cite-body").replaceChildren(
      copyBox(t("cite_view"), sharedOf(view())),
      copyBox(t("embed_picture"), pictureOf(view())),
      copyBox(t("embed_code"), frameOf(view()), "pre"),
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
