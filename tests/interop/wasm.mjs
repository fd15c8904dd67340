// Asks the module the questions on standard input (JSON) and writes one line of answer each.
//
// Usage: node wasm.mjs VERIFY.mjs MODULE.wasm <questions.json

import assert from "node:assert";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [wrapper, module] = process.argv.slice(2);
const { load } = await import(pathToFileURL(wrapper));
const verify = await load(readFileSync(module));
assert.throws(() => verify({ time: "2026-11-24" }), { message: "no document" });
assert.throws(() => verify({ pdf: new Uint8Array(1) }), { message: "no moment in RFC 3339" });
assert.throws(() => verify({ pdf: new Uint8Array(1), time: "2026-11-24", anchors: ["no certificate"] }), /certificate/i);
for (const { file, anchors, crls, at } of JSON.parse(readFileSync(0, "utf8"))) {
  const read = (paths) => paths.map((path) => readFileSync(path));
  const { line } = verify({ pdf: readFileSync(file), anchors: read(anchors), crls: read(crls), time: at, name: file });
  process.stdout.write(`${line}\n`);
}
