#!/usr/bin/env python3
"""Writes api.json and samples.json of this folder: facts of the wire contract as data, no prose.

usage: extract.py API_JSON ERRORS_JSON SAMPLES...

API_JSON, ERRORS_JSON  the normalised contract (actions, types, error codes)
SAMPLES                examples.json of the official command line (tccli/services/iai/v*/examples.json)
                       and text pages of the official documentation (*.txt)
"""
import json
import pathlib
import re
import sys

VERSIONS = ["2018-03-01", "2020-03-03"]
PARAM_FACTS = ["name", "type", "required", "default", "min", "max", "max_exclusive", "compare", "enum", "enum_words",
               "array", "item", "item_string", "unique_items", "string", "image", "errors"]
OUTPUT_FACTS = ["name", "type", "nullable", "min", "max", "enum", "scale"]
BASE64_SHOWN = 16


def main():
    api, errors, *samples = (pathlib.Path(argument) for argument in sys.argv[1:])
    here = pathlib.Path(__file__).parent
    write(here / "api.json", contract(json.loads(api.read_text()), json.loads(errors.read_text())))
    write(here / "samples.json", collect(samples))


def write(path, value):
    path.write_text(pretty(value, "") + "\n")


def pretty(value, indent):
    """One line for what fits on one, so that a change of one field is a change of one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + len(indent) <= 200 or not isinstance(value, (dict, list)):
        return flat
    inner = indent + " "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key)}: {pretty(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + indent + "}"
    return "[\n" + ",\n".join(inner + pretty(item, inner) for item in value) + "\n" + indent + "]"


# --- the contract ---------------------------------------------------------------------------------------------------

def contract(api, errors):
    actions = {}
    for version in VERSIONS:
        for name, action in api["versions"][version]["actions"].items():
            merge_action(actions.setdefault(name, {"versions": []}), version, action)
    types = {}
    for version in VERSIONS:
        for name, kind in api["types"][version].items():
            fields = [facts(field, OUTPUT_FACTS + ["string"]) for field in kind["fields"]]
            if types.setdefault(name, fields) != fields:
                raise SystemExit(f"type {name} differs between the versions")
    return {
        "versions": VERSIONS,
        "limits": api["limits"],
        "actions": dict(sorted(actions.items())),
        "types": dict(sorted(types.items())),
        "errors": {code: {"level": e["level"], "emit": e["emit"]} for code, e in errors["errors"].items()},
    }


def merge_action(merged, version, action):
    merged["versions"].append(version)
    merged["status"] = action["status"]
    merge_fields(merged.setdefault("params", []), version, action["params"], PARAM_FACTS, merged["versions"])
    merge_fields(merged.setdefault("outputs", []), version, action["outputs"], OUTPUT_FACTS, merged["versions"])
    merged["errors"] = action["errors_effective"]


def merge_fields(merged, version, fields, keys, action_versions):
    known = {field["name"]: field for field in merged}
    for field in fields:
        new = facts(field, keys)
        old = known.get(field["name"])
        if old is None:
            if len(action_versions) > 1:
                new["versions"] = [version]
            merged.append(new)
        elif {k: v for k, v in old.items() if k != "versions"} != new:
            raise SystemExit(f"{field['name']} differs between the versions")
    gone = set(known) - {field["name"] for field in fields}
    if gone:
        raise SystemExit(f"{gone} is missing in {version}")


def facts(field, keys):
    chosen = {key: field[key] for key in keys if key in field}
    for key in ("string", "item_string"):
        if key in chosen:
            chosen[key] = {k: v for k, v in chosen[key].items() if k != "charset"}
    if isinstance(chosen.get("item"), dict):
        chosen["item"] = {k: v for k, v in chosen["item"].items() if k in ("image",)}
    return chosen


# --- documented sample requests -------------------------------------------------------------------------------------

def collect(paths):
    found = []
    for path in paths:
        if path.suffix == ".json":
            found += command_line_samples(path)
        else:
            found += page_samples(path)
    return [sample for index, sample in enumerate(found) if sample not in found[:index]]


def command_line_samples(path):
    document = json.loads(path.read_text())
    version = document["version"] if "-" in document.get("version", "") else dashed(path.parent.name)
    for action, samples in document["actions"].items():
        for sample in samples:
            yield sample_of("sdk", version, action, sample["input"], sample["output"])


def dashed(folder):
    digits = folder.lstrip("v")
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def page_samples(path):
    text = path.read_text().replace("\r\n", "\n")
    for block in re.finditer(r"Input Example\s*\n(.*?)Output Example\s*\n(.*?)(?=\nExample\d|\n5\. |\nInput Example|\Z)",
                             text, re.S):
        request = "\n".join(re.findall(r"```\n(.*?)```", block.group(1), re.S)) or block.group(1)
        fenced = re.findall(r"```\n(.*?)```", block.group(2), re.S)
        action = re.search(r"(?:Action=|X-TC-Action: )(\w+)", request)
        if action is None or "iai.tencentcloudapi.com" not in request:
            continue
        version = "2018-03-01" if "2018-03-01" in text[:400] or path.name.startswith("000") else "2020-03-03"
        yield sample_of("documentation", version, action.group(1), request, fenced[0] if fenced else "{}")


def sample_of(source, version, action, request, reply):
    sample = {"source": source, "version": version, "action": action}
    if "POST / HTTP" in request:
        sample["json"] = shortened(json.loads(request[request.index("{"):request.rindex("}") + 1]))
    else:
        lines = [line.strip() for line in request.splitlines() if line.strip().startswith("&")]
        pairs = [line[1:].split("=", 1) for line in lines if "=" in line and "<" not in line]
        sample["query"] = [[key, shortened(value)] for key, value in pairs]
    # The replies on the pages are damaged (lost error objects, wrong nesting); those of the command line are whole.
    if source == "sdk":
        sample.update(outcome(reply))
    return sample


def outcome(reply):
    try:
        response = json.loads(reply)["Response"]
    except (ValueError, KeyError):
        return {}
    if "Error" in response:
        return {"code": response["Error"]["Code"]}
    return {"reply": sorted(set(key_paths(response, "")))}


def key_paths(value, prefix):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield prefix + key
            yield from key_paths(inner, prefix + key + ".")
    elif isinstance(value, list):
        for inner in value:
            yield from key_paths(inner, prefix)


def shortened(value):
    if isinstance(value, dict):
        return {key: shortened(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shortened(inner) for inner in value]
    if isinstance(value, str) and value.startswith(("/9j/", "iVBOR")):
        return value[:BASE64_SHOWN]
    return value


main()
