// The strip of 20 blocks at the top of a simulated camera's picture (crates/simulator/src/clip/strip.rs):
// white, black, 16 bits of the frame's number from the highest, even parity, its complement.
export const BLOCKS = 20;

/** The number from the brightness of the blocks; undefined if there is no strip or a block is wrong. */
export function decodeBlocks(levels) {
  const [white, black] = levels;
  if (white < black + 60) return undefined;
  const bits = levels.map((level) => (level > (white + black) / 2 ? 1 : 0));
  const number = bits.slice(2, 18).reduce((value, bit) => value * 2 + bit, 0);
  const parity = bits.slice(2, 18).reduce((sum, bit) => sum ^ bit, 0);
  return bits[18] === parity && bits[19] !== parity ? number : undefined;
}

/** The numbers of raw grey pictures of 80 × 4 pixels, four columns a block. */
export function decodeScaled(pixels) {
  const size = 80 * 4;
  return Array.from({ length: pixels.length / size }, (_, picture) => {
    const at = (x, y) => pixels[picture * size + y * 80 + x];
    const level = (block) => (at(block * 4 + 1, 1) + at(block * 4 + 2, 1) + at(block * 4 + 1, 2) + at(block * 4 + 2, 2)) / 4;
    return decodeBlocks(Array.from({ length: BLOCKS }, (_, block) => level(block)));
  });
}

/**
 * To be run in a page: the picture that a <video> shows now, as the mean brightness of the inner
 * part of each block, and its time on the video's own clock. Both are of the same picture, also
 * while it plays.
 */
export function readPicture(video) {
  const width = video.videoWidth;
  const height = Math.max(16, Math.floor(video.videoHeight / 20));
  if (!width) return { levels: [], mediaTime: 0 };
  const frame = new VideoFrame(video);
  const mediaTime = frame.timestamp / 1e6;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(frame, 0, 0, width, height, 0, 0, width, height);
  frame.close();
  const { data } = context.getImageData(0, 0, width, height);
  const levels = Array.from({ length: 20 }, (_, block) => {
    const left = Math.floor((block * width) / 20);
    const right = Math.floor(((block + 1) * width) / 20);
    const quarter = Math.floor((right - left) / 4);
    let sum = 0;
    let count = 0;
    for (let y = Math.floor(height / 4); y < (height * 3) / 4; y += 1) {
      for (let x = left + quarter; x < right - quarter; x += 1) {
        sum += data[(y * width + x) * 4 + 1];
        count += 1;
      }
    }
    return sum / count;
  });
  return { levels, mediaTime };
}
