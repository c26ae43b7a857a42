import { expect, it, vi } from "vitest";
import { sessionSource } from "./sessions";

const get = vi.hoisted(() => vi.fn());

vi.mock("@/lib/api/client", () => ({ api: { GET: get }, unwrap: (data: unknown) => data }));

const at = Date.parse("2026-01-01T12:00:00Z");

it("finds the next footage, however far away it is", async () => {
  get.mockReturnValueOnce({ items: [{ start: "2026-11-20T13:00:00.000Z" }] });
  expect(await sessionSource("c1").nextRecorded(at)).toBe(Date.parse("2026-11-20T13:00:00Z"));
  expect(get).toHaveBeenCalledWith("/api/v1/recordings", { params: { query: { camera_id: "c1", start_date: "2026-01-01T12:00:00.000Z", sort: "start", limit: 1 } } });
  get.mockReturnValueOnce({ items: [{ start: "2026-01-01T11:50:00.000Z" }] });
  expect(await sessionSource("c1").nextRecorded(at)).toBe(at);
  get.mockReturnValueOnce({ items: [] });
  expect(await sessionSource("c1").nextRecorded(at)).toBeUndefined();
});
