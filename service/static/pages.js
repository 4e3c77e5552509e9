// Puts a "Copy" button beside what is worth copying; without it, the text is there to select.
for (const box of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  const said = document.createElement("span");
  said.className = "hidden";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(box.textContent.trim());
      button.textContent = "Copied";
      said.textContent = "Copied";
    } catch {
      button.textContent = "Select the text to copy it";
    }
    setTimeout(() => {
      button.textContent = "Copy";
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
