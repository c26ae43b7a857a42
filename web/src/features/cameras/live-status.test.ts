import { expect, it } from "vitest";
import type { CameraStatus } from "@/lib/api/types";
import type { SocketHandlers } from "@/lib/live/connection";
import { liveStatus, needsMore, type StatusChange, withStatus } from "./live-status";

const SINCE = "2026-11-20T12:00:00.000Z";
const LATER = "2026-11-20T12:05:00.000Z";

function status(more: Partial<CameraStatus> = {}): CameraStatus {
  const basics = { camera_id: "a", connected: true, details: "", fps: 25, bitrate: 2_000_000, width: 1920, height: 1080, codecs: ["h264"], reconnects: 0, last_frame: null, open_segment: null };
  return { ...basics, recording_state: "recording", gap_cause: null, since: SINCE, wants_recording: true, password_in_clear: false, ...more };
}

function change(more: Partial<StatusChange> = {}): StatusChange {
  return { camera_id: "a", connected: false, recording_state: "gap", gap_cause: "camera_unreachable", details: "No route to host.", timestamp: LATER, ...more };
}

it("subscribes to the state alone, and reads the list again whenever something may have been missed", async () => {
  const sent: unknown[] = [];
  const told: unknown[] = [];
  let handlers: SocketHandlers | undefined;
  let missed = 0;
  const connection = liveStatus({
    address: () => Promise.resolve("/ws"),
    open: (_, given) => {
      handlers = given;
      return { send: (text) => sent.push(JSON.parse(text)), close: () => {} };
    },
    after: () => () => {},
    random: () => 1,
    onState: () => {},
    onStatus: (one) => told.push(one.camera_id),
    onMissed: () => void (missed += 1),
  });
  connection.start();
  await new Promise((resolve) => setTimeout(resolve, 0));
  handlers?.onOpen();
  expect(sent).toEqual([{ action: "subscribe", topics: ["status"] }]);
  expect(missed).toBe(1);
  handlers?.onMessage(JSON.stringify({ type: "status", ...change() }));
  handlers?.onMessage(JSON.stringify({ type: "lagged", missed: 4 }));
  expect(told).toEqual(["a"]);
  expect(missed).toBe(2);
});

it("changes the one camera and leaves all others the same objects", () => {
  const cameras = [{ id: "a", status: status() }, { id: "b", status: status({ camera_id: "b" }) }];
  const after = withStatus(cameras, change());
  expect(after[0]?.status).toEqual(status({ connected: false, recording_state: "gap", gap_cause: "camera_unreachable", details: "No route to host.", since: LATER }));
  expect(after[1]).toBe(cameras[1]);
  expect(withStatus(cameras, change({ camera_id: "c" }))).toBe(cameras);
});

it("knows since when, also if the same is told again", () => {
  const gap = withStatus([{ id: "a", status: status() }], change({ timestamp: SINCE }));
  expect(withStatus(gap, change())[0]?.status.since).toBe(SINCE);
});

it("needs the list for a camera that it does not have, and for the size of a first picture", () => {
  const cameras = [{ id: "a", status: status({ width: null, height: null }) }];
  expect(needsMore(cameras, change({ camera_id: "b" }))).toBe(true);
  expect(needsMore(cameras, change())).toBe(false);
  expect(needsMore(cameras, change({ connected: true, recording_state: "recording", gap_cause: null }))).toBe(true);
});
