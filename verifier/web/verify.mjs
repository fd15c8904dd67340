// The verifier's WebAssembly module as one function, for browsers and Node.
//
//   import { load } from "./verify.mjs";
//   const verify = await load(await fetch("verifier_web.wasm").then((response) => response.arrayBuffer()));
//   const { report } = verify({ pdf, anchors: [pem], crls: [crl], time: new Date() });
//
// Octets are Uint8Array; texts (PEM) may be strings. The document never leaves the page: the module imports nothing.

const KINDS = { anchors: "a", timeStampAnchors: "s", crls: "c", time: "t", language: "l", name: "n", pdf: "p" };

/// Takes the module's octets; gives a function from a question to `{ report, line }`: the line that `teken-verify --json`
/// writes, and what it says. The function throws
/// an Error when the question cannot be asked (a damaged anchor or list, no document).
export async function load(octets) {
  const module = await WebAssembly.compile(octets);
  let exports;
  return ({ pdf, anchors = [], timeStampAnchors = [], crls = [], time, language = "id", name = "-" }) => {
    // A module that trapped (its memory was full) is not used again.
    exports ??= new WebAssembly.Instance(module, {}).exports;
    const parts = [
      ...anchors.map((file) => [KINDS.anchors, file]),
      ...timeStampAnchors.map((file) => [KINDS.timeStampAnchors, file]),
      ...crls.map((file) => [KINDS.crls, file]),
      [KINDS.time, time instanceof Date ? time.toISOString().replace(/\.\d+Z$/, "Z") : time],
      [KINDS.language, language],
      [KINDS.name, name],
      [KINDS.pdf, pdf],
    ]
      // What was not given is left out: the module says what is missing.
      .filter(([, value]) => value !== undefined)
      .map(([kind, value]) => [kind, typeof value === "string" ? new TextEncoder().encode(value) : value]);
    const length = parts.reduce((sum, [, value]) => sum + 5 + value.length, 0);
    let line;
    try {
      let at = exports.reserve(length) >>> 0;
      const view = new DataView(exports.memory.buffer);
      const memory = new Uint8Array(exports.memory.buffer);
      for (const [kind, value] of parts) {
        memory[at] = kind.charCodeAt(0);
        view.setUint32(at + 1, value.length, true);
        memory.set(value, at + 5);
        at += 5 + value.length;
      }
      const answer = exports.verify();
      // The memory may have grown, and then its old views are empty.
      line = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, exports.answer() >>> 0, answer));
    } catch (fault) {
      exports = undefined;
      throw fault;
    }
    const report = JSON.parse(line);
    if (report.error !== undefined) throw new Error(report.error);
    return { report, line };
  };
}
