import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

type Rgb = readonly [number, number, number];

const css = readFileSync(new URL("./styles.css", import.meta.url), "utf8");
const [light = "", dark = ""] = [/:root \{([^}]*)\}/, /\.dark \{([^}]*)\}/].map((block) => block.exec(css)?.[1] ?? "");

/** A colour of a theme, as the light that the screen makes of it (CSS Color 4 §9.4, the sRGB gamut's edges cut). */
function colour(theme: string, name: string): Rgb {
  const [, l = "", c = "", h = ""] = new RegExp(`--${name}: oklch\\(([\\d.]+) ([\\d.]+) ([\\d.]+)\\)`).exec(theme) ?? expect.unreachable(name);
  const hue = (Number(h) * Math.PI) / 180;
  const [lightness, a, b] = [Number(l), Number(c) * Math.cos(hue), Number(c) * Math.sin(hue)];
  const [long, middle, short] = [
    (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ];
  const linear = [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ].map((value) => Math.min(1, Math.max(0, value)));
  return linear.map((value) => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055)) as unknown as Rgb;
}

function over(front: Rgb, back: Rgb, alpha: number): Rgb {
  return front.map((value, index) => alpha * value + (1 - alpha) * (back[index] ?? 0)) as unknown as Rgb;
}

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
function contrast(one: Rgb, other: Rgb): number {
  const luminance = (colours: Rgb) => colours.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)).reduce((sum, value, index) => sum + value * ([0.2126, 0.7152, 0.0722][index] ?? 0), 0);
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

it.each([["light", light], ["dark", dark]])("small text of a state can be read in the %s theme", (_, theme) => {
  const card = colour(theme, "card");
  for (const name of ["ok", "warning", "destructive"]) {
    const text = colour(theme, name);
    // Plain under the pointer, and in a badge of its own tint: on the page, on a card, and in a row that is selected.
    expect(contrast(text, colour(theme, "accent")), `${name} under the pointer`).toBeGreaterThanOrEqual(4.5);
    for (const back of [card, colour(theme, "background"), over(colour(theme, "accent"), card, 0.5)]) {
      expect(contrast(text, over(text, back, 0.1)), `${name} in a badge`).toBeGreaterThanOrEqual(4.5);
    }
  }
});
