import { describe, expect, it } from "vitest";
import { complete, hasHidden, hostOf, suggestedName, takeApart } from "./address";

describe("an address that was pasted", () => {
  it("gives its user name and password to their fields", () => {
    expect(takeApart("rtsp://admin:hunter2@192.0.2.10:554/main?x=1")).toEqual({ url: "rtsp://192.0.2.10:554/main?x=1", username: "admin", password: "hunter2" });
    expect(takeApart(" rtsp://admin:p%40ss%3Aw@cam/ ")).toEqual({ url: "rtsp://cam/", username: "admin", password: "p@ss:w" });
    expect(takeApart("rtsp://admin:a@b%@cam")).toEqual({ url: "rtsp://cam", username: "admin", password: "a@b%" });
    expect(takeApart("rtsp://admin@cam/x")).toEqual({ url: "rtsp://cam/x", username: "admin", password: "" });
  });

  it("stays as it is without them", () => {
    expect(takeApart("rtsp://192.0.2.10/a@b")).toBeUndefined();
    expect(takeApart("192.0.2.10")).toBeUndefined();
  });

  it("is RTSP unless it says otherwise", () => {
    expect(complete(" 192.0.2.10/main ")).toBe("rtsp://192.0.2.10/main");
    expect(complete("http://cam")).toBe("http://cam");
    expect(complete("")).toBe("");
  });
});

describe("a name for a camera", () => {
  it("comes from its host", () => {
    expect(suggestedName("rtsp://front-door.lan:554/main")).toBe("Front door");
    expect(suggestedName("192.0.2.10/main")).toBe("Camera 192.0.2.10");
    expect(suggestedName("rtsp://[2001:db8::1]:554/main")).toBe("Camera [2001:db8::1]");
    expect(suggestedName("rtsp://")).toBe("");
  });

  it("is not taken from the credentials", () => {
    expect(hostOf("rtsp://admin:pw@yard/x")).toBe("yard");
  });
});

it("knows an address of which the server hides something", () => {
  expect(hasHidden("rtsp://cam/live?channel=***")).toBe(true);
  expect(hasHidden("rtsp://cam/live?channel=1")).toBe(false);
});
