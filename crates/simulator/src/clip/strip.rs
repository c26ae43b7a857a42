//! The strip of blocks at the top of a picture from which a test reads the frame's number.
//!
//! The strip is as wide as the picture and a 20th of it high, but at least 16 pixels. It has 20
//! blocks of equal width, from left to right: white, black, 16 bits of the number beginning with
//! the highest (white is 1), even parity of these bits, its complement. Block `n` covers the
//! columns from `n * width / 20` to `(n + 1) * width / 20`.

/// Blocks of the strip.
const BLOCKS: usize = 20;
const BITS: usize = 16;
const WHITE: u8 = 235;
const BLACK: u8 = 16;

/// Rows that the strip takes of a picture of this height.
pub(crate) fn strip_height(height: usize) -> usize {
    (height / 20).max(16).next_multiple_of(2)
}

/// Paints the strip onto a luma plane whose stride is its width.
pub(crate) fn paint(luma: &mut [u8], width: usize, height: usize, number: u16) {
    let mut row = vec![0; width];
    for block in 0..BLOCKS {
        let value = if is_white(block, number) { WHITE } else { BLACK };
        row[block * width / BLOCKS..(block + 1) * width / BLOCKS].fill(value);
    }
    for line in luma.chunks_exact_mut(width).take(strip_height(height)) {
        line.copy_from_slice(&row);
    }
}

fn is_white(block: usize, number: u16) -> bool {
    let parity = number.count_ones() % 2 == 1;
    match block {
        0 => true,
        1 => false,
        18 => parity,
        19 => !parity,
        bit => number >> (BITS - 1 - (bit - 2)) & 1 == 1,
    }
}

/// Reads the number from the luma plane of a decoded picture; none if there is no strip or its
/// parity is wrong. `stride` is the distance between two rows in bytes. A picture that was scaled
/// as a whole can still be read.
pub fn read_frame_number(luma: &[u8], stride: usize, width: usize, height: usize) -> Option<u16> {
    if width < BLOCKS * 4 || height < 16 || stride < width || luma.len() < stride * (height - 1) + width {
        return None;
    }
    let mut levels = [0; BLOCKS];
    for (block, level) in levels.iter_mut().enumerate() {
        *level = mean_of_middle(luma, stride, width, strip_height(height), block);
    }
    let (white, black) = (levels[0], levels[1]);
    if white < black + 60 {
        return None;
    }
    let threshold = (white + black) / 2;
    let bit = |block: usize| levels[block] > threshold;
    let number = (2..2 + BITS).fold(0u16, |number, block| number << 1 | u16::from(bit(block)));
    let parity = number.count_ones() % 2 == 1;
    (bit(18) == parity && bit(19) != parity).then_some(number)
}

/// The mean of the inner half of a block: its edges are blurred by compression.
fn mean_of_middle(luma: &[u8], stride: usize, width: usize, rows: usize, block: usize) -> u32 {
    let (left, right) = (block * width / BLOCKS, (block + 1) * width / BLOCKS);
    let quarter = (right - left) / 4;
    let (mut sum, mut count) = (0, 0);
    for row in rows / 4..rows * 3 / 4 {
        for &value in &luma[row * stride + left + quarter..row * stride + right - quarter] {
            sum += u32::from(value);
            count += 1;
        }
    }
    sum / count.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_reads_back() {
        let (width, height) = (320, 240);
        let mut luma = vec![128; width * height];
        for number in 0..=u16::MAX {
            paint(&mut luma, width, height, number);
            assert_eq!(read_frame_number(&luma, width, width, height), Some(number));
        }
    }

    #[test]
    fn a_wrong_block_is_noticed() {
        let (width, height) = (640, 360);
        let mut luma = vec![128; width * height];
        paint(&mut luma, width, height, 0x1234);
        let (left, right) = (5 * width / BLOCKS, 6 * width / BLOCKS);
        for line in luma.chunks_exact_mut(width).take(strip_height(height)) {
            for value in &mut line[left..right] {
                *value = 251 - *value;
            }
        }
        assert_eq!(read_frame_number(&luma, width, width, height), None);
    }

    #[test]
    fn a_picture_without_strip_has_no_number() {
        assert_eq!(read_frame_number(&vec![128; 640 * 360], 640, 640, 360), None);
        assert_eq!(read_frame_number(&[0; 10], 640, 640, 360), None);
        assert_eq!(read_frame_number(&[], 0, 0, 0), None);
    }
}
