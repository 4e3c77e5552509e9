// Which colours does the page have, light or dark?

/** The theme wanted, else the system's. */
export const themeOf = (wanted) => wanted ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

/** A share of one colour laid over another, both `#rrggbb`. */
export function blend(over, under, share) {
  const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const below = parts(under);
  const mixed = parts(over).map((value, n) => Math.round(value * share + below[n] * (1 - share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** Everything the map is painted with in a theme. */
export function paints(palette, theme) {
  const { verdict, control, basemap } = palette[theme];
  const dark = theme === "dark";
  return {
    theme,
    verdict,
    basemap,
    held: blend(control.occupied, basemap.land, dark ? 0.33 : 0.26),
    fresh: blend(control.occupied, basemap.land, dark ? 0.72 : 0.68),
    fought: blend(control.contested, basemap.land, dark ? 0.26 : 0.2),
    fought_line: blend(control.contested, basemap.land, dark ? 0.75 : 0.62),
    left: blend(verdict.government, basemap.land, dark ? 0.34 : 0.26),
    line: dark ? "#ffd9d3" : "#5c0a16",
    casing: dark ? "#14181c" : "#fffaf2",
    other: dark ? "#7fd1e0" : "#00626f",
    ink: basemap.label,
  };
}

/** Tell the sheet the colours of a theme. */
export function dress(palette, theme) {
  const root = document.documentElement;
  root.dataset.theme = theme;
  const found = paints(palette, theme);
  for (const [name, value] of Object.entries(found.verdict)) root.style.setProperty(`--${name}`, value);
  for (const name of ["held", "fresh", "fought", "fought_line", "left", "line", "other"]) {
    root.style.setProperty(`--map-${name.replace("_", "-")}`, found[name]);
  }
  root.style.setProperty("--map-land", found.basemap.land);
  return found;
}
