//! Plain float tensors in row-major order, owned and borrowed.

use super::EngineError;

/// A tensor that owns its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// A borrowed tensor.
#[derive(Clone, Copy, Debug)]
pub struct TensorView<'a> {
    shape: &'a [usize],
    values: &'a [f32],
}

/// Name and shape of an input or output. `None` stands for a dimension that the model leaves open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Name in the model.
    pub name: String,
    /// Sizes of the dimensions.
    pub shape: Vec<Option<usize>>,
}

impl Tensor {
    /// A tensor of these values; their number must be the product of the dimensions.
    pub fn new(shape: Vec<usize>, values: Vec<f32>) -> Result<Self, EngineError> {
        check_length(&shape, values.len())?;
        Ok(Self { shape, values })
    }

    /// What an engine computed.
    pub(super) fn computed(shape: Vec<usize>, values: Vec<f32>) -> Self {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        Self { shape, values }
    }

    /// Sizes of the dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Values in row-major order.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Gives the values away.
    pub fn into_values(self) -> Vec<f32> {
        self.values
    }

    /// Borrows the tensor.
    pub fn view(&self) -> TensorView<'_> {
        TensorView {
            shape: &self.shape,
            values: &self.values,
        }
    }
}

impl<'a> TensorView<'a> {
    /// A view of these values; their number must be the product of the dimensions.
    pub fn new(shape: &'a [usize], values: &'a [f32]) -> Result<Self, EngineError> {
        check_length(shape, values.len())?;
        Ok(Self { shape, values })
    }

    /// Sizes of the dimensions.
    pub fn shape(&self) -> &'a [usize] {
        self.shape
    }

    /// Values in row-major order.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }
}

impl Port {
    /// Whether a tensor of this shape fits.
    pub fn accepts(&self, shape: &[usize]) -> bool {
        self.shape.len() == shape.len()
            && self
                .shape
                .iter()
                .zip(shape)
                .all(|(wanted, given)| wanted.is_none_or(|wanted| wanted == *given))
    }

    /// The shape if no dimension is open.
    pub fn fixed(&self) -> Option<Vec<usize>> {
        self.shape.iter().copied().collect()
    }
}

impl std::fmt::Display for Port {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.name)?;
        formatter
            .debug_list()
            .entries(
                self.shape
                    .iter()
                    .map(|size| size.map_or("?".to_owned(), |size| size.to_string())),
            )
            .finish()
    }
}

fn check_length(shape: &[usize], found: usize) -> Result<(), EngineError> {
    let expected = shape
        .iter()
        .try_fold(1_usize, |product, size| product.checked_mul(*size));
    if expected == Some(found) {
        return Ok(());
    }
    Err(EngineError::Shape {
        model: "tensor".to_owned(),
        expected: format!("as many values as the shape {shape:?} has"),
        found: format!("{found} values"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_must_be_the_product_of_the_dimensions() {
        assert!(Tensor::new(vec![2, 3], vec![0.0; 6]).is_ok());
        assert!(Tensor::new(vec![2, 3], vec![0.0; 5]).is_err());
        assert!(Tensor::new(vec![usize::MAX, 2], vec![]).is_err());
        assert!(TensorView::new(&[], &[1.0]).is_ok());
    }

    #[test]
    fn open_dimensions_accept_any_size() {
        let port = Port {
            name: "input".to_owned(),
            shape: vec![None, Some(3)],
        };
        assert!(port.accepts(&[7, 3]));
        assert!(!port.accepts(&[7, 4]));
        assert!(!port.accepts(&[3]));
        assert_eq!(port.to_string(), r#"input["?", "3"]"#);
    }
}
