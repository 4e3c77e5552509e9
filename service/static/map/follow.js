// Is the release on the screen still the one that is published?
import { dropNotice, notice } from "./notices.js";
import { t } from "./words.js";

const EVERY = 5 * 60_000;

/** Looks now and then, when the reader comes back to the page, and when asked to: look(). */
export function followReleases(about) {
  async function look() {
    if (about.pinned || document.hidden) return;
    const answer = await fetch(`${about.root}/readyz`, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const { release } = await answer.json();
    if (!release || release === about.release) return dropNotice("release");
    notice("release", () => t("release_newer", { release }), { label: "release_show", press: () => location.reload() });
  }

  setInterval(look, EVERY);
  for (const event of ["visibilitychange", "pageshow", "online"]) addEventListener(event, look);
  return { look };
}
