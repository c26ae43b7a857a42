/** Codecs as people write them. */

const CODECS: Readonly<Record<string, string>> = {
  h264: "H.264",
  h265: "H.265",
  hevc: "H.265",
  aac: "AAC",
  opus: "Opus",
  pcmu: "G.711 µ-law",
  pcma: "G.711 A-law",
  g711u: "G.711 µ-law",
  g711a: "G.711 A-law",
};

export function codecName(codec: string): string {
  return CODECS[codec] ?? codec.toUpperCase();
}
