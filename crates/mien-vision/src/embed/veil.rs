//! Hides the lower face of an aligned crop, so that a mask makes no difference.

use crate::picture::{InputFormat, Layout};

/// Where the veil begins: this share of the way from the line of the eyes to that of the mouth.
const BEGINS: f32 = 0.30;

/// Fills the rows below the bridge of the nose with the mean of those above, channel by channel.
pub(super) fn draw(tensor: &mut [f32], format: &InputFormat, template: &[[f32; 2]; 5]) {
    let [left_eye, right_eye, _, left_mouth, right_mouth] = template.map(|[_, y]| y);
    let (eyes, mouth) = (0.5 * (left_eye + right_eye), 0.5 * (left_mouth + right_mouth));
    let first = (eyes + (mouth - eyes) * BEGINS)
        .round()
        .clamp(1.0, format.height as f32) as usize;
    let (channels, row) = (format.channels(), format.width);
    match format.layout {
        Layout::Nchw => {
            for plane in tensor.chunks_exact_mut(row * format.height) {
                let (seen, hidden) = plane.split_at_mut(first * row);
                hidden.fill(seen.iter().sum::<f32>() / seen.len() as f32);
            }
        }
        Layout::Nhwc => {
            let (seen, hidden) = tensor.split_at_mut(first * row * channels);
            let count = (first * row) as f32;
            for channel in 0..channels {
                let mean = seen.iter().skip(channel).step_by(channels).sum::<f32>() / count;
                hidden
                    .iter_mut()
                    .skip(channel)
                    .step_by(channels)
                    .for_each(|value| *value = mean);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::ChannelOrder;

    #[test]
    fn only_the_lower_rows_change() {
        let template = [[1.0, 1.0], [3.0, 1.0], [2.0, 2.0], [1.0, 11.0], [3.0, 11.0]];
        for layout in [Layout::Nchw, Layout::Nhwc] {
            let format = InputFormat {
                width: 4,
                height: 12,
                order: ChannelOrder::Rgb,
                layout,
                mean: [0.0; 3],
                scale: [1.0; 3],
            };
            let mut tensor = vec![0.0; format.len()];
            let row: Vec<f32> = [10.0, 20.0, 30.0].repeat(4);
            for y in 0..4 {
                format.write_row(&mut tensor, y, 0, &row);
            }
            draw(&mut tensor, &format, &template);
            let mut expected = vec![0.0; format.len()];
            for y in 0..12 {
                format.write_row(&mut expected, y, 0, &row);
            }
            assert_eq!(tensor, expected, "{layout:?}");
        }
    }
}
