//! Numbers as JSON numbers or texts, by declared type: BEHAVIOUR 5.3 and 5.4.

use mien_wire::{Code, Params, Refusal};
use proptest::prelude::*;

use crate::server::check;

const INVALID: Result<Option<u64>, Code> = Err(Code::InvalidParameter);

fn read<T>(value: &str, reader: impl Fn(&Params<'_>) -> Result<T, Refusal>) -> Result<T, Code> {
    let body = format!(r#"{{"P":{value}}}"#);
    let params = Params::from_json(body.as_bytes()).map_err(|refusal| refusal.code())?;
    reader(&params).map_err(|refusal| refusal.code())
}

#[test]
fn rule_5_3_uint64_from_numbers_and_texts() {
    let rows = [
        ("1", Ok(Some(1))),
        ("0", Ok(Some(0))),
        (r#""1""#, Ok(Some(1))),
        (r#""0""#, Ok(Some(0))),
        (r#""007""#, Ok(Some(7))),
        ("1.0", Ok(Some(1))),
        (r#""1.0""#, Ok(Some(1))),
        ("1e2", Ok(Some(100))),
        (r#""1e2""#, Ok(Some(100))),
        ("-0.0", Ok(Some(0))),
        ("18446744073709551615", Ok(Some(u64::MAX))),
        (r#""18446744073709551615""#, Ok(Some(u64::MAX))),
        ("null", Ok(None)),
        ("1.5", INVALID),
        (r#""1.5""#, INVALID),
        (r#""""#, INVALID),
        (r#"" 1""#, INVALID),
        (r#""1 ""#, INVALID),
        (r#""+1""#, INVALID),
        (r#""0x1""#, INVALID),
        (r#""１""#, INVALID),
        (r#""1_000""#, INVALID),
        (r#""1,000""#, INVALID),
        (r#""one""#, INVALID),
        (r#""nan""#, INVALID),
        (r#""inf""#, INVALID),
        (r#"".5""#, INVALID),
        (r#""5.""#, INVALID),
        (r#""1e""#, INVALID),
        (r#""1-1""#, INVALID),
        ("18446744073709551616", INVALID),
        (r#""18446744073709551616""#, INVALID),
        ("1e30", INVALID),
        ("true", INVALID),
        ("[1]", INVALID),
        ("{}", INVALID),
    ];
    check(rows, |value| read(value, |params| params.uint64("P")));
}

#[test]
fn rule_5_4_uint64_rejects_negative() {
    let rows = [
        "-1",
        r#""-1""#,
        "-1.0",
        r#""-1.0""#,
        "-9223372036854775808",
        "-1e300",
        r#""-0""#,
    ];
    check(
        rows.map(|row| (row, if row == r#""-0""# { Ok(Some(0)) } else { INVALID })),
        |value| read(value, |params| params.uint64("P")),
    );
}

#[test]
fn rule_5_4_int64_lets_negatives_through() {
    let invalid = Err(Code::InvalidParameter);
    let rows = [
        ("-1", Ok(Some(-1))),
        (r#""-1""#, Ok(Some(-1))),
        ("-1.0", Ok(Some(-1))),
        (r#""-1.0""#, Ok(Some(-1))),
        ("2", Ok(Some(2))),
        (r#""2""#, Ok(Some(2))),
        ("9223372036854775807", Ok(Some(i64::MAX))),
        ("-9223372036854775808", Ok(Some(i64::MIN))),
        (r#""-9223372036854775808""#, Ok(Some(i64::MIN))),
        ("null", Ok(None)),
        ("9223372036854775808", invalid),
        (r#""9223372036854775808""#, invalid),
        ("-9223372036854775809", invalid),
        (r#""-9223372036854775809""#, invalid),
        ("0.5", invalid),
        (r#""--1""#, invalid),
        (r#""-""#, invalid),
        (r#""""#, invalid),
        ("true", invalid),
    ];
    check(rows, |value| read(value, |params| params.int64("P")));
}

#[test]
fn rule_5_3_floats_from_numbers_and_texts() {
    let invalid = Err(Code::InvalidParameter);
    let rows = [
        ("60", Ok(Some(60.0))),
        ("60.0", Ok(Some(60.0))),
        (r#""60.0""#, Ok(Some(60.0))),
        (r#""60""#, Ok(Some(60.0))),
        ("-0.5", Ok(Some(-0.5))),
        (r#""-0.5""#, Ok(Some(-0.5))),
        ("6e1", Ok(Some(60.0))),
        (r#""6E+1""#, Ok(Some(60.0))),
        ("null", Ok(None)),
        (r#""NaN""#, invalid),
        (r#""Infinity""#, invalid),
        (r#""1e999""#, invalid),
        (r#""""#, invalid),
        (r#""60,5""#, invalid),
        (r#"" 60""#, invalid),
        ("false", invalid),
        ("[]", invalid),
    ];
    check(rows, |value| read(value, |params| params.float("P")));
}

#[test]
fn rule_5_3_form_values_are_texts_and_read_alike() {
    let params = Params::from_form(b"A=1&B=60.0&C=-1&D=1.0&E=").expect("decodes");
    assert_eq!((params.uint64("A"), params.float("B")), (Ok(Some(1)), Ok(Some(60.0))));
    assert_eq!((params.int64("C"), params.uint64("D")), (Ok(Some(-1)), Ok(Some(1))));
    assert_eq!(params.uint64("C").map_err(|refusal| refusal.code()), INVALID);
    assert_eq!(params.uint64("E").map_err(|refusal| refusal.code()), INVALID);
}

#[test]
fn rule_5_5_booleans() {
    let invalid = Err(Code::InvalidParameter);
    let rows = [
        ("true", Ok(Some(true))),
        ("false", Ok(Some(false))),
        (r#""true""#, Ok(Some(true))),
        (r#""False""#, Ok(Some(false))),
        ("null", Ok(None)),
        ("1", invalid),
        (r#""yes""#, invalid),
    ];
    check(rows, |value| read(value, |params| params.boolean("P")));
}

proptest! {
    #[test]
    fn rule_5_3_every_integer_reads_back_from_number_and_text(unsigned in any::<u64>(), signed in any::<i64>()) {
        for value in [unsigned.to_string(), format!("\"{unsigned}\"")] {
            prop_assert_eq!(read(&value, |params| params.uint64("P")), Ok(Some(unsigned)));
            prop_assert_eq!(read(&value, |params| params.text("P").map(|text| text.map(String::from))), Ok(Some(unsigned.to_string())));
        }
        for value in [signed.to_string(), format!("\"{signed}\"")] {
            prop_assert_eq!(read(&value, |params| params.int64("P")), Ok(Some(signed)));
            prop_assert_eq!(read(&value, |params| params.uint64("P")).is_ok(), signed >= 0);
        }
    }

    #[test]
    fn rule_5_3_every_finite_float_reads_back_from_number_and_text(value in any::<f64>().prop_filter("finite", |value| value.is_finite())) {
        let json = serde_json::to_string(&value).expect("finite");
        for text in [json.clone(), format!("\"{json}\"")] {
            prop_assert_eq!(read(&text, |params| params.float("P")), Ok(Some(value)));
        }
    }
}
