/** Error correction codewords over GF(256) with the polynomial of QR codes, x⁸+x⁴+x³+x²+1 (ISO/IEC 18004 §7.5). */

/** The codewords that follow `data`, `count` of them. */
export function remainderOf(data: readonly number[], count: number): number[] {
  const divisor = generator(count);
  const rest = Array.from({ length: count }, () => 0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    for (const [index, coefficient] of divisor.entries()) rest[index] = (rest[index] ?? 0) ^ multiply(coefficient, factor);
  }
  return rest;
}

/** Π (x − 2ⁱ) for i below `degree`, without its leading 1, highest power first. */
function generator(degree: number): number[] {
  let result = [1];
  let root = 1;
  for (let index = 0; index < degree; index += 1) {
    // times (x − root): minus is plus here.
    const shifted = [...result, 0];
    const scaled = [0, ...result.map((coefficient) => multiply(coefficient, root))];
    result = shifted.map((coefficient, at) => coefficient ^ (scaled[at] ?? 0));
    root = multiply(root, 2);
  }
  return result.slice(1);
}

function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}
