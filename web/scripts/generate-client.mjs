// Writes src/lib/api/schema.d.ts from the server's OpenAPI document; with --check only compares,
// and fails if the committed file is not what would be written.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const source = process.env.NIGHTJAR_OPENAPI
  ? new URL(process.env.NIGHTJAR_OPENAPI, `file://${process.cwd()}/`)
  : new URL("../../crates/api/openapi.json", import.meta.url);
const target = new URL("../src/lib/api/schema.d.ts", import.meta.url);

const banner = "// Generated from crates/api/openapi.json by `npm run generate`. Do not edit.\n\n";
const wanted = banner + astToString(await openapiTS(source, { alphabetize: true }));

if (process.argv.includes("--check")) {
  const committed = await readFile(target, "utf8").catch(() => "");
  if (committed !== wanted) {
    console.error("src/lib/api/schema.d.ts is not current: run `npm run generate` in web/ and commit the result.");
    process.exit(1);
  }
  console.log("src/lib/api/schema.d.ts is current.");
} else {
  await writeFile(target, wanted);
  console.log("wrote src/lib/api/schema.d.ts");
}
