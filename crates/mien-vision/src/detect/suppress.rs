//! Non-maximum suppression: of candidates that show the same face the most confident one stays.

use super::Candidate;

/// More faces than this are never reported (BEHAVIOUR 8: 120), so that many and some to spare are enough.
const MOST: usize = 256;

/// A box that lies inside another by this much is the same face, seen at another scale.
const INSIDE: f32 = 0.8;

/// The best candidates, most confident first.
pub(super) fn best(mut candidates: Vec<Candidate>, overlap: f32) -> Vec<Candidate> {
    candidates.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if kept.len() == MOST {
            break;
        }
        if kept.iter().all(|better| !same_face(better, &candidate, overlap)) {
            kept.push(candidate);
        }
    }
    kept
}

fn same_face(one: &Candidate, other: &Candidate, overlap: f32) -> bool {
    let smaller = one.region.area().min(other.region.area());
    let inside = one.region.shared_area(&other.region) > INSIDE * smaller;
    inside || one.region.overlap(&other.region) > overlap
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::{FivePoints, Region, Turn};

    fn candidate(x: f32, side: f32, confidence: f32) -> Candidate {
        Candidate {
            region: Region {
                x,
                y: 0.0,
                width: side,
                height: side,
            },
            confidence,
            points: FivePoints::default(),
            turn: Turn::None,
        }
    }

    #[test]
    fn neighbours_stay_and_doubles_go() {
        let found = best(
            vec![
                candidate(0.0, 10.0, 0.7),
                candidate(1.0, 10.0, 0.9),
                candidate(20.0, 10.0, 0.8),
                candidate(22.0, 5.0, 0.6),
                candidate(27.0, 10.0, 0.5),
            ],
            0.3,
        );
        let confidences: Vec<f32> = found.iter().map(|candidate| candidate.confidence).collect();
        assert_eq!(confidences, [0.9, 0.8, 0.5]);
    }
}
