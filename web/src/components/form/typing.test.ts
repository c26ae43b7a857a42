import { expect, it } from "vitest";
import { follow, tell, typingOf } from "./typing";

const type = (typing: ReturnType<typeof typingOf>, typed: string) => ({ ...typing, typed });

it("keeps what was typed since, when what was told comes back", () => {
  let typing = tell(type(typingOf(""), "fro"), "fro");
  typing = type(typing, "fron");
  typing = follow(typing, "fro");
  expect(typing.typed).toBe("fron");
  typing = tell(typing, "fron");
  typing = tell(type(typing, "front "), "front");
  expect(follow(follow(typing, "fron"), "front").typed).toBe("front ");
  // Nobody has to be told each one.
  expect(follow(typing, "front").told).toEqual([]);
});

it("follows what is changed from outside, also back to something that was typed once", () => {
  let typing = follow(tell(type(typingOf(""), "fro"), "fro"), "fro");
  typing = follow(typing, "");
  expect(typing.typed).toBe("");
  typing = follow(typing, "fro");
  expect(typing.typed).toBe("fro");
  // What is kept already does not come back, and is not waited for.
  typing = tell(type(typing, "fro"), "fro");
  expect(typing.told).toEqual([]);
});
