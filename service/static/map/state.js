// What is on the screen: one set of values, and who wants to hear when some of them change.

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** given: the values to begin with. */
export function createState(given) {
  const values = { ...given };
  const listeners = [];
  let steps = { leave() {}, arrive() {} };
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

  /** Change some values; listeners hear once, and only of what differs. */
  function set(patch) {
    for (const [key, value] of Object.entries(patch)) {
      if (same(values[key], value)) continue;
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
  }

  return {
    values,
    set,
    /** Change some values as a step the reader may come back from; moved: the map goes elsewhere too. */
    step(patch, moved = false) {
      if (!moved && Object.entries(patch).every(([key, value]) => same(values[key], value))) return;
      steps.leave();
      set(patch);
      steps.arrive();
    },
    /** Hear when one of the keys changes. */
    on(keys, listener) {
      listeners.push([keys, listener]);
    },
    /** Who keeps the history: leave() before a step, arrive() after it. */
    keep(history) {
      steps = history;
    },
  };
}
