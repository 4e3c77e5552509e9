// Lets Node import packages that were written for bundlers: `./decoder` means `./decoder.js`.
import { register } from "node:module";

register("./without_suffix_hooks.mjs", import.meta.url);
