/** The square of a QR code: what stands where, and the mask that reads best (ISO/IEC 18004 §6.3, §7.7 to §7.10). */

/** By row, then column; true is dark. */
export type Grid = boolean[][];

/** Error correction M, as the format information writes it. */
const LEVEL_M = 0b00;

/** By version, from 2: rows and columns of the alignment patterns' middles (table E.1). */
const ALIGNMENT: readonly (readonly number[])[] = [
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
  [6, 30, 54],
  [6, 32, 58],
  [6, 34, 62],
  [6, 26, 46, 66],
  [6, 26, 48, 70],
];

const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

/** A square with all that does not depend on the data; the format information is still to be written. */
export function blank(version: number): { grid: Grid; isFixed: Grid } {
  const size = 17 + 4 * version;
  const grid = square(size);
  const isFixed = square(size);
  const set = (row: number, column: number, dark: boolean) => {
    if (row < 0 || column < 0 || row >= size || column >= size) return;
    put(grid, row, column, dark);
    put(isFixed, row, column, true);
  };
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  finder(set, 3, 3);
  finder(set, 3, size - 4);
  finder(set, size - 4, 3);
  alignments(set, version, size);
  for (const [row, column] of formatPlaces(size).flat()) set(row, column, false);
  set(size - 8, 8, true);
  if (version >= 7) versionInformation(set, version, size);
  return { grid, isFixed };
}

type Set = (row: number, column: number, dark: boolean) => void;

/** With its white border. */
function finder(set: Set, row: number, column: number): void {
  for (let down = -4; down <= 4; down += 1) {
    for (let right = -4; right <= 4; right += 1) {
      const ring = Math.max(Math.abs(down), Math.abs(right));
      set(row + down, column + right, ring !== 2 && ring !== 4);
    }
  }
}

function alignments(set: Set, version: number, size: number): void {
  const middles = ALIGNMENT[version - 2] ?? [];
  for (const row of middles) {
    for (const column of middles) {
      const inFinder = (row === 6 && column === 6) || (row === 6 && column === size - 7) || (row === size - 7 && column === 6);
      if (inFinder) continue;
      for (let down = -2; down <= 2; down += 1) {
        for (let right = -2; right <= 2; right += 1) set(row + down, column + right, Math.max(Math.abs(down), Math.abs(right)) !== 1);
      }
    }
  }
}

/** 6 bits and their 12 of a Golay code, twice (§7.10). */
function versionInformation(set: Set, version: number, size: number): void {
  const bits = (version << 12) | bchRemainder(version, 12, 0x1f25);
  for (let bit = 0; bit < 18; bit += 1) {
    const dark = ((bits >> bit) & 1) === 1;
    const near = Math.floor(bit / 3);
    const far = size - 11 + (bit % 3);
    set(near, far, dark);
    set(far, near, dark);
  }
}

/** Writes the codewords in the zigzag from the right lower corner; the modules left over stay light. */
export function place(grid: Grid, isFixed: Grid, codewords: readonly number[]): void {
  const size = grid.length;
  let bit = 0;
  let up = true;
  for (let right = size - 1; right > 0; right -= 2) {
    // The column of the timing pattern is left out.
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const row = up ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (isFixed[row]?.[column]) continue;
        const codeword = codewords[bit >> 3] ?? 0;
        put(grid, row, column, ((codeword >> (7 - (bit & 7))) & 1) === 1);
        bit += 1;
      }
    }
    up = !up;
  }
}

/** Turns the data modules that the mask names, and writes the format information that says which it was. */
export function applyMask(grid: Grid, isFixed: Grid, mask: number): void {
  const turns = MASKS[mask];
  for (const [row, line] of grid.entries()) {
    for (const [column, dark] of line.entries()) {
      if (!isFixed[row]?.[column] && turns?.(row, column)) line[column] = !dark;
    }
  }
  const data = (LEVEL_M << 3) | mask;
  const bits = ((data << 10) | bchRemainder(data, 10, 0x537)) ^ 0x5412;
  for (const [bit, places] of formatPlaces(grid.length).entries()) {
    for (const [row, column] of places) put(grid, row, column, ((bits >> bit) & 1) === 1);
  }
}

/** The mask after which scanners have the least to stumble over. */
export function bestMask(grid: Grid, isFixed: Grid): number {
  const scores = MASKS.map((_, mask) => {
    const tried = grid.map((line) => [...line]);
    applyMask(tried, isFixed, mask);
    return penalty(tried);
  });
  return scores.indexOf(Math.min(...scores));
}

/** Where each bit of the format information stands, from the lowest: twice (figure 25). */
function formatPlaces(size: number): [row: number, column: number][][] {
  return Array.from({ length: 15 }, (_, bit) => {
    const vertical = bit < 6 ? bit : bit < 8 ? bit + 1 : size - 15 + bit;
    const horizontal = bit < 8 ? size - 1 - bit : bit < 9 ? 15 - bit : 14 - bit;
    return [
      [vertical, 8],
      [8, horizontal],
    ];
  });
}

/** Runs, blocks, patterns like a finder's, and how far from half dark (§7.8.3). */
function penalty(grid: Grid): number {
  const size = grid.length;
  const lines = [...grid, ...grid.map((_, column) => grid.map((line) => line[column] ?? false))];
  let score = 0;
  for (const line of lines) {
    const text = line.map((dark) => (dark ? "1" : "0")).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) score += run.length - 2;
    for (const pattern of ["10111010000", "00001011101"]) {
      for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) score += 40;
    }
  }
  for (let row = 1; row < size; row += 1) {
    for (let column = 1; column < size; column += 1) {
      const dark = grid[row]?.[column];
      if (grid[row - 1]?.[column] === dark && grid[row]?.[column - 1] === dark && grid[row - 1]?.[column - 1] === dark) score += 3;
    }
  }
  const dark = grid.flat().filter(Boolean).length;
  return score + 10 * Math.floor(Math.abs(dark / size ** 2 - 0.5) * 20);
}

function bchRemainder(value: number, degree: number, divisor: number): number {
  let rest = value;
  for (let index = 0; index < degree; index += 1) rest = (rest << 1) ^ ((rest >> (degree - 1)) * divisor);
  return rest;
}

function square(size: number): Grid {
  return Array.from({ length: size }, () => Array.from({ length: size }, () => false));
}

function put(grid: Grid, row: number, column: number, dark: boolean): void {
  const line = grid[row];
  if (line) line[column] = dark;
}
