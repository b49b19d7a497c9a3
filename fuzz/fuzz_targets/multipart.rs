#![no_main]

mod read;

use libfuzzer_sys::fuzz_target;
use mien_wire::Params;

fuzz_target!(|input: (String, Vec<u8>)| {
    let (boundary, body) = input;
    for boundary in [boundary.as_str(), "B"] {
        if let Ok(params) = Params::from_multipart(boundary, &body) {
            read::all(&params);
        }
    }
});
