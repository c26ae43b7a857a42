import { describe, expect, it } from "vitest";
import type { Camera } from "@/lib/api/types";
import { amountOf, BYTES, SECONDS, valueOf } from "./amount";
import { changeOf, draftOf, NEW, newCameraOf, problemsOf } from "./draft";

const camera = {
  id: "c1",
  key: "front-door",
  name: "Front door",
  enabled: true,
  group_id: null,
  tags: ["yard"],
  company: "",
  model: "",
  serial_number: null,
  location: "",
  place: "",
  driver: "rtsp",
  source: { main_url: "rtsp://192.0.2.10/live?channel=***", sub_url: null, transport: "tcp", has_credentials: true },
  mode: "continuous",
  audio: "aac",
  segment_seconds: 900,
  retention_seconds: 30 * 86_400,
  retention_bytes: null,
  managed_by: "api",
  version: 3,
} as unknown as Camera;

describe("what is typed about a camera", () => {
  it("becomes a change of what is different, and nothing else", () => {
    const draft = draftOf(camera);
    expect(changeOf(camera, draft)).toEqual({});
    expect(changeOf(camera, { ...draft, name: " Porch ", group: "g1", tags: [], serial: "x" })).toEqual({ name: "Porch", group_id: "g1", tags: [], serial_number: "x" });
    expect(changeOf(camera, { ...draft, keepTime: { text: "", unit: "days" }, keepBytes: { text: "1.5", unit: "TB" } })).toEqual({ retention_seconds: null, retention_bytes: 1.5e12 });
    expect(changeOf(camera, { ...draft, keepTime: { text: "720", unit: "hours" } })).toEqual({});
  });

  it("leaves credentials as they are unless they are replaced or taken away", () => {
    const draft = draftOf(camera);
    expect(changeOf(camera, { ...draft, credentials: "none" })).toEqual({ source: { username: null, password: null } });
    expect(changeOf(camera, { ...draft, credentials: "replace", username: "admin", password: "pw" })).toEqual({ source: { username: "admin", password: "pw" } });
  });

  it("is told to be wrong before the server is asked", () => {
    const draft = draftOf(camera);
    expect(problemsOf(draft, camera)).toEqual({});
    expect(problemsOf({ ...draft, url: "rtsp://192.0.2.11/live?channel=***" }, camera)).toHaveProperty(["source.main_url"]);
    expect(problemsOf({ ...draft, segment: "5", keepTime: { text: "half", unit: "days" } }, camera)).toEqual({
      segment_seconds: expect.any(String),
      retention_seconds: expect.any(String),
    });
  });

  it("becomes a new camera without what was left empty", () => {
    expect(newCameraOf({ ...NEW, name: " Yard ", url: "192.0.2.10/main", username: "admin" })).toEqual({
      name: "Yard",
      source: { main_url: "rtsp://192.0.2.10/main", transport: "tcp", username: "admin" },
    });
  });
});

describe("amounts", () => {
  it("go through their field and back", () => {
    for (const seconds of [60, 90, 3_600, 5_400, 86_400, 30 * 86_400, 61]) expect(valueOf(amountOf(seconds, SECONDS, "days"), SECONDS)).toBe(seconds);
    for (const bytes of [1, 5e8, 1.5e12, 123_456_789]) expect(valueOf(amountOf(bytes, BYTES, "GB"), BYTES)).toBe(bytes);
    expect(amountOf(30 * 86_400, SECONDS, "days")).toEqual({ text: "30", unit: "days" });
    expect(amountOf(null, BYTES, "GB")).toEqual({ text: "", unit: "GB" });
  });
});
