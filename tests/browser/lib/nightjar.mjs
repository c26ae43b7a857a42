// A Nightjar and its simulated cameras, each with its own folder and ports.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, start, until } from "./processes.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
export const BINARY = process.env.NIGHTJAR_BIN ?? join(ROOT, "target/debug/nightjar");
const CLIPS = process.env.NIGHTJAR_CLIPS ?? join(ROOT, ".cache/clips");

/** Simulated cameras `cam0001`, `cam0002`, …; further options are those of `nightjar simulate`. */
export async function startCameras(count, options = []) {
  const port = await freePort();
  const listen = `127.0.0.1:${port}`;
  const args = ["simulate", "--cameras", String(count), "--listen", listen, "--no-sub", "--clip-dir", CLIPS, ...options];
  const program = start(BINARY, args);
  await program.line(/rtsp:\/\/.*cam0001\/main/, 180_000);
  return {
    url: (number) => `rtsp://${listen}/cam${String(number).padStart(4, "0")}/main`,
    /** `cam0001 refuse 10s`, `cam0001 clear`, … */
    tell: (line) => program.write(line),
    stop: () => program.stop(),
    log: program.log,
  };
}

/** Of the user `admin` that the servers make at their first start. */
export const ADMIN_PASSWORD = "four barn owls at dusk";

/**
 * A server with these cameras (`{ id, name, url, … }`: further keys go into the file as they are).
 * `account: false` leaves it without one, as a person finds it who starts it for the first time.
 * `service` is put into that section of the file, `more` behind everything else.
 */
export async function startNightjar(cameras, { segmentSecs = 10, port, account = true, service = "", more = "" } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "nightjar-browser-"));
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const file = join(folder, "nightjar.toml");
  await writeFile(file, configuration(cameras, { folder, address, segmentSecs, service, more }));
  const server = { url: `http://${address}`, folder, footage: join(folder, "data/recordings"), program: undefined };
  const env = { ...process.env, NIGHTJAR_ADMIN_PASSWORD: ADMIN_PASSWORD };
  if (!account) delete env.NIGHTJAR_ADMIN_PASSWORD;
  server.start = async () => {
    server.program = start(BINARY, ["serve", "--config", file], { cwd: folder, env });
    await until("the server to be ready", async () => {
      if (!server.program.isRunning()) throw new Error(server.program.log());
      return (await fetch(`${server.url}/ready`)).ok;
    });
  };
  server.stop = () => server.program.stop();
  server.remove = async () => {
    await server.program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  server.get = (path) => call(server, path);
  server.addAccount = (account) => inPerson(server, "POST", "/users", account);
  server.changeAccount = (id, change) => inPerson(server, "PATCH", `/users/${id}`, change);
  server.post = (path, body) => call(server, path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  server.camera = async (key) => (await server.get(`/cameras/${key}`));
  server.recorded = (key, seconds, patience = 120_000) =>
    until(`${seconds} s of ${key}`, async () => recordedSeconds(await server.timeline(key)) >= seconds, patience, 500);
  server.timeline = (key) => server.get(`/recordings/timeline/${key}`);
  server.segments = async (key) => (await server.get(`/recordings?camera_id=${key}&sort=start&limit=500`)).items;
  await server.start();
  if (account) server.token = await makeToken(server);
  return server;
}

function recordedSeconds(timeline) {
  return timeline.spans.reduce((sum, span) => sum + (Date.parse(span.end) - Date.parse(span.start)) / 1000, 0);
}

function configuration(cameras, { folder, address, segmentSecs, service, more }) {
  const camera = ({ url, ...others }) => {
    const keys = { ...others, rtsp_url: url };
    return `[[cameras]]\n${Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join("\n")}\n`;
  };
  return [
    `[service]\nlisten = "${address}"\nmetrics_port = 0\ndata_dir = "${folder}/data"\nlog_format = "text"\n${service}\n`,
    `[recording]\nmax_disk_percent = 99\nsegment_duration_secs = ${segmentSecs}\n`,
    ...cameras.map(camera),
    more,
  ].join("\n");
}

/** The tests' own API token: it outlives sign-ins, and the tests ask more often than a person may. */
async function makeToken(server) {
  const signIn = await server.post("/auth/login", { username: "admin", password: ADMIN_PASSWORD });
  server.token = signIn.token;
  const permissions = signIn.user.permissions;
  const { secret } = await server.post("/tokens", { name: "browser tests", permissions, rate_limit: 1_000_000 });
  return secret;
}

/** Accounts are created and changed by a person who has just signed in: an API token can't. */
async function inPerson(server, method, path, body) {
  const { token } = await server.post("/auth/login", { username: "admin", password: ADMIN_PASSWORD });
  const options = { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return call({ ...server, token }, path, options);
}

async function call(server, path, options = {}) {
  const authorization = server.token ? { authorization: `Bearer ${server.token}` } : {};
  const response = await fetch(`${server.url}/api/v1${path}`, { ...options, headers: { ...options.headers, ...authorization } });
  const body = await response.json();
  if (!body.success) throw new Error(`${path}: ${response.status} ${JSON.stringify(body.error)}`);
  return body.data;
}
