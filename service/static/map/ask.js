// What does the server say: each address is asked once, and an answer no longer wanted is let go.
const KEPT = 80;
const answers = new Map();

/** The JSON of a path; the same path is not asked again. Raises Error with the server's words. */
export async function ask(path, signal) {
  if (answers.has(path)) return answers.get(path);
  const answer = await fetch(path, { signal, headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(await reason(answer));
  const found = await answer.json();
  answers.set(path, found);
  if (answers.size > KEPT) answers.delete(answers.keys().next().value);
  return found;
}

/** Whether the answer is here already. */
export const known = (path) => answers.has(path);

async function reason(answer) {
  try {
    return (await answer.json()).detail ?? `${answer.status}`;
  } catch {
    return `${answer.status} ${answer.statusText}`;
  }
}

/** Asks where each question lets go of the one before it; undefined for what was let go. */
export function lane() {
  let current = null;
  return async (path) => {
    current?.abort();
    const own = (current = new AbortController());
    try {
      const found = await ask(path, own.signal);
      return own.signal.aborted ? undefined : found;
    } catch (error) {
      if (own.signal.aborted) return undefined;
      throw error;
    }
  };
}

/** A path of the service with the words given; null and undefined are left out. */
export function pathOf(about, path, words = {}) {
  const given = Object.entries(words).filter(([, value]) => value !== null && value !== undefined);
  const query = new URLSearchParams([...given, ["release", about.release]]).toString();
  return `${about.root}${path}?${query.replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}
