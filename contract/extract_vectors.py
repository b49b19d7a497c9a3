#!/usr/bin/env python3
"""Writes vectors.json of this folder: what the tests of mien-wire need of the signature vectors, compactly.

usage: extract_vectors.py VECTORS_JSON

Left out are the three documented examples that cannot be checked (no key is given, or the value is cut off) and
everything that follows from the rest (hashes, URLs, lengths).
"""
import json
import pathlib
import sys

INPUT = ["token", "timestamp", "nonce", "service", "action", "version", "region", "language", "method", "endpoint",
         "unsigned_payload", "params"]
RESULT = ["canonical_request", "string_to_sign", "signature"]


def main():
    source = json.loads(pathlib.Path(sys.argv[1]).read_text())
    documented = [example for example in source["seed_examples"] if example["status"].startswith("REPRODUCED")]
    compact = {
        "secret_id": source["meta"]["secret_id"],
        "secret_key": source["meta"]["secret_key"],
        "documented": [without(example, ["status", "where", "asterisks", "corrections"]) for example in documented],
        "sdk": [vector(v) for v in source["sdk_vectors"]],
        "derived": [vector(v) for v in source["derived_vectors"]],
        "negative": source["negative_cases"],
    }
    path = pathlib.Path(__file__).parent / "vectors.json"
    path.write_text(json.dumps(compact, ensure_ascii=False, indent=1) + "\n")


def vector(v):
    compact = {"id": v["id"], "algorithm": v["algorithm"], "note": v["note"]}
    if "input" in v:
        compact["input"] = {key: v["input"][key] for key in INPUT if v["input"].get(key) not in (None, False)}
    wire = v["wire"]
    headers = {name: value for name, value in wire["headers"].items() if name != "Content-Length"}
    headers.setdefault("Host", wire.get("host_header"))
    compact["wire"] = {"method": wire["method"], "query": wire["raw_query"], "headers": headers, "body": wire["body"]}
    if "Authorization" not in headers and "authorization" in v:
        headers["Authorization"] = v["authorization"]
    compact.update({key: v[key] for key in RESULT if key in v})
    return compact


def without(record, keys):
    return {key: value for key, value in record.items() if key not in keys}


if __name__ == "__main__":
    main()
