import { describe, expect, it, vi } from "vitest";
import { authorized } from "./authorized";
import { PROOF_REQUIRED, ProofRequests } from "./proof";

const session = { token: () => Promise.resolve("t"), renew: () => Promise.resolve("t"), end: () => {} };

function refusal(code: string): Response {
  return new Response(JSON.stringify({ error: { code } }), { status: 403, headers: { "content-type": "application/json" } });
}

describe("a request that needs a fresh proof", () => {
  it("is repeated with its body once it is proven", async () => {
    const bodies: string[] = [];
    const answers = [refusal(PROOF_REQUIRED), new Response("{}", { status: 201 })];
    const send = authorized(
      session,
      async (request) => {
        bodies.push(await request.text());
        return answers.shift() ?? refusal("UNKNOWN");
      },
      () => Promise.resolve(true),
    );
    const response = await send(new Request("http://here/api/v1/users", { method: "POST", body: "account" }));
    expect(response.status).toBe(201);
    expect(bodies).toEqual(["account", "account"]);
  });

  it("changes nothing when the person does not want to prove it", async () => {
    const request = vi.fn(() => Promise.resolve(refusal(PROOF_REQUIRED)));
    const send = authorized(session, request, () => Promise.resolve(false));
    await expect(send(new Request("http://here/api/v1/users", { method: "POST" }))).rejects.toThrow("Nothing was changed");
    expect(request).toHaveBeenCalledTimes(1);
  });

  it("is not asked for with any other refusal", async () => {
    const prove = vi.fn(() => Promise.resolve(true));
    const send = authorized(session, () => Promise.resolve(refusal("AUTH_INSUFFICIENT_PERMISSIONS")), prove);
    expect((await send(new Request("http://here/api/v1/users"))).status).toBe(403);
    expect(prove).not.toHaveBeenCalled();
  });
});

describe("the question", () => {
  it("is one for all requests that wait", async () => {
    const requests = new ProofRequests();
    const listener = vi.fn();
    requests.subscribe(listener);
    const both = Promise.all([requests.ask(), requests.ask()]);
    expect(requests.isAsking()).toBe(true);
    expect(listener).toHaveBeenCalledTimes(1);
    requests.answer(true);
    expect(await both).toEqual([true, true]);
    expect(requests.isAsking()).toBe(false);
  });
});
