import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type ApiDocument, found, innerOf, limitsOf, operationsOf, typeOf } from "./document";
import { curlOf, emptyOf, prepare, problemsOf } from "./request";

const document = JSON.parse(readFileSync(new URL("../../../../crates/api/openapi.json", import.meta.url), "utf8")) as ApiDocument;
const operations = operationsOf(document);
const operation = (id: string) => operations.find((one) => one.id === id) ?? expect.unreachable(id);

it("knows every operation of the server, each with an answer and a name of its own", () => {
  expect(operations.length).toBeGreaterThan(60);
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  for (const { replies, summary } of operations) {
    expect(replies.length).toBeGreaterThan(0);
    expect(summary).not.toBe("");
  }
});

it("finds operations by all words, in path, summary and permission", () => {
  const names = found(operations, document, "LIST cameras").flatMap(([, list]) => list.map(({ id }) => id));
  expect(names).toContain("list_cameras");
  expect(names).not.toContain("delete_user");
  expect(found(operations, document, "no such thing")).toEqual([]);
});

it("tells types and limits in words", () => {
  expect(typeOf({ type: ["string", "null"], format: "uuid" })).toBe("string (uuid) or null");
  expect(typeOf({ type: "array", items: { $ref: "#/components/schemas/Camera" } })).toBe("list of Camera");
  expect(typeOf({ oneOf: [{ $ref: "#/components/schemas/Mode" }, { type: "null" }] })).toBe("Mode or null");
  expect(limitsOf({ minimum: 1, maximum: 500, default: 50 })).toEqual(["1 to 500", "default 50"]);
  expect(innerOf({ type: "array", items: { $ref: "#/components/schemas/Camera" } }, document).map(([name]) => name)).toEqual(["Camera"]);
});

it("makes the request that is filled in, and says what is missing", () => {
  const show = operation("camera_status");
  expect(problemsOf(show, { values: {}, body: "" })).toEqual({ "path id": "Required." });
  expect(prepare(show, { values: { "path id": "front door/1" }, body: "" }).address).toBe("/api/v1/cameras/front%20door%2F1/status");
  const list = prepare(operation("list_cameras"), { values: { "query limit": "5", "query q": "a&b", "query tag": "" }, body: "" });
  expect(list).toEqual({ method: "GET", address: "/api/v1/cameras?limit=5&q=a%26b", headers: {}, body: undefined });
});

it("begins with the example of the body, and refuses what is no JSON", () => {
  const create = operation("create_camera");
  const filled = emptyOf(create);
  expect(problemsOf(create, filled)).toEqual({});
  expect(prepare(create, filled).headers["content-type"]).toBe("application/json");
  expect(problemsOf(create, { ...filled, body: "{" })["body"]).toMatch(/^Not valid JSON/);
  expect(problemsOf(create, { ...filled, body: " " })["body"]).toBe("Required.");
});

it("writes the request for a shell without the token, and quotes quotes", () => {
  const text = curlOf({ method: "POST", address: "/api/v1/x", headers: { "content-type": "application/json" }, body: `{"name":"it's"}` }, "http://nightjar", true);
  expect(text).toContain(`-d '{"name":"it'\\''s"}'`);
  expect(text).toContain('"Authorization: Bearer $TOKEN"');
});
