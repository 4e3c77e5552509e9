// What is drawn where the server's style cannot be had: ground, and land by the base map's tiles.

/** A plain style in the colours of a theme. */
export function plainStyle(about, paint) {
  const { basemap } = paint;
  const fill = (id, colour) => ({ id, type: "fill", source: "basemap", "source-layer": id, paint: { "fill-color": colour } });
  const stroke = (id, colour, width) => ({ id, type: "line", source: "basemap", "source-layer": id, paint: { "line-color": colour, "line-width": width } });
  return {
    version: 8,
    glyphs: `${about.base}/fonts/{fontstack}/{range}.pbf`,
    sources: { basemap: { type: "vector", tiles: [about.tiles.basemap], minzoom: 0, maxzoom: 8 } },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": basemap.sea } },
      fill("land", basemap.land),
      fill("water", basemap.lake),
      stroke("rivers", basemap.river, 0.8),
      stroke("oblasts", basemap.oblast, 0.7),
      stroke("borders", basemap.border, 1.2),
    ],
  };
}
