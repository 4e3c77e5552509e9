// How do the address, the browser's history and the screen keep together?
import { read, write } from "./permalink.js";

const REST = 150;

/** camera(): where the map is, or null; jump(camera): take it there; restored(hash): the screen is as an address says. */
export function remember(about, state, usual, { camera, jump, restored }) {
  let due = 0;

  function put(how) {
    clearTimeout(due);
    due = 0;
    history[how](null, "", location.pathname + location.search + write(state.values, about, usual));
  }

  // Days that are dragged over or played, and the map's place, write over the entry they are in.
  state.on(Object.keys(usual), () => {
    clearTimeout(due);
    due = setTimeout(put, REST, "replaceState");
  });
  state.keep({
    /** The entry that is left brings back the map's place too, though nobody moved it. */
    leave() {
      state.set({ camera: state.values.camera ?? camera() });
      put("replaceState");
    },
    arrive: () => put("pushState"),
  });

  function restore() {
    clearTimeout(due);
    const wanted = read(location.hash, about, usual);
    state.set({ ...wanted, camera: wanted.camera ?? state.values.camera });
    if (wanted.camera) jump(wanted.camera);
    restored(location.hash);
  }

  // Back and forward are popstate; an address the reader edits is both, and is read once more in vain.
  addEventListener("popstate", restore);
  addEventListener("hashchange", restore);
}
