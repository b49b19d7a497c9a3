#![no_main]

mod read;

use libfuzzer_sys::fuzz_target;
use mien_wire::Params;

fuzz_target!(|form: &[u8]| {
    let reversed: Vec<&[u8]> = form.split(|byte| *byte == b'&').rev().collect();
    let reversed = reversed.join(&b'&');
    match (Params::from_form(form), Params::from_form(&reversed)) {
        (Ok(params), Ok(other)) => {
            assert_eq!(params, other);
            read::all(&params);
        }
        (Err(_), Err(_)) => {}
        (one, other) => panic!("the order decides: {one:?} {other:?}"),
    }
});
