//! What the active faults of a camera come to.

use std::time::Duration;

use crate::fault::Fault;

/// What the active faults of a camera come to; the default is a healthy camera.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Effects {
    pub(crate) stall: bool,
    pub(crate) lose_percent: f32,
    pub(crate) garbage: bool,
    pub(crate) no_key_frame: bool,
    pub(crate) shift_millis: i64,
    pub(crate) wrap_after: Option<Duration>,
    pub(crate) claimed_fps: Option<u32>,
    pub(crate) drip: Option<u32>,
    pub(crate) refuse: bool,
    pub(crate) unauthorized: bool,
    pub(crate) silent: bool,
}

/// The faults that are active at a camera.
#[derive(Debug, Default)]
pub(crate) struct ActiveFaults {
    faults: Vec<(u64, Fault)>,
    next_id: u64,
}

impl ActiveFaults {
    /// Adds a fault; its id ends it again.
    pub(crate) fn begin(&mut self, fault: Fault) -> u64 {
        self.next_id += 1;
        self.faults.push((self.next_id, fault));
        self.next_id
    }

    /// Ends a fault; none if it is not active any more.
    pub(crate) fn end(&mut self, id: u64) -> Option<Fault> {
        let at = self.faults.iter().position(|(other, _)| *other == id)?;
        Some(self.faults.remove(at).1)
    }

    /// Ends all faults.
    pub(crate) fn end_all(&mut self) -> Vec<Fault> {
        self.faults.drain(..).map(|(_, fault)| fault).collect()
    }

    /// Whether codec and resolution of the main stream are not what they should be.
    pub(crate) fn changes(&self) -> (bool, bool) {
        let active = |wanted| self.faults.iter().any(|(_, fault)| *fault == wanted);
        (active(Fault::Codec), active(Fault::Resolution))
    }

    pub(crate) fn effects(&self) -> Effects {
        let mut effects = Effects::default();
        for (_, fault) in &self.faults {
            match *fault {
                Fault::Drop | Fault::Reset | Fault::Refuse => effects.refuse = true,
                Fault::Stall => effects.stall = true,
                Fault::Lose { percent } => effects.lose_percent = effects.lose_percent.max(percent),
                Fault::Garbage => effects.garbage = true,
                Fault::NoKeyFrame => effects.no_key_frame = true,
                Fault::Jump { millis } => {
                    effects.shift_millis = effects.shift_millis.saturating_add(millis);
                }
                Fault::Wrap { after } => effects.wrap_after = Some(after),
                Fault::ClaimedFps { fps } => effects.claimed_fps = Some(fps),
                Fault::Drip { bytes_per_sec } => effects.drip = Some(bytes_per_sec.max(1)),
                Fault::Unauthorized => effects.unauthorized = true,
                Fault::Silent => effects.silent = true,
                // These act once, when they begin and when they end.
                Fault::Codec | Fault::Resolution | Fault::HalfOpen => {}
            }
        }
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_add_up_and_end_one_by_one() {
        let mut active = ActiveFaults::default();
        let first = active.begin(Fault::Jump { millis: 1000 });
        let second = active.begin(Fault::Jump { millis: -300 });
        active.begin(Fault::Stall);
        assert_eq!(active.effects(), Effects { shift_millis: 700, stall: true, ..Effects::default() });
        assert_eq!(active.end(first), Some(Fault::Jump { millis: 1000 }));
        assert_eq!(active.end(first), None);
        assert_eq!(active.effects().shift_millis, -300);
        assert_eq!(active.end(second), Some(Fault::Jump { millis: -300 }));
        assert_eq!(active.end_all(), [Fault::Stall]);
        assert_eq!(active.effects(), Effects::default());
    }
}
