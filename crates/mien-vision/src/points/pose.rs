//! How a head is turned: the rotation that brings the mean face onto the mesh.

use super::mesh::Mesh;

/// How a head is turned, in degrees, seen from the viewer's side. The contract gives no signs; these are ours.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HeadPose {
    /// Up is positive, -90 to 90. 0 is the mean over LFW.
    pub pitch: f32,
    /// Towards the right of the picture is positive, -90 to 90.
    pub yaw: f32,
    /// Clockwise on the screen is positive, -180 to 180.
    pub roll: f32,
}

type Vector = [f32; 3];
type Matrix = [Vector; 3];

impl HeadPose {
    /// The pose of a mesh. `None` when the mesh has no extent.
    ///
    /// The best rotation is the orthogonal factor of the correlation of both point sets (Horn, Hilden and Negahdaripour
    /// 1988); angles in the order roll, yaw, pitch from the picture to the head.
    pub fn of(mesh: &Mesh) -> Option<Self> {
        let turned = orthogonal(correlation(mesh))?;
        Some(Self {
            pitch: -turned[2][1].atan2(turned[2][2]).to_degrees(),
            yaw: turned[2][0].clamp(-1.0, 1.0).asin().to_degrees(),
            roll: turned[1][0].atan2(turned[0][0]).to_degrees(),
        })
    }
}

/// Sum of the outer products of mesh and mean face, both about their means.
fn correlation(mesh: &Mesh) -> Matrix {
    let at = |index: usize| {
        let point = mesh.points()[index];
        [point.x, point.y, mesh.depths()[index]]
    };
    let count = MEAN_FACE.len() as f32;
    let mut middle = [0.0; 3];
    for (index, _) in MEAN_FACE {
        for (sum, value) in middle.iter_mut().zip(at(index)) {
            *sum += value / count;
        }
    }
    // The mean face is about its own mean already.
    let mut sum = [[0.0; 3]; 3];
    for (index, mean) in MEAN_FACE {
        let found = at(index);
        for row in 0..3 {
            for column in 0..3 {
                sum[row][column] += (found[row] - middle[row]) * mean[column];
            }
        }
    }
    sum
}

/// The rotation nearest to a matrix, by Newton's iteration for the polar factor (Higham 1986).
fn orthogonal(matrix: Matrix) -> Option<Matrix> {
    let size = matrix.iter().flatten().map(|value| value * value).sum::<f32>().sqrt();
    let mut turned = matrix.map(|row| row.map(|value| value / size));
    for _ in 0..ITERATIONS {
        let (cofactors, determinant) = cofactors(&turned);
        // Zero for points in a line, negative for a mirrored head: neither is a face.
        if determinant.is_nan() || determinant <= f32::EPSILON {
            return None;
        }
        for row in 0..3 {
            for column in 0..3 {
                turned[row][column] = 0.5 * (turned[row][column] + cofactors[row][column] / determinant);
            }
        }
    }
    Some(turned)
}

/// Quadratic convergence: far more than any face needs.
const ITERATIONS: usize = 24;

/// Cofactors, which are the inverse transposed times the determinant, and the determinant.
fn cofactors(matrix: &Matrix) -> (Matrix, f32) {
    let [one, two, three] = *matrix;
    let cofactors = [cross(two, three), cross(three, one), cross(one, two)];
    let determinant = one.iter().zip(cofactors[0]).map(|(value, other)| value * other).sum();
    (cofactors, determinant)
}

fn cross(one: Vector, other: Vector) -> Vector {
    [
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    ]
}

/// Points that expressions hardly move, of the mean face over 1,017 images of LFW made symmetric: right, down, away from
/// the viewer, in distances of the eyes about their mean. Made by `training/mesh/tables.py`.
#[rustfmt::skip]
const MEAN_FACE: [(usize, Vector); 50] = [
    (1, [0.0000, 0.6603, -0.6134]),
    (2, [0.0000, 0.7612, -0.3647]),
    (4, [0.0000, 0.5541, -0.6471]),
    (5, [0.0000, 0.4156, -0.6089]),
    (6, [0.0000, 0.0797, -0.3590]),
    (8, [0.0000, -0.1456, -0.3003]),
    (9, [0.0000, -0.2814, -0.3214]),
    (10, [0.0000, -0.8365, -0.2220]),
    (21, [-1.0640, -0.3526, 0.4837]),
    (33, [-0.7196, 0.0245, 0.0656]),
    (50, [-0.7829, 0.5416, -0.0238]),
    (54, [-0.9610, -0.5366, 0.2880]),
    (67, [-0.5605, -0.7811, -0.0911]),
    (70, [-0.9093, -0.2001, 0.0738]),
    (98, [-0.2790, 0.7174, -0.2344]),
    (103, [-0.8000, -0.6827, 0.0852]),
    (105, [-0.6434, -0.3349, -0.1677]),
    (107, [-0.2232, -0.2996, -0.3095]),
    (109, [-0.3027, -0.8272, -0.1933]),
    (116, [-1.0174, 0.2949, 0.2670]),
    (117, [-0.8407, 0.2889, 0.0720]),
    (127, [-1.1360, 0.0945, 0.8498]),
    (129, [-0.3381, 0.6059, -0.1748]),
    (133, [-0.2804, 0.0439, -0.0193]),
    (151, [0.0000, -0.5718, -0.2778]),
    (162, [-1.1183, -0.1553, 0.6875]),
    (168, [0.0000, -0.0381, -0.2904]),
    (195, [0.0000, 0.3012, -0.5206]),
    (197, [0.0000, 0.1940, -0.4363]),
    (205, [-0.6458, 0.6803, -0.1017]),
    (234, [-1.1245, 0.3317, 0.9239]),
    (251, [1.0640, -0.3526, 0.4837]),
    (263, [0.7196, 0.0245, 0.0656]),
    (280, [0.7829, 0.5416, -0.0238]),
    (284, [0.9610, -0.5366, 0.2880]),
    (297, [0.5605, -0.7811, -0.0911]),
    (300, [0.9093, -0.2001, 0.0738]),
    (327, [0.2790, 0.7174, -0.2344]),
    (332, [0.8000, -0.6827, 0.0852]),
    (334, [0.6434, -0.3349, -0.1677]),
    (336, [0.2232, -0.2996, -0.3095]),
    (338, [0.3027, -0.8272, -0.1933]),
    (345, [1.0174, 0.2949, 0.2670]),
    (346, [0.8407, 0.2889, 0.0720]),
    (356, [1.1360, 0.0945, 0.8498]),
    (358, [0.3381, 0.6059, -0.1748]),
    (362, [0.2804, 0.0439, -0.0193]),
    (389, [1.1183, -0.1553, 0.6875]),
    (425, [0.6458, 0.6803, -0.1017]),
    (454, [1.1245, 0.3317, 0.9239]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::Point;

    /// The mean face turned by known angles.
    fn posed(pitch: f32, yaw: f32, roll: f32) -> Mesh {
        let (pitch, yaw, roll) = (-pitch.to_radians(), -yaw.to_radians(), roll.to_radians());
        let mut points = vec![[0.0f32; 3]; super::super::MESH_POINTS];
        for (index, [x, y, z]) in MEAN_FACE {
            let (y, z) = (y * pitch.cos() - z * pitch.sin(), y * pitch.sin() + z * pitch.cos());
            let (x, z) = (x * yaw.cos() + z * yaw.sin(), z * yaw.cos() - x * yaw.sin());
            let (x, y) = (x * roll.cos() - y * roll.sin(), x * roll.sin() + y * roll.cos());
            points[index] = [x * 80.0 + 300.0, y * 80.0 + 200.0, z * 80.0];
        }
        Mesh::new(
            points.iter().map(|&[x, y, _]| Point::new(x, y)).collect(),
            points.iter().map(|&[_, _, z]| z).collect(),
            1.0,
        )
    }

    #[test]
    fn known_angles_come_back() {
        let cases = [
            (0.0, 0.0, 0.0),
            (20.0, 0.0, 0.0),
            (-20.0, 0.0, 0.0),
            (0.0, 35.0, 0.0),
            (0.0, -35.0, 0.0),
            (0.0, 0.0, 60.0),
            (10.0, -15.0, 170.0),
            (-25.0, 40.0, -95.0),
        ];
        for (pitch, yaw, roll) in cases {
            let found = HeadPose::of(&posed(pitch, yaw, roll)).unwrap();
            let off = [found.pitch - pitch, found.yaw - yaw, found.roll - roll];
            assert!(
                off.iter().all(|off| off.abs() < 0.05),
                "{pitch} {yaw} {roll}: {found:?}"
            );
        }
    }

    #[test]
    fn signs_are_the_viewers() {
        // A nose that lies right of the middle looks right, one that lies high looks up.
        let nose = |mesh: &Mesh| {
            (
                mesh.points()[1].x - mesh.points()[168].x,
                mesh.points()[1].y - mesh.points()[168].y,
            )
        };
        let (straight, right, up) = (posed(0.0, 0.0, 0.0), posed(0.0, 20.0, 0.0), posed(20.0, 0.0, 0.0));
        assert!(nose(&right).0 > nose(&straight).0 + 5.0);
        assert!(nose(&up).1 < nose(&straight).1 - 5.0);
    }

    #[test]
    fn points_without_extent_have_no_pose() {
        let flat = Mesh::new(vec![Point::new(3.0, 3.0); 468], vec![0.0; 468], 1.0);
        assert_eq!(HeadPose::of(&flat), None);
    }
}
