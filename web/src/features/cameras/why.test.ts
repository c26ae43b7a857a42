import { expect, it } from "vitest";
import type { CameraStatus } from "@/lib/api/types";
import { GAP_CAUSES, isLoss } from "@/lib/footage/causes";
import { verdictOf } from "./why";

const camera = { enabled: true, mode: "continuous", manual: null } as const;
const status = { recording_state: "gap", gap_cause: null, wants_recording: true, details: "Connection refused." } as unknown as CameraStatus;

const ON_ITS_WAY = ["connecting", "node_down", "server_stopped"] as const;

it("says for each failure what to do", () => {
  for (const cause of GAP_CAUSES.filter((one) => isLoss(one) && !(ON_ITS_WAY as readonly string[]).includes(one))) {
    const verdict = verdictOf(camera, { ...status, gap_cause: cause });
    expect(verdict.kind).toBe("gap");
    expect(verdict.kind === "gap" && verdict.advice.join(" ")).not.toMatch(/^The log/);
  }
});

it("blames nobody before a connection has failed", () => {
  for (const cause of ON_ITS_WAY) expect(verdictOf(camera, { ...status, gap_cause: cause })).toEqual({ kind: "starting" });
  expect(verdictOf(camera, { ...status, gap_cause: "disabled" })).toEqual({ kind: "starting" });
  expect(verdictOf(camera, { ...status, gap_cause: "disabled", wants_recording: false })).toMatchObject({ kind: "off" });
});

it("tells off from not yet", () => {
  const off = { ...status, recording_state: "off" as const };
  expect(verdictOf(camera, off)).toEqual({ kind: "starting" });
  expect(verdictOf({ ...camera, enabled: false }, { ...off, wants_recording: false })).toMatchObject({ kind: "off", title: expect.stringMatching(/switched off/) });
  expect(verdictOf({ ...camera, manual: false }, { ...off, wants_recording: false })).toMatchObject({ title: expect.stringMatching(/by hand/) });
  expect(verdictOf({ ...camera, mode: "off" }, { ...off, wants_recording: false })).toMatchObject({ title: expect.stringMatching(/only when/) });
  expect(verdictOf(camera, { ...status, recording_state: "recording" })).toEqual({ kind: "recording" });
});
