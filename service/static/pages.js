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
