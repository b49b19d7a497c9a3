//! Where pictures come from (BEHAVIOUR 4 step 9, 5.6, 5.8, 8).

use bytes::Bytes;
use mien_api::{Answer, FetchError, Fetched};
use mien_wire::client::{self, V1};
use mien_wire::v1::Digest;
use serde_json::{Value, json};

use crate::photos::{bmp, encoded, photo, sitter};
use crate::requests::world;
use crate::world::{HOST, V2020, World, code_of};

const URL: &str = "http://pictures.example/one.bmp";

fn detect(world: &World, image: &str) -> Value {
    world.call("DetectFace", json!({"Image": image}))
}

/// 5.6: missing padding, line breaks and a data prefix are fine; another alphabet is not.
#[test]
fn rule_5_6_base64_is_read_tolerantly() {
    let world = World::new();
    let plain = sitter(1).photo();
    let wrapped: Vec<String> = plain
        .as_bytes()
        .chunks(76)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    let accepted = [
        plain.clone(),
        plain.trim_end_matches('=').to_owned(),
        wrapped.join("\r\n"),
        wrapped.join("\n \t"),
        format!(" {plain}\n"),
        format!("data:image/bmp;base64,{plain}"),
    ];
    for image in &accepted {
        assert_eq!(code_of(&detect(&world, image)), "", "{}", &image[..40]);
    }
    for image in ["data:image/bmp,AAAA", "----", "=", "A", "Qk0=Qk0=", "\u{1F600}"] {
        assert_eq!(
            code_of(&detect(&world, image)),
            "FailedOperation.ImageDecodeFailed",
            "{image}"
        );
    }
}

/// 5.6: in a form an unescaped + arrives as a space.
#[test]
fn rule_5_6_a_space_in_a_form_is_a_plus() {
    let world = World::new();
    // Bytes 0xFB 0xEF 0xBE are "++++" in Base64: a picture with such pixels has plus signs.
    let mut file = bmp(64, 64, &[sitter(1)]);
    let end = file.len();
    file[54..54 + 3000].copy_from_slice(&[0xfb, 0xef, 0xbe].repeat(1000));
    assert!(end > 54 + 3000);
    let image = encoded(&file);
    assert!(image.contains('+'));
    let parameters = vec![("Image".to_owned(), image.replace('+', " "))];
    let call = client::Call::new(HOST, "DetectFace", V2020, world.now_s());
    let signed = client::v1_form(
        &call,
        &world.alice,
        V1 {
            nonce: 7,
            digest: Digest::Sha256,
        },
        &parameters,
    );
    assert_eq!(code_of(&world.send(&signed)), "");
}

/// 8: 5 MiB of Base64 text; for a download the text that its bytes would make.
#[test]
fn rule_8_2_large_images_are_refused() {
    let mut world = World::new();
    let limit = 5_242_880;
    assert_eq!(
        code_of(&detect(&world, &"A".repeat(limit + 4))),
        "FailedOperation.ImageSizeExceed"
    );
    // At the limit it is only not a picture.
    assert_eq!(
        code_of(&detect(&world, &"A".repeat(limit))),
        "FailedOperation.ImageDecodeFailed"
    );
    for (bytes, code) in [
        (limit / 4 * 3, "FailedOperation.ImageDecodeFailed"),
        (limit / 4 * 3 + 1, "FailedOperation.ImageSizeExceed"),
    ] {
        world.web.insert(URL.to_owned(), Ok(Bytes::from(vec![0; bytes])));
        world.refused("DetectFace", json!({"Url": URL}), code);
    }
}

/// 8: each way a picture can be wrong has its code, whatever is asked of it; nothing is decoded to find out.
#[test]
fn rule_8_1_and_rule_8_3_and_rule_8_4_broken_files_have_their_codes() {
    let world = World::new();
    let whole = bmp(80, 80, &[sitter(1)]);
    let png = |width: u32, height: u32| {
        let mut file = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR".to_vec();
        file.extend(width.to_be_bytes());
        file.extend(height.to_be_bytes());
        file.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
        file
    };
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("no bytes but a prefix", Vec::new(), "InvalidParameterValue.ImageEmpty"),
        (
            "truncated",
            whole[..whole.len() / 2].to_vec(),
            "FailedOperation.ImageDecodeFailed",
        ),
        (
            "only a header",
            whole[..54].to_vec(),
            "FailedOperation.ImageDecodeFailed",
        ),
        (
            "GIF",
            b"GIF89a\x40\x00\x40\x00\x80\x00\x00".to_vec(),
            "FailedOperation.ImageDecodeFailed",
        ),
        (
            "HTML",
            b"<!DOCTYPE html><html></html>".to_vec(),
            "FailedOperation.ImageDecodeFailed",
        ),
        (
            "long edge of a BMP",
            bmp(2001, 64, &[]),
            "FailedOperation.ImageResolutionExceed",
        ),
        (
            "short edge",
            bmp(64, 63, &[]),
            "FailedOperation.ImageResolutionTooSmall",
        ),
        ("smallest", bmp(64, 64, &[sitter(1)]), ""),
    ];
    for (what, file, code) in cases {
        assert_eq!(code_of(&detect(&world, &encoded(&file))), code, "{what}");
    }
    // The header of 20,000 x 20,000 pixels is refused, or the file is: never are 1.2 GB asked for.
    let code = code_of(&detect(&world, &encoded(&png(20_000, 20_000))));
    assert!(code.starts_with("FailedOperation.Image"), "{code}");
}

/// 5.8: an address that is not empty wins; an empty one counts as not given.
#[test]
fn rule_5_8_an_address_wins_over_the_text() {
    let mut world = World::new();
    world
        .web
        .insert(URL.to_owned(), Ok(bmp(80, 80, &[sitter(1).at(9, 9)]).into()));
    let reply = world.ok("DetectFace", json!({"Url": URL, "Image": "broken"}));
    assert_eq!(reply["FaceInfos"][0]["X"], json!(9));
    world.ok("DetectFace", json!({"Url": "", "Image": sitter(1).photo()}));
    world.refused(
        "DetectFace",
        json!({"Url": "", "Image": ""}),
        "InvalidParameterValue.ImageEmpty",
    );
    world.refused("DetectFace", json!({}), "InvalidParameterValue.ImageEmpty");
    world.refused(
        "DetectFace",
        json!({"Url": "nonsense", "Image": sitter(1).photo()}),
        "InvalidParameterValue.UrlIllegal",
    );
}

/// What can become of a download.
#[test]
fn rule_8_9_failed_downloads_have_their_codes() {
    let mut world = World::new();
    let cases = [
        (
            Err(FetchError::Unreachable("status 404".to_owned())),
            "FailedOperation.ImageDownloadError",
        ),
        (
            Err(FetchError::Illegal("no such port".to_owned())),
            "InvalidParameterValue.UrlIllegal",
        ),
        (
            Err(FetchError::TooLarge { limit_bytes: 10 }),
            "FailedOperation.ImageSizeExceed",
        ),
        (Ok(Bytes::new()), "FailedOperation.ImageDecodeFailed"),
        (
            Ok(Bytes::from_static(b"<html>not found</html>")),
            "FailedOperation.ImageDecodeFailed",
        ),
        (Ok(bmp(80, 80, &[]).into()), "InvalidParameterValue.NoFaceInPhoto"),
        (Ok(bmp(80, 80, &[sitter(1)]).into()), ""),
    ];
    for (outcome, code) in cases {
        world.web.insert(URL.to_owned(), outcome);
        world.refused("DetectFace", json!({"Url": URL}), code);
    }
}

fn first_run(world: &World, action: &str, body: &Value) -> (client::Signed, Answer) {
    let call = client::Call::new(HOST, action, V2020, world.now_s());
    let signed = client::tc3_json(&call, &world.alice, body.to_string().into_bytes());
    let headers = signed.headers();
    let request = signed.request(&headers);
    let admitted = world.api.admit(&request).unwrap();
    let answer = world.api.run(&request, &admitted, &Fetched::none());
    drop(headers);
    (signed, answer)
}

/// 4 step 9: what comes before the download is checked before it is asked for; each address is asked for once.
#[test]
fn rule_4_downloads_are_asked_for_when_the_rest_is_in_order() {
    let world = world();
    let other = "https://pictures.example/two.bmp?a=1#x";
    let fetches = [
        ("DetectFace", json!({"Url": URL}), vec![URL]),
        ("CompareFace", json!({"UrlA": URL, "UrlB": other}), vec![URL, other]),
        ("CompareFace", json!({"UrlA": URL, "UrlB": URL}), vec![URL]),
        ("CompareFace", json!({"ImageA": "broken", "UrlB": URL}), vec![URL]),
        (
            "CreateFace",
            json!({"PersonId": "ann", "Urls": [URL, other, URL]}),
            vec![URL, other],
        ),
        ("SearchFaces", json!({"GroupIds": ["crew"], "Url": URL}), vec![URL]),
        (
            "CreatePerson",
            json!({"GroupId": "crew", "PersonId": "n", "PersonName": "n", "Url": URL}),
            vec![URL],
        ),
        ("VerifyPerson", json!({"PersonId": "ann", "Url": URL}), vec![URL]),
    ];
    for (action, body, expect) in fetches {
        match first_run(&world, action, &body).1 {
            Answer::Fetch(urls) => assert_eq!(urls, expect, "{action}"),
            Answer::Reply(reply) => panic!("{action}: {:?}", reply.record.code),
        }
    }
    let refusals = [
        ("DetectFace", json!({"Url": URL, "MaxFaceNum": 121})),
        ("CompareFace", json!({"UrlA": URL})),
        ("CreateFace", json!({"PersonId": "nobody", "Urls": [URL]})),
        ("SearchFaces", json!({"GroupIds": ["guests"], "Url": URL})),
        (
            "CreatePerson",
            json!({"GroupId": "crew", "PersonId": "ann", "PersonName": "n", "Url": URL}),
        ),
        ("VerifyPerson", json!({"PersonId": "cem", "Url": URL})),
    ];
    for (action, body) in refusals {
        assert!(
            matches!(first_run(&world, action, &body).1, Answer::Reply(_)),
            "{action} was downloaded for"
        );
    }
}

/// The second run checks everything again: the group that was there at the first may be gone at the second.
#[test]
fn the_second_run_checks_again() {
    let world = world();
    let body = json!({"GroupId": "guests", "PersonId": "n", "PersonName": "n", "Url": URL});
    let call = client::Call::new(HOST, "CreatePerson", V2020, world.now_s());
    let signed = client::tc3_json(&call, &world.alice, body.to_string().into_bytes());
    let headers = signed.headers();
    let request = signed.request(&headers);
    let admitted = world.api.admit(&request).unwrap();
    assert!(matches!(
        world.api.run(&request, &admitted, &Fetched::none()),
        Answer::Fetch(_)
    ));
    world.ok("DeleteGroup", json!({"GroupId": "guests"}));
    let picture: Bytes = bmp(80, 80, &[sitter(1)]).into();
    let size = picture.len();
    let fetched: Fetched = [(URL.to_owned(), Ok(picture))].into_iter().collect();
    let Answer::Reply(reply) = world.api.run(&request, &admitted, &fetched) else {
        panic!("fetched twice")
    };
    assert_eq!(
        reply.record.code.unwrap().as_str(),
        "InvalidParameterValue.GroupIdNotExist"
    );
    assert_eq!(reply.record.bytes_in, signed.body.len() + size);
}

/// The largest face is the one of the greatest area (8).
#[test]
fn rule_8_6_the_largest_face_has_the_greatest_area() {
    let world = World::new();
    let image = photo(&[
        sitter(1).sized(200, 40),
        sitter(2).sized(95, 95),
        sitter(3).sized(40, 200),
    ]);
    let reply = world.ok("DetectFace", json!({"Image": image}));
    assert_eq!(reply["FaceInfos"][0]["Width"], json!(95));
}
