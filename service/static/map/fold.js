// Are two names the same to a reader who types: case, accents, apostrophes and spellings in Latin letters do not count.
const MARKS = /[\u0300-\u036f]/g;
const APOSTROPHES = /['’ʼ`´ʹ"“”«»]/g;

/** A text as it is compared; й and ї keep what makes them letters of their own, Latin y, j and i are one. */
export function fold(text) {
  const kept = text.toLowerCase().replace(APOSTROPHES, "");
  const bare = [...kept].map((letter) => ("йїґ".includes(letter) ? letter : letter.normalize("NFD").replace(MARKS, ""))).join("");
  return bare.replace(/[yj]/g, "i").replace(/i+/g, "i");
}

/** How well a name fits what was typed: 0 begins with it, 1 a word of it does, 2 holds it, null not. */
export function fit(name, typed) {
  const [text, wanted] = [fold(name), fold(typed)];
  const at = text.indexOf(wanted);
  if (at < 0) return null;
  if (at === 0) return 0;
  return new RegExp(`[\\s(-]${wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "u").test(text) ? 1 : 2;
}

/** A pattern of LIKE that misses no name `fit` would take: what it takes too much, `fit` leaves out. */
export function loose(typed) {
  const bare = typed.replace(APOSTROPHES, "");
  // Too short a text would fit everything: it is taken at its word.
  if (bare.length < 4) return typed.replace(APOSTROPHES, "_");
  return bare
    .replace(/([бвдзкмпрсфч])(?=[яюєї])/giu, "$1%")
    .replace(/([dlnrstz])(?=[a-z])/gi, "$1%")
    .replace(/[yij]/gi, "_");
}
