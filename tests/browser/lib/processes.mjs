// Starting and stopping programs: none outlives the tests, and what they said is shown when one fails.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

const STOP_PATIENCE = 25_000;
const running = new Set();

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a program. `lines` gets what it writes, line by line. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], ...options });
  const log = [];
  const waiting = new Set();
  const take = (chunk) => {
    log.push(...chunk.toString().split("\n").filter(Boolean));
    if (log.length > 5_000) log.splice(0, log.length - 5_000);
    for (const check of waiting) check();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  running.add(child);
  const ended = new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      running.delete(child);
      for (const check of waiting) check();
      resolve(code ?? signal);
    });
    child.on("error", (error) => {
      log.push(String(error));
      running.delete(child);
      resolve(-1);
    });
  });
  return {
    log: () => log.join("\n"),
    write: (line) => child.stdin.write(`${line}\n`),
    isRunning: () => running.has(child),
    ended,
    /** The first line that fits; fails if the program ends or it takes too long. */
    line(pattern, patience = 60_000) {
      return new Promise((resolve, reject) => {
        const fail = (why) => reject(new Error(`${command} ${why} before it said ${pattern}:\n${log.slice(-40).join("\n")}`));
        const timer = setTimeout(() => finish(() => fail("took too long")), patience);
        const finish = (then) => {
          clearTimeout(timer);
          waiting.delete(check);
          then();
        };
        const check = () => {
          const found = log.map((line) => pattern.exec(line)).find(Boolean);
          if (found) finish(() => resolve(found));
          else if (!running.has(child)) finish(() => fail("ended"));
        };
        waiting.add(check);
        check();
      });
    },
    async stop(signal = "SIGTERM") {
      if (!running.has(child)) return ended;
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE);
      const code = await ended;
      clearTimeout(timer);
      return code;
    },
  };
}

/** Runs a program to its end; gives what it wrote. */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const out = [];
  const err = [];
  child.stdout.on("data", (chunk) => out.push(chunk));
  child.stderr.on("data", (chunk) => err.push(chunk));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${Buffer.concat(err)}`);
  return Buffer.concat(out);
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Asks again and again until the answer is truthy. */
export async function until(what, ask, patience = 30_000, pause = 100) {
  const end = Date.now() + patience;
  let last;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${patience / 1000} s for ${what}${last ? `; the last error: ${last.message}` : ""}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
