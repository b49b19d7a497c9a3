//! Reads every parameter as every type.

use mien_wire::Params;

pub fn all(params: &Params<'_>) {
    for name in params.names() {
        let _ = (
            params.text(name),
            params.uint64(name),
            params.int64(name),
            params.float(name),
            params.boolean(name),
        );
        let _ = params.texts(name);
        for inner in params.objects(name).into_iter().flatten().flatten() {
            all(&inner);
        }
        if let Ok(Some(inner)) = params.object(name) {
            all(&inner);
        }
    }
}
