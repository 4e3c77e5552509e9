// The hooks of without_suffix.mjs, which run in a thread of their own.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const MODULES = /\/node_modules\/@maplibre\/mlt\/dist\/.*\.js$/;

export async function resolve(specifier, context, next) {
  const inside = MODULES.test(context.parentURL ?? "");
  const bare = inside && specifier.startsWith(".") && !specifier.endsWith(".js");
  return next(bare ? `${specifier}.js` : specifier, context);
}

export async function load(url, context, next) {
  if (!MODULES.test(url)) return next(url, context);
  const source = await readFile(fileURLToPath(url), "utf8");
  return { format: "module", shortCircuit: true, source };
}
