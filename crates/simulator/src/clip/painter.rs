//! Pictures: a background that differs by look, something that moves, noise that needs bits, the
//! frame's number for people and, as a strip, for tests.

use super::spec::Video;
use super::{font, strip};

/// Luma, Cb and Cr of the backgrounds.
const COLOURS: [(u8, u8, u8); 8] = [
    (90, 170, 90),
    (100, 90, 180),
    (110, 100, 80),
    (120, 60, 150),
    (80, 180, 150),
    (130, 120, 200),
    (100, 190, 120),
    (120, 128, 128),
];

/// Paints the pictures of one video as planar 4:2:0.
pub(crate) struct Painter {
    width: usize,
    height: usize,
    frames: u32,
    fps: u32,
    look: usize,
    background: Vec<u8>,
    noise: Vec<u8>,
    noise_rows: usize,
    label: String,
}

impl Painter {
    pub(crate) fn new(video: &Video) -> Self {
        let (width, height) = (video.width as usize, video.height as usize);
        let look = video.look as usize;
        let mut background = vec![0; width * height * 3 / 2];
        let (y, cb, cr) = COLOURS[look % COLOURS.len()];
        let (luma, chroma) = background.split_at_mut(width * height);
        let step = (width / 16).max(1);
        for (row, line) in luma.chunks_exact_mut(width).enumerate() {
            for (column, value) in line.iter_mut().enumerate() {
                *value = if is_light(look, column, row, step, (width, height)) { y + 25 } else { y - 25 };
            }
        }
        let (blue, red) = chroma.split_at_mut(width * height / 4);
        blue.fill(cb);
        red.fill(cr);
        // The strip is black and white, not tinted.
        let strip = strip::strip_height(height) / 2 * (width / 2);
        blue[..strip].fill(128);
        red[..strip].fill(128);
        // More bits a pixel, more noise: so that the encoder has something to spend them on.
        let pixels_a_second = f64::from(video.width) * f64::from(video.height) * f64::from(video.fps);
        let bits_a_pixel = f64::from(video.kbps) * 1000.0 / pixels_a_second.max(1.0);
        let noise_rows = (height as f64 * (bits_a_pixel * 1.7).min(0.5)) as usize;
        let codec = if video.h265 { "H265" } else { "H264" };
        let label = format!("{codec} {}x{} {} FPS", video.width, video.height, video.fps);
        let noise = noise(width * (noise_rows + 64), look as u32 + 1);
        let (frames, fps) = (video.round_frames(), video.fps);
        Self { width, height, frames, fps, look, background, noise, noise_rows, label }
    }

    /// Paints the picture with this number into `out`.
    pub(crate) fn paint(&self, number: u32, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(&self.background);
        let luma = &mut out[..self.width * self.height];
        self.paint_noise(luma, number);
        self.paint_moving(luma, number);
        let scale = (self.height / 40).max(2);
        let text = format!("{number:05}");
        let middle = self.width.saturating_sub(text.len() * font::ADVANCE * scale) / 2;
        self.write(luma, &text, middle, self.height * 3 / 10, scale);
        let seconds = f64::from(number) / f64::from(self.fps.max(1));
        let small = (scale / 2).max(1);
        let top = strip::strip_height(self.height) + small * 4;
        self.write(luma, &self.label, small * 4, top, small);
        let time = format!("{seconds:.2} / {} S", self.frames / self.fps.max(1));
        self.write(luma, &time, small * 4, top + (font::ROWS + 3) * small, small);
        strip::paint(luma, self.width, self.height, number as u16);
    }

    fn paint_noise(&self, luma: &mut [u8], number: u32) {
        let len = self.width * self.noise_rows;
        let from = number.wrapping_mul(2_654_435_761) as usize % (self.width * 64).max(1);
        let start = luma.len() - len;
        for (value, noise) in luma[start..].iter_mut().zip(&self.noise[from..]) {
            *value = value.wrapping_add(*noise);
        }
    }

    /// A bright square that goes around once in a round of the clip.
    fn paint_moving(&self, luma: &mut [u8], number: u32) {
        let side = self.height / 8;
        let way = self.width.saturating_sub(side);
        let done = number as usize * 4 * way / (self.frames as usize).max(1);
        let left =
            if (done / way.max(1)).is_multiple_of(2) { done % way.max(1) } else { way - done % way.max(1) };
        let top = self.height / 2 + (self.look % 3) * side / 2;
        for row in top..(top + side).min(self.height) {
            luma[row * self.width + left..row * self.width + (left + side).min(self.width)].fill(220);
        }
    }

    fn write(&self, luma: &mut [u8], text: &str, left: usize, top: usize, scale: usize) {
        for (index, character) in text.chars().enumerate() {
            let x = left + index * font::ADVANCE * scale;
            for (row, bits) in font::glyph(character).into_iter().enumerate() {
                for column in (0..5).filter(|column| bits >> (4 - column) & 1 == 1) {
                    self.fill(luma, x + column * scale, top + row * scale, scale);
                }
            }
        }
    }

    fn fill(&self, luma: &mut [u8], left: usize, top: usize, side: usize) {
        let right = (left + side).min(self.width);
        for row in top..(top + side).min(self.height) {
            if left < right {
                luma[row * self.width + left..row * self.width + right].fill(235);
            }
        }
    }
}

/// Whether a pixel belongs to the light half of the pattern.
fn is_light(pattern: usize, x: usize, y: usize, step: usize, (width, height): (usize, usize)) -> bool {
    let cell = match pattern % 4 {
        0 => x / step,
        1 => x / step + y / step,
        2 => (x + y) / step,
        _ => (x.abs_diff(width / 2).pow(2) + y.abs_diff(height / 2).pow(2)).isqrt() / step,
    };
    cell.is_multiple_of(2)
}

/// Reproducible noise of ±20, as what is added with wrapping.
fn noise(len: usize, seed: u32) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 24) % 41) as i8 - 20
    };
    std::iter::repeat_with(next).map(|value| value as u8).take(len).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_carries_its_number_and_looks_differ() {
        let mut first = Vec::new();
        let mut other = Vec::new();
        Painter::new(&Video::tiny()).paint(77, &mut first);
        Painter::new(&Video { look: 1, ..Video::tiny() }).paint(77, &mut other);
        assert_eq!(first.len(), 320 * 240 * 3 / 2);
        assert_eq!(strip::read_frame_number(&first, 320, 320, 240), Some(77));
        assert_ne!(first, other);
    }
}
