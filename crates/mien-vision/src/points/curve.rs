//! Points at equal distances along a line of points.

use crate::face::Point;

/// `N` points from the first to the last point of the line, the same length of line between each two.
pub(super) fn along<const N: usize>(line: &[Point]) -> [Point; N] {
    let total: f32 = line.windows(2).map(|pair| pair[0].distance(pair[1])).sum();
    let mut points = [line.last().copied().unwrap_or_default(); N];
    let mut passed = 0.0;
    let mut next = 0;
    for pair in line.windows(2) {
        let length = pair[0].distance(pair[1]);
        while next + 1 < N {
            let wanted = total * next as f32 / (N - 1) as f32;
            if wanted > passed + length {
                break;
            }
            let share = if length > 0.0 { (wanted - passed) / length } else { 0.0 };
            points[next] = Point::new(
                pair[0].x + share * (pair[1].x - pair[0].x),
                pair[0].y + share * (pair[1].y - pair[0].y),
            );
            next += 1;
        }
        passed += length;
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_do_not_change_the_spacing() {
        let line = [(0.0, 0.0), (3.0, 0.0), (3.0, 1.0), (3.0, 5.0)].map(|(x, y)| Point::new(x, y));
        let expected = [(0.0, 0.0), (2.0, 0.0), (3.0, 1.0), (3.0, 3.0), (3.0, 5.0)].map(|(x, y)| Point::new(x, y));
        let found: [Point; 5] = along(&line);
        for (one, other) in found.iter().zip(expected) {
            assert!(one.distance(other) < 1e-5, "{found:?}");
        }
    }

    #[test]
    fn a_line_without_length_stays_where_it_is() {
        let found: [Point; 4] = along(&[Point::new(2.0, 2.0); 3]);
        assert_eq!(found, [Point::new(2.0, 2.0); 4]);
    }
}
