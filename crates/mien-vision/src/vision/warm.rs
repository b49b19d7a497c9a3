//! Before the first request: networks are compiled for the shapes that will be asked for, and their memory is there.

use super::{DetectOptions, Mirror, Vision, VisionError};
use crate::face::{Face, FivePoints, Frame, Point, Region, Seen, Turn};
use crate::picture::Picture;

/// Pictures whose canvases are prepared, in pixels: what cameras, telephones and browsers send, upright and across.
const SIZES: [(u32, u32); 8] = [
    (640, 480),
    (480, 640),
    (640, 640),
    (1280, 960),
    (960, 1280),
    (1920, 1080),
    (1080, 1920),
    (1280, 720),
];

/// Grey, in which no detector sees a face.
const GREY: u8 = 127;

impl Vision {
    /// Looks at grey pictures, on `threads` threads at once, so that the first requests are as fast as the next. A network
    /// that cannot run is found here and not by a client.
    ///
    /// # Errors
    /// An engine failure.
    pub fn warm_up(&self, threads: usize) -> Result<(), VisionError> {
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..threads.max(1))
                .map(|first| {
                    let sizes = SIZES.into_iter().skip(first).step_by(threads.max(1));
                    scope.spawn(|| self.look_at_nothing(sizes))
                })
                .collect();
            all.into_iter()
                .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    }

    fn look_at_nothing(&self, sizes: impl Iterator<Item = (u32, u32)>) -> Result<(), VisionError> {
        for (width, height) in sizes {
            let picture = Picture::plain(width, height, GREY);
            self.detector
                .find(&picture, DetectOptions::default().min_face_px, false)?;
        }
        // Every thread needs a request of its own for the networks behind the detector.
        let picture = Picture::plain(640, 480, GREY);
        let face = somewhere();
        self.points.find(&picture, &face)?;
        for live in &self.embedders {
            live.embedder.embed(&picture, &face.rough, Mirror::Off)?;
        }
        Ok(())
    }
}

/// A face as a detector would report it.
fn somewhere() -> Face {
    let rough = [
        (290.0, 200.0),
        (350.0, 200.0),
        (320.0, 240.0),
        (295.0, 275.0),
        (345.0, 275.0),
    ];
    Face {
        frame: Frame::default(),
        region: Region {
            x: 250.0,
            y: 140.0,
            width: 140.0,
            height: 190.0,
        },
        confidence: 1.0,
        rough: FivePoints::from_array(rough.map(|(x, y)| Point::new(x, y))),
        turn: Turn::None,
        seen: Seen::default(),
    }
}
