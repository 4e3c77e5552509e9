// What is in a vector tile? node --import ./without_suffix.mjs read_tile.mjs mvt|mlt < tile
// JSON on stdout: [{name, extent, features: [{id, type, paths, properties}]}].
import { readFileSync } from "node:fs";

const KINDS = ["point", "line", "area"];

function written(value) {
  return typeof value === "bigint" ? Number(value) : value;
}

function properties(found) {
  return Object.fromEntries(
    Object.entries(found).map(([name, value]) => [name, written(value)]),
  );
}

function positions(paths) {
  return paths.map((path) => path.map((point) => [point.x, point.y]));
}

async function readMvt(bytes) {
  const { VectorTile } = await import("@mapbox/vector-tile");
  const { PbfReader } = await import("pbf");
  const tile = new VectorTile(new PbfReader(bytes));
  return Object.values(tile.layers).map((layer) => ({
    name: layer.name,
    extent: layer.extent,
    features: Array.from({ length: layer.length }, (_, at) => {
      const own = layer.feature(at);
      return {
        id: own.id,
        type: KINDS[own.type - 1],
        paths: positions(own.loadGeometry()),
        properties: properties(own.properties),
      };
    }),
  }));
}

async function readMlt(bytes) {
  const { decodeTile } = await import("@maplibre/mlt");
  return decodeTile(bytes).map((table) => ({
    name: table.name,
    extent: table.extent,
    features: table.getFeatures().map((own) => ({
      id: written(own.id),
      type: KINDS[own.geometry.type % 3],
      paths: positions(own.geometry.coordinates),
      properties: properties(own.properties),
    })),
  }));
}

const bytes = new Uint8Array(readFileSync(0));
const read = process.argv[2] === "mlt" ? readMlt : readMvt;
process.stdout.write(JSON.stringify(await read(bytes)));
