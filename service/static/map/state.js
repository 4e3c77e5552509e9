// What is on the screen: one set of values, and who wants to hear when some of them change.

/** given: the values to begin with. */
export function createState(given) {
  const values = { ...given };
  const listeners = [];
  let depth = 0;
  let dirty = new Set();

  function tell() {
    while (dirty.size) {
      const changed = dirty;
      dirty = new Set();
      for (const [keys, listener] of listeners) {
        if (keys.some((key) => changed.has(key))) listener(values, changed);
      }
    }
  }

  return {
    values,
    /** Change some values; listeners hear once, and only of what differs. */
    set(patch) {
      for (const [key, value] of Object.entries(patch)) {
        if (JSON.stringify(values[key]) === JSON.stringify(value)) continue;
        values[key] = value;
        dirty.add(key);
      }
      if (depth || !dirty.size) return;
      depth += 1;
      try {
        tell();
      } finally {
        depth -= 1;
      }
    },
    /** Hear when one of the keys changes. */
    on(keys, listener) {
      listeners.push([keys, listener]);
    },
  };
}
