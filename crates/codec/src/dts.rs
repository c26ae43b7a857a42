//! Decoding times for streams that carry only presentation times.

/// Largest reorder depth that H.264 and H.265 allow.
const MAX_DEPTH: usize = 16;

/// Estimates decoding times from presentation times in decoding order, without delay.
///
/// With reorder depth d the decoding time of unit i is the (i − d)-th smallest presentation time
/// so far; the first d ones are put in front at the nominal frame distance. When the depth is
/// not known it starts at 0 and grows when a picture shows it to be too small; until then its
/// presentation time may be before its decoding time, as it may for the leading pictures of an
/// open GOP at the very beginning. Decoding times always increase.
#[derive(Debug, Clone)]
pub struct DtsEstimator {
    depth: usize,
    nominal: i64,
    /// The `depth + 1` largest presentation times so far, ascending: the smallest of them is the
    /// (i − d)-th smallest of all.
    window: Vec<i64>,
    last: Option<i64>,
}

impl DtsEstimator {
    /// `depth` is the reorder depth of the SPS, if it says so; `nominal` a plausible distance of
    /// frames in ticks, used only in front of the first one.
    pub fn new(depth: Option<u8>, nominal: i64) -> Self {
        let depth = usize::from(depth.unwrap_or(0)).min(MAX_DEPTH);
        Self { depth, nominal: nominal.max(1), window: Vec::with_capacity(depth + 2), last: None }
    }

    /// The decoding time of the next unit in decoding order.
    pub fn push(&mut self, pts: i64) -> i64 {
        let full = self.window.len() > self.depth;
        if full && self.window.first().is_some_and(|&smallest| pts < smallest) && self.depth < MAX_DEPTH {
            // It belongs before a picture whose time was already given away: one more picture is
            // reordered than thought.
            self.depth += 1;
        }
        let at = self.window.partition_point(|&earlier| earlier <= pts);
        self.window.insert(at, pts);
        if self.window.len() > self.depth + 1 {
            self.window.remove(0);
        }
        let missing = (self.depth + 1 - self.window.len()) as i64;
        let dts = self.window[0].saturating_sub(missing.saturating_mul(self.nominal));
        let dts = self.last.map_or(dts, |last| dts.max(last.saturating_add(1)));
        self.last = Some(dts);
        dts
    }

    /// The reorder depth that is assumed now.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Forgets all times (connection lost, time jump); the depth stays.
    pub fn reset(&mut self) {
        self.window.clear();
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A decoding order of `count` pictures that begins with the first one shown, as a run does,
    /// and then decodes up to about `depth` pictures ahead of earlier ones.
    fn decoding_order(count: usize, depth: usize, choices: &[usize]) -> Vec<i64> {
        // A picture may be decoded before at most `depth` pictures that are shown earlier.
        let mut waiting: Vec<usize> = Vec::new();
        let mut next = 1;
        let mut out = vec![0];
        let mut choice = choices.iter().copied().cycle();
        while out.len() < count {
            let decoded_ahead = out.iter().filter(|&&pts| waiting.iter().any(|&w| (w as i64) < pts)).count();
            let pick_ahead = choice.next().unwrap_or(0) % 3 != 0;
            if next < count && (waiting.is_empty() || (pick_ahead && decoded_ahead < depth)) {
                // Skip one picture to be decoded later, if it may be.
                if pick_ahead && decoded_ahead < depth && next + 1 < count {
                    waiting.push(next);
                    next += 1;
                }
                out.push(next as i64);
                next += 1;
            } else {
                out.push(waiting.remove(0) as i64);
            }
        }
        out
    }

    fn true_depth(order: &[i64]) -> usize {
        (0..order.len()).map(|i| order[..i].iter().filter(|&&pts| pts > order[i]).count()).max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn with_the_depth_known_times_increase_and_precede_presentation(
            count in 1usize..60,
            depth in 0usize..4,
            choices in prop::collection::vec(0usize..3, 1..20),
            step in 1i64..6000,
            start in -100_000i64..100_000,
        ) {
            let order = decoding_order(count, depth, &choices);
            let depth = true_depth(&order);
            let mut estimator = DtsEstimator::new(Some(depth as u8), step);
            let mut last = i64::MIN;
            for pts in order.iter().map(|n| start + n * step) {
                let dts = estimator.push(pts);
                prop_assert!(dts > last && dts <= pts, "dts {dts} after {last}, pts {pts}");
                last = dts;
            }
        }

        #[test]
        fn with_the_depth_unknown_it_settles(
            choices in prop::collection::vec(0usize..3, 1..20),
            step in 100i64..6000,
        ) {
            let order = decoding_order(200, 2, &choices);
            let mut estimator = DtsEstimator::new(None, step);
            let mut late = 0;
            let mut last = i64::MIN;
            for pts in order.iter().map(|n| n * step) {
                let dts = estimator.push(pts);
                prop_assert!(dts > last);
                last = dts;
                late += usize::from(dts > pts);
            }
            // Each growth of the depth costs a few units.
            prop_assert!(late <= 8 * true_depth(&order), "{late} units were presented before decoded");
        }

        #[test]
        fn any_times_increase(all in prop::collection::vec(any::<i64>(), 0..60)) {
            let mut estimator = DtsEstimator::new(None, 3000);
            let mut last = None;
            for pts in all {
                let dts = estimator.push(pts);
                prop_assert!(last.is_none_or(|last| dts > last || last == i64::MAX));
                last = Some(dts);
            }
        }
    }

    #[test]
    fn a_stream_without_reordering_keeps_its_times() {
        let mut estimator = DtsEstimator::new(None, 3600);
        let times = [0, 3600, 7190, 10_805];
        assert_eq!(times.map(|pts| estimator.push(pts)), times);
    }

    #[test]
    fn b_frames_of_depth_two_are_spread_evenly() {
        let mut estimator = DtsEstimator::new(Some(2), 10);
        let dts: Vec<i64> = [0, 40, 20, 10, 30, 80, 60, 50, 70].map(|pts| estimator.push(pts)).to_vec();
        assert_eq!(dts, [-20, -10, 0, 10, 20, 30, 40, 50, 60]);
    }
}
