// Which source answers for a day? The server has said it, for all stretches of days.

/** about: its sources in the order they are asked, and who answers from when on; wanted: one by name, or null. */
export function choose({ sources, stretches }, day, wanted = null) {
  const chosen = wanted ?? stretches.findLast((stretch) => stretch.firstDay <= day)?.source;
  return sources.find((source) => source.id === chosen) ?? sources[wanted === null ? sources.length - 1 : 0];
}

/** The source whose control is shown for a day. */
export const sourceOf = (about, values, day = values.day) => choose(about, day, values.source);

/** The source it is compared with, null where none is. */
export function otherOf(about, values) {
  const other = about.sources.find((entry) => entry.id === values.differ) ?? null;
  return other === null || other.id === sourceOf(about, values, values.day).id ? null : other;
}

/** Whether a source says anything of a day. */
export const reaches = (source, day) => source.firstDay <= day;
