// Which source answers for a day? The rule of the server: the first in order that reaches it.

/** sources: in the order they are asked; wanted: one by name, or null. */
export function choose(sources, day, wanted = null) {
  if (wanted !== null) return sources.find((source) => source.id === wanted) ?? sources[0];
  return sources.find((source) => source.firstDay <= day) ?? sources[sources.length - 1];
}

/** Whether a source says anything of a day. */
export const reaches = (source, day) => source.firstDay <= day;
