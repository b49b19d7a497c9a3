//! What a face looks like. `None` means not determined.

/// One class of an attribute, numbered as the contract numbers the types of DetectFaceAttributes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Class {
    /// The class.
    pub number: u8,
    /// How sure it is, 0 to 1.
    pub probability: f32,
}

/// How a head is turned, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Up and down.
    pub pitch: f32,
    /// Left and right.
    pub yaw: f32,
    /// Towards a shoulder.
    pub roll: f32,
}

/// Attributes of one face; the class numbers are those of [`crate::reply::attributes`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Attributes {
    /// Years.
    pub age_years: Option<f32>,
    /// 0 to 100.
    pub beauty: Option<f32>,
    /// 0 not smiling, 50 smiling, 100 laughing.
    pub smile: Option<f32>,
    /// Pose.
    pub pose: Option<Pose>,
    /// 0 neutral to 6 scared.
    pub emotion: Option<Class>,
    /// 0 none, 1 glasses, 2 sunglasses.
    pub glass: Option<Class>,
    /// 0 open, 1 closed.
    pub eye_open: Option<Class>,
    /// 0 not double, 1 double.
    pub eyelid: Option<Class>,
    /// 0 small, 1 normal, 2 big.
    pub eye_size: Option<Class>,
    /// 0 light, 1 thick.
    pub eyebrow_density: Option<Class>,
    /// 0 flat, 1 curved.
    pub eyebrow_curve: Option<Class>,
    /// 0 short, 1 long.
    pub eyebrow_length: Option<Class>,
    /// 0 male, 1 female.
    pub gender: Option<Class>,
    /// 0 bald to 4 tied.
    pub hair_length: Option<Class>,
    /// 0 no bangs, 1 bangs.
    pub hair_bang: Option<Class>,
    /// 0 black to 3 grey or white.
    pub hair_color: Option<Class>,
    /// 0 none to 3 security guard.
    pub hat_style: Option<Class>,
    /// 0 no hat to 6 mixed.
    pub hat_color: Option<Class>,
    /// 0 no mask to 4 worn properly.
    pub mask: Option<Class>,
    /// 0 closed, 1 open.
    pub mouth_open: Option<Class>,
    /// 0 none, 1 beard.
    pub moustache: Option<Class>,
    /// 0 upturned to 3 bulbous.
    pub nose: Option<Class>,
    /// 0 square to 4 round.
    pub shape: Option<Class>,
    /// 0 yellow to 3 white.
    pub skin: Option<Class>,
}
