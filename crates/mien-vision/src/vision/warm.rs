//! Before the first request: networks are compiled for the shapes that will be asked for, and their memory is there.

use super::{DetectOptions, Mirror, Vision, VisionError};
use crate::face::{Face, FivePoints, Frame, Point, Region, Seen, Turn};
use crate::picture::Picture;

/// Pictures whose canvases are prepared, in pixels: what most clients send, across and upright. Each canvas costs some
/// megabytes and 50 to 100 ms, so that rarer ones wait until they are asked for.
const SIZES: [(u32, u32); 4] = [(640, 480), (480, 640), (1280, 960), (960, 1280)];

/// Grey, in which no detector sees a face.
const GREY: u8 = 127;

impl Vision {
    /// Looks at grey pictures, with embeddings on `threads` threads at once, so that the first requests are as fast as the next. A network
    /// that cannot run is found here and not by a client.
    ///
    /// # Errors
    /// An engine failure.
    pub fn warm_up(&self, threads: usize) -> Result<(), VisionError> {
        for (width, height) in SIZES {
            let picture = Picture::plain(width, height, GREY);
            self.detector
                .find(&picture, DetectOptions::default().min_face_px, false, false)?;
        }
        // Engines compile one model at a time, and the memory that several threads need for it is not given back: all is
        // compiled by one, then each thread needs only a request of its own.
        let picture = Picture::plain(640, 480, GREY);
        self.embed_nothing(&picture)?;
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .map(|_| scope.spawn(|| self.embed_nothing(&picture)))
                .collect();
            others
                .into_iter()
                .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    }

    fn embed_nothing(&self, picture: &Picture) -> Result<(), VisionError> {
        let face = somewhere();
        self.points.find(picture, &face)?;
        for live in &self.embedders {
            live.embedder.embed(picture, &face.rough, Mirror::Off)?;
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
