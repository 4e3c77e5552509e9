// Are two names the same to a reader who types: case, accents and apostrophes do not count.
const MARKS = /[\u0300-\u036f]/g;
const APOSTROPHES = /['’ʼ`´ʹ"“”«»]/g;

/** A text as it is compared; й and ї keep what makes them letters of their own. */
export function fold(text) {
  const kept = text.toLowerCase().replace(APOSTROPHES, "");
  return [...kept].map((letter) => ("йїґ".includes(letter) ? letter : letter.normalize("NFD").replace(MARKS, ""))).join("");
}

/** How well a name fits what was typed: 0 begins with it, 1 a word of it does, 2 holds it, null not. */
export function fit(name, typed) {
  const [text, wanted] = [fold(name), fold(typed)];
  const at = text.indexOf(wanted);
  if (at < 0) return null;
  if (at === 0) return 0;
  return new RegExp(`[\\s(-]${wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "u").test(text) ? 1 : 2;
}
