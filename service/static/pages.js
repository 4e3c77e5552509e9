// What pages say by script, in the language of the page.
const WORDS = {
  en: { copy: "Copy", copied: "Copied", select: "Select the text to copy it" },
  uk: { copy: "Копіювати", copied: "Скопійовано", select: "Виділіть текст, щоб скопіювати" },
};
const language = document.documentElement.lang;
const words = WORDS[language] ?? WORDS.en;

// Puts a "Copy" button beside what is worth copying; without it, the text is there to select.
for (const box of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = words.copy;
  const said = document.createElement("span");
  said.className = "hidden";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(box.textContent.trim());
      button.textContent = words.copied;
      said.textContent = words.copied;
    } catch {
      button.textContent = words.select;
    }
    setTimeout(() => {
      button.textContent = words.copy;
      said.textContent = "";
    }, 2500);
  });
  (box.closest("pre") ?? box).after(button, said);
}

// Leaves fields that were not filled in out of the address, so that it can be read and cited.
for (const form of document.querySelectorAll("form[method=get]")) {
  form.addEventListener("formdata", (event) => {
    const given = event.formData;
    for (const name of new Set(given.keys())) {
      const texts = given.getAll(name).filter((text) => text !== "");
      given.delete(name);
      for (const text of texts) given.append(name, text);
    }
  });
}

// Sorts the tables that are whole on the page by a button in each head; the server's own tables sort by links.
const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
const bare = (cell) => (cell?.querySelector("time")?.dateTime ?? cell?.textContent ?? "").trim();
const figure = (text) => {
  const plain = text.replace(/[\s\u202f\u00a0]/g, "").replace("\u2212", "-").replace(",", ".");
  const match = /^[<>]?(-?\d+(?:\.\d+)?)/.exec(plain);
  return match ? Number(match[1]) * (/^\d[\d.]*(m|м)(?![a-zа-яm])/.test(plain) ? 0.001 : 1) : null;
};
const compare = (a, b) => {
  const [x, y] = [figure(a), figure(b)];
  return x !== null && y !== null && !/^\d{4}-\d\d/.test(a) ? x - y : collator.compare(a, b);
};
for (const table of document.querySelectorAll("table")) {
  const [body, ...more] = table.tBodies;
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  if (more.length || !body || body.rows.length < 3 || table.querySelector("[aria-sort], [rowspan], [colspan]")) continue;
  const sort = (head, column) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    const rows = [...body.rows].map((row) => ({ row, text: bare(row.cells[column]) }));
    rows.sort((a, b) => (a.text === "–") - (b.text === "–") || (down ? compare(b.text, a.text) : compare(a.text, b.text)));
    body.append(...rows.map(({ row }) => row));
    for (const other of heads) other.setAttribute("aria-sort", other === head ? (down ? "descending" : "ascending") : "none");
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, column));
    head.append(button);
    head.setAttribute("aria-sort", "none");
  });
}
