// All browser tests in one process. The range of the playback proof is recorded while the others run.
import { after, before } from "node:test";
import { playback, startRecording } from "./suites/playback.mjs";

let recording;
before(() => {
  recording = startRecording();
  // Its failure is told by the suite that needs it.
  recording.catch(() => {});
});
after(async () => {
  const started = await recording.catch(() => undefined);
  await started?.stop();
});

await import("./suites/page.mjs");
await import("./suites/player.mjs");
await import("./suites/sign-in.mjs");
await import("./suites/accounts.mjs");
await import("./suites/cameras.mjs");
await import("./suites/events.mjs");
await import("./suites/lists.mjs");
await import("./suites/accessibility.mjs");
await import("./suites/api-docs.mjs");
await import("./suites/oidc.mjs");
playback(() => recording);
