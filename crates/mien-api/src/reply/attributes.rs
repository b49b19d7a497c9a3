//! Nested types of DetectFaceAttributes.

use crate::reply::fields;
use crate::reply::places::FaceRect;

fields! {
    /// One attribute: a class and how sure it is. Type 0 with probability 0 when it was not asked for.
    #[derive(Copy, Default)]
    nested AttributeItem {
        /// Class number.
        class: i64 = "Type",
        /// 0 to 1.
        probability: f32 = "Probability",
    }
}

fields! {
    /// Eyes.
    #[derive(Copy, Default)]
    nested Eye {
        /// 0 none, 1 glasses, 2 sunglasses.
        glass: AttributeItem = "Glass",
        /// 0 open, 1 closed.
        eye_open: AttributeItem = "EyeOpen",
        /// 0 not double, 1 double.
        eyelid_type: AttributeItem = "EyelidType",
        /// 0 small, 1 normal, 2 big.
        eye_size: AttributeItem = "EyeSize",
    }
}

fields! {
    /// Eyebrows.
    #[derive(Copy, Default)]
    nested Eyebrow {
        /// 0 light, 1 thick.
        density: AttributeItem = "EyebrowDensity",
        /// 0 flat, 1 curved.
        curve: AttributeItem = "EyebrowCurve",
        /// 0 short, 1 long.
        length: AttributeItem = "EyebrowLength",
    }
}

fields! {
    /// Hair. `bang` is the inverse of `FaceHairAttributesInfo.Bang` (BEHAVIOUR 6.4).
    #[derive(Copy, Default)]
    nested Hair {
        /// 0 bald, 1 short, 2 medium, 3 long, 4 tied.
        length: AttributeItem = "Length",
        /// 0 no bangs, 1 bangs.
        bang: AttributeItem = "Bang",
        /// 0 black, 1 golden, 2 brown, 3 grey or white.
        color: AttributeItem = "Color",
    }
}

fields! {
    /// Hat.
    #[derive(Copy, Default)]
    nested Hat {
        /// 0 none, 1 ordinary, 2 helmet, 3 security guard.
        style: AttributeItem = "Style",
        /// 0 no hat, 1 red, 2 yellow, 3 blue, 4 black, 5 grey or white, 6 mixed.
        color: AttributeItem = "Color",
    }
}

fields! {
    /// How the head is turned, in degrees.
    #[derive(Copy, Default)]
    nested HeadPose {
        /// -30 to 30.
        pitch: i64 = "Pitch",
        /// -30 to 30.
        yaw: i64 = "Yaw",
        /// -180 to 180.
        roll: i64 = "Roll",
    }
}

fields! {
    /// Mouth.
    #[derive(Copy, Default)]
    nested Mouth {
        /// 0 closed, 1 open.
        mouth_open: AttributeItem = "MouthOpen",
    }
}

fields! {
    /// All attributes of one face.
    #[derive(Copy, Default)]
    nested FaceDetailAttributesInfo {
        /// Years, 0 to 65; 65 means 65 or older.
        age: i64 = "Age",
        /// 0 to 100.
        beauty: i64 = "Beauty",
        /// 0 neutral, 1 happy, 2 surprised, 3 angry, 4 sad, 5 disgusted, 6 scared.
        emotion: AttributeItem = "Emotion",
        /// Eyes.
        eye: Eye = "Eye",
        /// Eyebrows.
        eyebrow: Eyebrow = "Eyebrow",
        /// 0 male, 1 female: not the coding of persons (BEHAVIOUR 6.4).
        gender: AttributeItem = "Gender",
        /// Hair.
        hair: Hair = "Hair",
        /// Hat.
        hat: Hat = "Hat",
        /// Pose.
        head_pose: HeadPose = "HeadPose",
        /// 0 no mask, 1 not covering, 2 covers the chin, 3 covers the mouth, 4 worn properly.
        mask: AttributeItem = "Mask",
        /// Mouth.
        mouth: Mouth = "Mouth",
        /// 0 none, 1 beard.
        moustache: AttributeItem = "Moustache",
        /// 0 upturned, 1 aquiline, 2 normal, 3 bulbous.
        nose: AttributeItem = "Nose",
        /// 0 square, 1 triangular, 2 oval, 3 heart, 4 round.
        shape: AttributeItem = "Shape",
        /// 0 yellow, 1 brown, 2 black, 3 white.
        skin: AttributeItem = "Skin",
        /// 0 to 100.
        smile: i64 = "Smile",
    }
}

fields! {
    /// One face with its attributes.
    nested FaceDetailInfo {
        /// The frame.
        face_rect: FaceRect = "FaceRect",
        /// The attributes.
        attributes: FaceDetailAttributesInfo = "FaceDetailAttributesInfo",
    }
}
