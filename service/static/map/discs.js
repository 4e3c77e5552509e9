// Where may a deposit lie: a circle of its uncertainty on the ground.
const EARTH = 6371008.8;
const CORNERS = 64;
const rad = Math.PI / 180;

/** A polygon all of whose corners are as far from the centre, metres, on the sphere. */
export function circle([lon, lat], radius) {
  const [phi, angle] = [lat * rad, radius / EARTH];
  const ring = Array.from({ length: CORNERS + 1 }, (_, n) => {
    const bearing = ((n % CORNERS) / CORNERS) * 2 * Math.PI;
    const other = Math.asin(Math.sin(phi) * Math.cos(angle) + Math.cos(phi) * Math.sin(angle) * Math.cos(bearing));
    const east = Math.atan2(Math.sin(bearing) * Math.sin(angle) * Math.cos(phi), Math.cos(angle) - Math.sin(phi) * Math.sin(other));
    return [lon + east / rad, other / rad];
  });
  return { type: "Polygon", coordinates: [ring] };
}

/** Discs of point deposits and outlines of the others, as GeoJSON. */
export function discs(features) {
  const shapes = features.flatMap(({ geometry, properties }) => {
    if (geometry?.type !== "Point") return geometry ? [[geometry, properties]] : [];
    const radius = properties.position_uncertainty_m;
    return radius ? [[circle(geometry.coordinates, radius), properties]] : [];
  });
  return {
    type: "FeatureCollection",
    features: shapes.map(([geometry, { id, commodities }]) => ({ type: "Feature", geometry, properties: { id, commodities: `,${commodities.join(",")},` } })),
  };
}
