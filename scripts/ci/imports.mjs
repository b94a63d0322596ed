// Fails when the engine as wasm imports anything, or when the module holds too little of the engine to prove something.
import { readFileSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const imports = WebAssembly.Module.imports(module);
if (imports.length > 0) {
  console.error("the engine imports:");
  for (const { module, name, kind } of imports) console.error(`  ${kind} ${module}.${name}`);
  process.exit(1);
}

const names = WebAssembly.Module.customSections(module, "name").map((section) =>
  Buffer.from(section).toString("latin1"),
);
const functions = names.join().match(/hubferry/g)?.length ?? 0;
if (functions < 100) {
  console.error(`only ${functions} names of the engine in the module: the linker dropped its code`);
  process.exit(1);
}
console.log(`the engine imports nothing (${functions} of its names looked at)`);
