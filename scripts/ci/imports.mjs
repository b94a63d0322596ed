// Fails when a wasm module imports anything, or holds so little that it proves nothing.
import { readFileSync } from "node:fs";

const bytes = readFileSync(process.argv[2]);
const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
if (imports.length > 0) {
  console.error("the engine imports:");
  for (const { module, name, kind } of imports) console.error(`  ${kind} ${module}.${name}`);
  process.exit(1);
}
if (bytes.length < 100_000) {
  console.error(`a module of ${bytes.length} bytes cannot be the engine with all its code`);
  process.exit(1);
}
