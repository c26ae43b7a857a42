//! Cameras as JSON, made once for all who list them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use nightjar_model::{Camera as DomainCamera, CameraId, CameraStatus as PostedStatus, StatusBoard};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::Camera;

/// Texts that are kept, of about 1 KB each.
const MAX_TEXTS: usize = 10_000;

/// What was last shown of each camera. It is right until the camera or its status changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct CameraTexts {
    known: Arc<RwLock<HashMap<CameraId, Known>>>,
}

/// A [`Camera`], serialized.
#[derive(Debug, Clone)]
pub(crate) struct CameraText {
    text: Arc<RawValue>,
    /// Changes with everything but what is measured all the time.
    pub(super) steady: u64,
}

#[derive(Debug)]
struct Known {
    camera: Arc<DomainCamera>,
    status: Option<Arc<PostedStatus>>,
    text: CameraText,
}

impl CameraTexts {
    /// These cameras with what is going on with them now.
    pub(crate) fn of(&self, cameras: &[Arc<DomainCamera>], board: &StatusBoard) -> Vec<CameraText> {
        let mut anew = Vec::new();
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let texts = cameras.iter().map(|camera| {
            let status = board.camera(camera.id);
            if let Some(known) = known.get(&camera.id).filter(|known| known.is_of(camera, status.as_ref())) {
                return known.text.clone();
            }
            let known = Known::new(Arc::clone(camera), status);
            let text = known.text.clone();
            anew.push(known);
            text
        });
        let texts = texts.collect();
        drop(known);
        self.keep(anew);
        texts
    }

    fn keep(&self, anew: Vec<Known>) {
        if anew.is_empty() {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Also of cameras that are gone: they are not worth more than that.
        if known.len() + anew.len() > MAX_TEXTS {
            known.clear();
        }
        known.extend(anew.into_iter().map(|known| (known.camera.id, known)));
    }
}

impl Known {
    fn new(camera: Arc<DomainCamera>, status: Option<Arc<PostedStatus>>) -> Self {
        let mut shown = Camera::with_status(&camera, status.as_deref());
        let text = to_raw_value(&shown).expect("made of maps with text keys").into();
        shown.status.clear_measurements();
        let mut steady = DefaultHasher::new();
        to_raw_value(&shown).expect("made of maps with text keys").get().hash(&mut steady);
        Self { camera, status, text: CameraText { text, steady: steady.finish() } }
    }

    fn is_of(&self, camera: &Arc<DomainCamera>, status: Option<&Arc<PostedStatus>>) -> bool {
        let same_status = match (&self.status, status) {
            (Some(known), Some(status)) => Arc::ptr_eq(known, status),
            (None, None) => true,
            _ => false,
        };
        same_status && Arc::ptr_eq(&self.camera, camera)
    }
}

impl Serialize for CameraText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightjar_model::{CameraSource, OrgId, WallTime};
    use uuid::Uuid;

    fn camera(name: &str) -> Arc<DomainCamera> {
        let source = CameraSource::new("rtsp://192.0.2.1/main".parse().expect("valid"));
        let id = CameraId(Uuid::from_u128(7));
        let camera = DomainCamera::new(
            id,
            OrgId::DEFAULT,
            "front".parse().expect("valid"),
            source,
            WallTime::default(),
        );
        Arc::new(DomainCamera { name: name.to_owned(), ..camera })
    }

    fn shown(texts: &CameraTexts, camera: &Arc<DomainCamera>, board: &StatusBoard) -> Arc<RawValue> {
        texts.of(&[Arc::clone(camera)], board).remove(0).text
    }

    #[test]
    fn a_text_is_made_anew_when_the_camera_or_its_status_changes() {
        let (texts, board) = (CameraTexts::default(), StatusBoard::default());
        let mut front = camera("Front");
        let unposted = shown(&texts, &front, &board);
        assert!(Arc::ptr_eq(&unposted, &shown(&texts, &front, &board)), "nothing has changed");
        for bitrate in 1..=3 {
            board.update_camera(front.id, WallTime::default(), |status| status.bitrate = bitrate);
            let text = shown(&texts, &front, &board);
            assert!(text.get().contains(&format!("\"bitrate\":{bitrate},")), "{text}");
            assert!(Arc::ptr_eq(&text, &shown(&texts, &front, &board)), "nothing has changed");
        }
        front = camera("Back");
        let text = shown(&texts, &front, &board);
        assert!(text.get().contains("\"Back\"") && text.get().contains("\"bitrate\":3,"), "{text}");
        board.remove_camera(front.id);
        assert!(shown(&texts, &front, &board).get().contains("\"bitrate\":0,"));
    }

    #[test]
    fn what_is_measured_all_the_time_is_no_change() {
        let (texts, board) = (CameraTexts::default(), StatusBoard::default());
        let front = camera("Front");
        let steady = |change: fn(&mut PostedStatus)| {
            board.update_camera(front.id, WallTime::default(), change);
            texts.of(&[Arc::clone(&front)], &board).remove(0).steady
        };
        let before = steady(|status| status.bitrate = 1);
        assert_eq!(before, steady(|status| (status.bitrate, status.fps, status.reconnects) = (2, 25.0, 3)));
        assert_ne!(before, steady(|status| status.connected = true));
    }

    #[test]
    fn texts_do_not_heap_up() {
        let (texts, board) = (CameraTexts::default(), StatusBoard::default());
        let front = camera("Front");
        let many = |from: u128| {
            let ids = (from..from + MAX_TEXTS as u128 / 2 + 1).map(|id| CameraId(Uuid::from_u128(id)));
            ids.map(|id| Arc::new(DomainCamera { id, ..(*front).clone() })).collect::<Vec<_>>()
        };
        texts.of(&many(0), &board);
        texts.of(&many(1_000_000), &board);
        assert!(texts.known.read().expect("whole").len() <= MAX_TEXTS);
    }
}
