import { describe, expect, it, vi } from "vitest";
import type { Me, SignIn } from "../api/types";
import { ApiError, ConnectionError } from "../api/transport";
import { authorized } from "./authorized";
import { forgetOnChange } from "./forget";
import { type Message, Session, type Surroundings } from "./session";

const START = Date.parse("2026-11-20T12:00:00.000Z");
const MINUTE = 60_000;

function me(id = "u1"): Me {
  return {
    id,
    username: id,
    display_name: "",
    email: null,
    role: "admin",
    permissions: [],
    groups: null,
    organization: { id: "o", name: "House" },
    totp: false,
    has_password: true,
    session_id: "s",
  };
}

/** A browser with tabs: one server, one lock, one channel, and a clock that is turned by hand. */
class Browser {
  time = START;
  made = 0;
  /** How the server answers; by default with the next token. */
  answer: () => Promise<SignIn> = () => Promise.resolve(this.signIn());
  refreshes = 0;
  running = 0;
  mostAtOnce = 0;
  timers: { at: number; work: () => void }[] = [];
  readonly #listeners: ((from: number, message: Message) => void)[] = [];
  #lock: Promise<unknown> = Promise.resolve();
  #tabs = 0;

  signIn(user = me()): SignIn {
    this.made += 1;
    return { token: `t${this.made}`, expires_at: new Date(this.time + 15 * MINUTE).toISOString(), refresh_token: null, user };
  }

  tab(): Session {
    const self = this.#tabs++;
    const around: Surroundings = {
      refresh: async () => {
        this.refreshes += 1;
        this.running += 1;
        this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
        await Promise.resolve();
        try {
          return await this.answer();
        } finally {
          this.running -= 1;
        }
      },
      exclusive: (work) => {
        const result = this.#lock.then(work, work);
        this.#lock = result.catch(() => {});
        return result;
      },
      tell: (message) => {
        for (const listener of this.#listeners) listener(self, message);
      },
      listen: (listener) => {
        this.#listeners.push((from, message) => from !== self && listener(message));
      },
      now: () => this.time,
      later: (millis, work) => {
        const timer = { at: this.time + millis, work };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((one) => one !== timer);
        };
      },
    };
    return new Session(around);
  }

  /** Lets time pass, and what was waiting for it happen. */
  async pass(millis: number): Promise<void> {
    const end = this.time + millis;
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.work();
      await settled();
    }
    this.time = end;
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
}

function refused(): Promise<never> {
  return Promise.reject(new ApiError(401, "AUTH_TOKEN_INVALID", "The token is not valid."));
}

describe("the session of a tab", () => {
  it("asks once, however many wait for a token", async () => {
    const browser = new Browser();
    const tab = browser.tab();
    expect(await Promise.all([tab.token(), tab.token(), tab.renew(undefined)])).toEqual(["t1", "t1", "t1"]);
    expect(browser.refreshes).toBe(1);
    expect(await tab.token()).toBe("t1");
    expect(browser.refreshes).toBe(1);
  });

  it("gives whoever comes with a stale token the one that is newer", async () => {
    const browser = new Browser();
    const tab = browser.tab();
    await tab.token();
    expect(await tab.renew("t1")).toBe("t2");
    expect(await tab.renew("t1")).toBe("t2");
    expect(browser.refreshes).toBe(2);
  });

  it("renews a minute before the token ends, and when it has ended in its sleep", async () => {
    const browser = new Browser();
    const tab = browser.tab();
    await tab.token();
    await browser.pass(13.9 * MINUTE);
    expect(browser.refreshes).toBe(1);
    await browser.pass(0.2 * MINUTE);
    expect(browser.refreshes).toBe(2);
    // A closed lid: no timer has run.
    browser.timers = [];
    browser.time += 60 * MINUTE;
    expect(await tab.token()).toBe("t3");
  });

  it("is signed out when the server says so, and only then", async () => {
    const browser = new Browser();
    const tab = browser.tab();
    await tab.token();
    browser.answer = () => Promise.reject(new ConnectionError());
    await expect(tab.renew("t1")).rejects.toThrow(ConnectionError);
    expect(tab.state().kind).toBe("signed-in");
    browser.answer = refused;
    expect(await tab.renew("t1")).toBeUndefined();
    expect(tab.state()).toEqual({ kind: "signed-out", why: "ended" });
    expect(await tab.token()).toBeUndefined();
    expect(browser.timers).toEqual([]);
  });

  it("goes on asking at the start while the server does not answer", async () => {
    const browser = new Browser();
    const tab = browser.tab();
    browser.answer = () => Promise.reject(new ConnectionError());
    tab.start();
    await settled();
    await browser.pass(10_000);
    expect(tab.state().kind).toBe("unknown");
    expect(browser.refreshes).toBe(4);
    browser.answer = () => Promise.resolve(browser.signIn());
    await browser.pass(3_000);
    expect(tab.state().kind).toBe("signed-in");
  });

  it("says that nobody was signed in when there was no cookie to begin with", async () => {
    const browser = new Browser();
    browser.answer = refused;
    const tab = browser.tab();
    expect(await tab.token()).toBeUndefined();
    expect(tab.state()).toEqual({ kind: "signed-out", why: "never" });
  });
});

describe("many tabs", () => {
  it("renew one at a time, and only one of them when all wake at once", async () => {
    const browser = new Browser();
    const tabs = [browser.tab(), browser.tab(), browser.tab()];
    await tabs[0]?.token();
    // The others have heard of it.
    expect(await tabs[1]?.token()).toBe("t1");
    expect(browser.refreshes).toBe(1);
    await browser.pass(14.5 * MINUTE);
    expect(browser.refreshes).toBe(2);
    expect(browser.mostAtOnce).toBe(1);
    expect(await Promise.all(tabs.map((tab) => tab.token()))).toEqual(["t2", "t2", "t2"]);
  });

  it("use what another one got while they waited for their turn", async () => {
    const browser = new Browser();
    const [first, second] = [browser.tab(), browser.tab()];
    expect(await Promise.all([first.renew(undefined), second.renew(undefined)])).toEqual(["t1", "t1"]);
    expect(browser.refreshes).toBe(1);
  });

  it("sign out together, and in together", async () => {
    const browser = new Browser();
    const [first, second] = [browser.tab(), browser.tab()];
    await first.token();
    first.end("asked");
    expect(second.state()).toEqual({ kind: "signed-out", why: "asked" });
    await second.signIn(() => Promise.resolve(browser.signIn(me("u2"))));
    expect(first.state()).toMatchObject({ kind: "signed-in", user: { id: "u2" } });
  });

  it("do not renew for somebody who has signed out while they waited", async () => {
    const browser = new Browser();
    const [first, second] = [browser.tab(), browser.tab()];
    await first.token();
    const waiting = second.renew("t1");
    first.end("asked");
    expect(await waiting).toBeUndefined();
    expect(browser.refreshes).toBe(1);
  });
});

describe("what is kept of an account", () => {
  it("is dropped when somebody signs out or another one signs in, and not at each renewal", async () => {
    const browser = new Browser();
    const tab = browser.tab();
    const cache = { clear: vi.fn() };
    await tab.token();
    forgetOnChange(tab, cache);
    await tab.renew("t1");
    expect(cache.clear).not.toHaveBeenCalled();
    tab.end("asked");
    expect(cache.clear).toHaveBeenCalledTimes(1);
    await tab.signIn(() => Promise.resolve(browser.signIn(me("u2"))));
    expect(cache.clear).toHaveBeenCalledTimes(2);
  });
});

const URL_OF_A_LIST = "http://nightjar.local/api/v1/cameras";
function no(code: string): Response {
  return Response.json({ success: false, error: { code, message: "No." } }, { status: 401 });
}

function server(answer: (token: string, body: string) => Response) {
  const seen: string[] = [];
  const send = async (request: Request) => {
    const token = request.headers.get("authorization")?.replace("Bearer ", "") ?? "";
    seen.push(token);
    return answer(token, await request.text());
  };
  return { seen, send };
}

describe("a request", () => {
  it("carries the token", async () => {
    const { seen, send } = server(() => Response.json({}));
    await authorized(new Browser().tab(), send)(new Request(URL_OF_A_LIST));
    expect(seen).toEqual(["t1"]);
  });

  it("is repeated once, with its body, when the token is no longer taken", async () => {
    const tab = new Browser().tab();
    const { seen, send } = server((token, body) => (token === "t1" ? no("AUTH_TOKEN_INVALID") : Response.json({ body })));
    const answer = await authorized(tab, send)(new Request(URL_OF_A_LIST, { method: "POST", body: "hello" }));
    expect(await answer.json()).toEqual({ body: "hello" });
    expect(seen).toEqual(["t1", "t2"]);
  });

  it("ends the session when the new token is not taken either", async () => {
    const tab = new Browser().tab();
    const { seen, send } = server(() => no("AUTH_TOKEN_INVALID"));
    const answer = await authorized(tab, send)(new Request(URL_OF_A_LIST));
    expect(answer.status).toBe(401);
    expect(seen).toEqual(["t1", "t2"]);
    expect(tab.state()).toEqual({ kind: "signed-out", why: "ended" });
  });

  it("is one renewal for many that fail at once", async () => {
    const browser = new Browser();
    const tab = browser.tab();
    await tab.token();
    const { send } = server((token) => (token === "t1" ? no("AUTH_TOKEN_INVALID") : Response.json({})));
    const call = authorized(tab, send);
    const answers = await Promise.all([1, 2, 3, 4].map(() => call(new Request(URL_OF_A_LIST))));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    expect(browser.refreshes).toBe(2);
  });

  it("does not sign out over a wrong password", async () => {
    const tab = new Browser().tab();
    const { seen, send } = server(() => no("AUTH_CREDENTIALS_INVALID"));
    const answer = await authorized(tab, send)(new Request(URL_OF_A_LIST));
    expect(await answer.json()).toMatchObject({ error: { code: "AUTH_CREDENTIALS_INVALID" } });
    expect(seen).toEqual(["t1"]);
    expect(tab.state().kind).toBe("signed-in");
  });

  it("is not sent at all when nobody is signed in", async () => {
    const browser = new Browser();
    browser.answer = refused;
    const { seen, send } = server(() => Response.json({}));
    await expect(authorized(browser.tab(), send)(new Request(URL_OF_A_LIST))).rejects.toMatchObject({ code: "AUTH_TOKEN_MISSING" });
    expect(seen).toEqual([]);
  });
});
