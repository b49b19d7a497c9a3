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
    (1, [0.0000, 0.6628, -0.6107]),
    (2, [0.0000, 0.7627, -0.3616]),
    (4, [0.0000, 0.5567, -0.6449]),
    (5, [0.0000, 0.4180, -0.6072]),
    (6, [0.0000, 0.0812, -0.3586]),
    (8, [0.0000, -0.1444, -0.3009]),
    (9, [0.0000, -0.2801, -0.3226]),
    (10, [0.0000, -0.8356, -0.2253]),
    (21, [-1.0640, -0.3545, 0.4822]),
    (33, [-0.7196, 0.0243, 0.0657]),
    (50, [-0.7829, 0.5417, -0.0216]),
    (54, [-0.9610, -0.5377, 0.2858]),
    (67, [-0.5605, -0.7808, -0.0942]),
    (70, [-0.9093, -0.2004, 0.0730]),
    (98, [-0.2790, 0.7183, -0.2315]),
    (103, [-0.8000, -0.6831, 0.0825]),
    (105, [-0.6434, -0.3342, -0.1691]),
    (107, [-0.2232, -0.2983, -0.3107]),
    (109, [-0.3027, -0.8264, -0.1966]),
    (116, [-1.0174, 0.2939, 0.2681]),
    (117, [-0.8407, 0.2886, 0.0732]),
    (127, [-1.1360, 0.0911, 0.8502]),
    (129, [-0.3381, 0.6065, -0.1724]),
    (133, [-0.2804, 0.0440, -0.0191]),
    (151, [0.0000, -0.5707, -0.2801]),
    (162, [-1.1183, -0.1581, 0.6869]),
    (168, [0.0000, -0.0369, -0.2905]),
    (195, [0.0000, 0.3033, -0.5194]),
    (197, [0.0000, 0.1958, -0.4355]),
    (205, [-0.6458, 0.6807, -0.0990]),
    (234, [-1.1245, 0.3279, 0.9253]),
    (251, [1.0640, -0.3545, 0.4822]),
    (263, [0.7196, 0.0243, 0.0657]),
    (280, [0.7829, 0.5417, -0.0216]),
    (284, [0.9610, -0.5377, 0.2858]),
    (297, [0.5605, -0.7808, -0.0942]),
    (300, [0.9093, -0.2004, 0.0730]),
    (327, [0.2790, 0.7183, -0.2315]),
    (332, [0.8000, -0.6831, 0.0825]),
    (334, [0.6434, -0.3342, -0.1691]),
    (336, [0.2232, -0.2983, -0.3107]),
    (338, [0.3027, -0.8264, -0.1966]),
    (345, [1.0174, 0.2939, 0.2681]),
    (346, [0.8407, 0.2886, 0.0732]),
    (356, [1.1360, 0.0911, 0.8502]),
    (358, [0.3381, 0.6065, -0.1724]),
    (362, [0.2804, 0.0440, -0.0191]),
    (389, [1.1183, -0.1581, 0.6869]),
    (425, [0.6458, 0.6807, -0.0990]),
    (454, [1.1245, 0.3279, 0.9253]),
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
