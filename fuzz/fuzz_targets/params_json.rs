#![no_main]

mod read;

use libfuzzer_sys::fuzz_target;
use mien_wire::Params;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    if let Ok(params) = Params::from_json(body) {
        read::all(&params);
        if !body.trim_ascii().is_empty() {
            let value: Value = serde_json::from_slice(body).expect("accepted by us, so it is JSON");
            assert!(value.is_object() || value.is_null());
            let present = value
                .as_object()
                .map_or(0, |fields| fields.values().filter(|field| !field.is_null()).count());
            assert_eq!(params.names().count(), present);
        }
    }
});
