import { describe, expect, it } from "vitest";
import { encodeQr } from "./encode";
import { remainderOf } from "./reed-solomon";

/** Rows as numbers in base 36: read back with another program's decoder when it was written down. */
const KNOWN = `1quwi64f w68jxoh 19yxjw4d 1a05pc9p 1a0zk2n1 w8mfn7l 1qt5f2wv 8uyg3k yh52int 1big889e ldzuvkc 5a59yrq 1k2yrihv
qwl2omr 3w0rpwc isj2gly cgjid3r 2e5raoq 5t4bmgk j3oviv9 1nq19pdu pu5c9f5 191yoex0 3beu07p 4gv7iod 18q84ilw 3mid4jg f08j444
1k3sdrej 76b2fu 1qrv8sie w686i38 1a436ubg 19z0t2w1 19yz28z0 w2gesxy 1qsx4e8j`;

describe("a QR code", () => {
  it("is the same as one that was read back by another program", () => {
    const grid = encodeQr("otpauth://totp/Nightjar:admin?secret=JBSWY3DPEHPK3PXP&issuer=Nightjar") ?? [];
    const rows = grid.map((line) => Number.parseInt(line.map((dark) => (dark ? "1" : "0")).join(""), 2).toString(36));
    expect(rows.join(" ")).toBe(KNOWN.replaceAll("\n", " "));
  });

  it("grows with its text, and ends at what it was made for", () => {
    expect(encodeQr("a")?.length).toBe(21);
    expect(encodeQr("a".repeat(14))?.length).toBe(21);
    expect(encodeQr("a".repeat(15))?.length).toBe(25);
    expect(encodeQr("é".repeat(206))?.length).toBe(77);
    expect(encodeQr("a".repeat(413))).toBeUndefined();
  });

  it("has the error correction of the standard's example (annex I)", () => {
    const data = [0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11];
    expect(remainderOf(data, 10)).toEqual([0xa5, 0x24, 0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55]);
  });
});
