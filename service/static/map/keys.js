// Which keys do something wherever the reader is on the page?
const FIELDS = "input, select, textarea, button, a, summary, [role=slider], [role=separator], dialog *";

/** act: {" ": play, n: next change, p: previous change, "/": search}. */
export function createKeys(act) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    const onControl = event.key === " " && event.target.matches(FIELDS) && !event.target.matches("[role=slider]");
    if (typing || onControl || document.querySelector("dialog[open]")) return;
    const call = act[event.key];
    if (!call) return;
    event.preventDefault();
    call();
  });
}
