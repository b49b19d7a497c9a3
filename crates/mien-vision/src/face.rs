//! What the seeing path says about one face.

mod seen;

pub use seen::Seen;

/// A point in pixels of the upright picture; the centre of the first pixel is (0, 0).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Pixels to the right.
    pub x: f32,
    /// Pixels down.
    pub y: f32,
}

impl Point {
    /// The point at these coordinates.
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }

    /// Straight distance in pixels.
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point halfway to `other`.
    pub fn middle(self, other: Self) -> Self {
        Self {
            x: 0.5 * (self.x + other.x),
            y: 0.5 * (self.y + other.y),
        }
    }
}

/// A box in pixels of the upright picture, as a detector finds it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Region {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width, never negative.
    pub width: f32,
    /// Height, never negative.
    pub height: f32,
}

impl Region {
    /// The middle of the box.
    pub fn centre(&self) -> Point {
        Point::new(self.x + 0.5 * self.width, self.y + 0.5 * self.height)
    }

    /// Area in square pixels.
    pub fn area(&self) -> f32 {
        self.width * self.height
    }

    /// Intersection over union, 0 to 1.
    pub fn overlap(&self, other: &Self) -> f32 {
        let shared = self.shared_area(other);
        let union = self.area() + other.area() - shared;
        if union > 0.0 { shared / union } else { 0.0 }
    }

    /// Area that both boxes cover, in square pixels.
    pub fn shared_area(&self, other: &Self) -> f32 {
        let width = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let height = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        width.max(0.0) * height.max(0.0)
    }
}

/// The frame the API reports: the features plus a margin. It may leave the picture (BEHAVIOUR 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Left edge in pixels, may be negative.
    pub x: i32,
    /// Upper edge in pixels, may be negative.
    pub y: i32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Frame {
    /// Area in square pixels.
    pub fn area(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The smaller side in pixels, which `MinFaceSize` is compared with (BEHAVIOUR 8).
    pub fn shorter_side(&self) -> u32 {
        self.width.min(self.height)
    }
}

/// A quarter turn, clockwise, that makes a face upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    /// The face is upright in the picture as it is.
    #[default]
    None,
    /// Turn the picture by 90 degrees clockwise.
    Quarter,
    /// Turn the picture by 180 degrees.
    Half,
    /// Turn the picture by 270 degrees clockwise.
    ThreeQuarters,
}

/// Five points of a face, left and right as the viewer sees them in an upright face.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FivePoints {
    /// Centre of the eye on the left.
    pub left_eye: Point,
    /// Centre of the eye on the right.
    pub right_eye: Point,
    /// Tip of the nose.
    pub nose: Point,
    /// Corner of the mouth on the left.
    pub left_mouth: Point,
    /// Corner of the mouth on the right.
    pub right_mouth: Point,
}

impl FivePoints {
    /// The points in the order eyes, nose, mouth corners, left before right.
    pub fn to_array(self) -> [Point; 5] {
        [
            self.left_eye,
            self.right_eye,
            self.nose,
            self.left_mouth,
            self.right_mouth,
        ]
    }

    /// Takes the points in the order of [`FivePoints::to_array`].
    pub fn from_array([left_eye, right_eye, nose, left_mouth, right_mouth]: [Point; 5]) -> Self {
        Self {
            left_eye,
            right_eye,
            nose,
            left_mouth,
            right_mouth,
        }
    }

    /// Each point moved by `place`.
    pub fn map(self, place: impl Fn(Point) -> Point) -> Self {
        Self::from_array(self.to_array().map(place))
    }
}

/// One face that was found. It belongs to the picture it was found in: what is computed for it later is kept in [`Face::seen`].
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// What the API reports.
    pub frame: Frame,
    /// The detector's own box.
    pub region: Region,
    /// The detector's confidence, 0 to 1.
    pub confidence: f32,
    /// The detector's rough points; the second stage refines them.
    pub rough: FivePoints,
    /// The quarter turn that makes this face upright (only with `rotate`).
    pub turn: Turn,
    /// What was computed for this face already; `Seen::default()` for a face that nobody looked at yet.
    pub seen: Seen,
}
