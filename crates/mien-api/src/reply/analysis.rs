//! Nested types of DetectFace.

use crate::reply::fields;

fields! {
    /// One face that was found.
    nested FaceInfo {
        /// Left edge in pixels, may be negative.
        x: i64 = "X",
        /// Upper edge in pixels, may be negative.
        y: i64 = "Y",
        /// Width in pixels; signed here, unsigned in `FaceRect`.
        width: i64 = "Width",
        /// Height in pixels.
        height: i64 = "Height",
        /// Always present; zeros when not asked for (BEHAVIOUR 9 DetectFace).
        attributes: FaceAttributesInfo = "FaceAttributesInfo",
        /// Zeros when not asked for, `null` when it cannot be determined.
        quality: Option<FaceQualityInfo> = "FaceQualityInfo",
    }
}

fields! {
    /// Attributes of one face.
    #[derive(Copy)]
    nested FaceAttributesInfo {
        /// 0-49 female, 50-100 male (BEHAVIOUR 6.4).
        gender: i64 = "Gender",
        /// Years, 0 to 100.
        age: i64 = "Age",
        /// 0 normal, 50 smile, 100 laugh.
        expression: i64 = "Expression",
        /// Wears glasses.
        glass: bool = "Glass",
        /// Degrees, -30 to 30.
        pitch: i64 = "Pitch",
        /// Degrees, -30 to 30.
        yaw: i64 = "Yaw",
        /// Degrees, -180 to 180.
        roll: i64 = "Roll",
        /// 0 to 100.
        beauty: i64 = "Beauty",
        /// Wears a hat.
        hat: Option<bool> = "Hat",
        /// Wears a mask.
        mask: Option<bool> = "Mask",
        /// Hair.
        hair: Option<FaceHairAttributesInfo> = "Hair",
        /// False as soon as one eye is closed (BEHAVIOUR 13 #26).
        eye_open: Option<bool> = "EyeOpen",
    }
}

fields! {
    /// Hair. `bang` is the inverse of `Hair.Bang` (BEHAVIOUR 6.4).
    #[derive(Copy, Default)]
    nested FaceHairAttributesInfo {
        /// 0 bald, 1 short, 2 medium, 3 long, 4 tied.
        length: Option<i64> = "Length",
        /// 0 with bangs, 1 without.
        bang: Option<i64> = "Bang",
        /// 0 black, 1 golden, 2 brown, 3 grey or white.
        color: Option<i64> = "Color",
    }
}

fields! {
    /// How fit the face is for recognition, 0 to 100 each.
    #[derive(Copy)]
    nested FaceQualityInfo {
        /// Overall.
        score: Option<i64> = "Score",
        /// Below 40 very blurred, below 60 blurred, below 80 slightly blurred.
        sharpness: Option<i64> = "Sharpness",
        /// Below 30 dark, above 70 bright.
        brightness: Option<i64> = "Brightness",
        /// What is covered.
        completeness: Option<FaceQualityCompleteness> = "Completeness",
    }
}

fields! {
    /// How much of each part can be seen, 0 to 100.
    #[derive(Copy)]
    nested FaceQualityCompleteness {
        /// Covered at 80 and below.
        eyebrow: Option<i64> = "Eyebrow",
        /// Covered at 80 and below.
        eye: Option<i64> = "Eye",
        /// Covered at 60 and below.
        nose: Option<i64> = "Nose",
        /// Covered at 70 and below.
        cheek: Option<i64> = "Cheek",
        /// Covered at 50 and below.
        mouth: Option<i64> = "Mouth",
        /// Covered at 70 and below.
        chin: Option<i64> = "Chin",
    }
}
