/**
 * QR codes (ISO/IEC 18004) of short texts: bytes, error correction M, versions 1 to 15. Enough for
 * the address that an authenticator app scans.
 */
import { applyMask, bestMask, blank, type Grid, place } from "./grid";
import { remainderOf } from "./reed-solomon";

/** By version, from 1: error correction codewords a block, blocks of the first size, their data codewords, blocks with one more. */
const BLOCKS: readonly (readonly [ecc: number, blocks: number, data: number, longer: number])[] = [
  [10, 1, 16, 0],
  [16, 1, 28, 0],
  [26, 1, 44, 0],
  [18, 2, 32, 0],
  [24, 2, 43, 0],
  [16, 4, 27, 0],
  [18, 4, 31, 0],
  [22, 2, 38, 2],
  [22, 3, 36, 2],
  [26, 4, 43, 1],
  [30, 1, 50, 4],
  [22, 6, 36, 2],
  [22, 8, 37, 1],
  [24, 4, 40, 5],
  [24, 5, 41, 5],
];

/** The modules of the code, true is dark; none if the text is too long. */
export function encodeQr(text: string): Grid | undefined {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, index) => capacity(index + 1) * 8 >= 4 + lengthBits(index + 1) + bytes.length * 8) + 1;
  if (version === 0) return undefined;
  const { grid, isFixed } = blank(version);
  place(grid, isFixed, interleaved(version, dataCodewords(version, bytes)));
  const mask = bestMask(grid, isFixed);
  applyMask(grid, isFixed, mask);
  return grid;
}

function block(version: number) {
  const [ecc, blocks, data, longer] = BLOCKS[version - 1] ?? [0, 0, 0, 0];
  return { ecc, blocks, data, longer };
}

/** Data codewords. */
function capacity(version: number): number {
  const { blocks, data, longer } = block(version);
  return blocks * data + longer * (data + 1);
}

/** Of the field that tells how many bytes follow (table 3). */
function lengthBits(version: number): number {
  return version < 10 ? 8 : 16;
}

/** Mode, length, the bytes, and padding (§7.4). */
function dataCodewords(version: number, bytes: Uint8Array): number[] {
  const bits: number[] = [];
  const push = (value: number, count: number) => {
    for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
  };
  push(0b0100, 4);
  push(bytes.length, lengthBits(version));
  for (const byte of bytes) push(byte, 8);
  const room = capacity(version) * 8;
  push(0, Math.min(4, room - bits.length));
  push(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) push(pad, 8);
  return Array.from({ length: bits.length / 8 }, (_, index) => bits.slice(index * 8, index * 8 + 8).reduce((byte, bit) => byte * 2 + bit, 0));
}

/** One codeword of each block after the other, then the same for their error correction (§7.6). */
function interleaved(version: number, data: readonly number[]): number[] {
  const { ecc, blocks, data: size, longer } = block(version);
  const parts: number[][] = [];
  let at = 0;
  for (let index = 0; index < blocks + longer; index += 1) {
    const length = index < blocks ? size : size + 1;
    parts.push(data.slice(at, at + length));
    at += length;
  }
  const checks = parts.map((part) => remainderOf(part, ecc));
  return [...columns(parts, size + 1), ...columns(checks, ecc)];
}

function columns(parts: readonly (readonly number[])[], length: number): number[] {
  return Array.from({ length }, (_, index) => parts.flatMap((part) => part[index] ?? [])).flat();
}
