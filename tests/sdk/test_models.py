"""
Each interface (src/services/*/*.smithy) against AWS's own model of the service, as botocore carries it: names of operations and
members, required, locations, names on the wire, error codes and statuses, methods and URIs. What is ours on
purpose stands in DEVIATIONS with its reason. `python3 tests/sdk/test_models.py` lists what AWS has and we don't.
"""

import functools
import json
import re
import pathlib
import subprocess
import sys

import botocore.loaders
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Interfaces of our own, which AWS does not have.
OWN = {"delivery", "mail", "traces"}
INTERFACES = sorted(p for p in ROOT.glob("src/services/*/*.smithy") if p.stem not in OWN)

# interface: {problem, as the test words it: why it is right as it is}. One that no longer occurs fails the test.
DEVIATIONS = {
    "s3": {
        **{f"{error}.{member}: AWS has no such member": "S3's errors carry it on the wire (API Reference, Error responses)"
           for error, member in (("NoSuchBucket", "BucketName"), ("NoSuchUpload", "UploadId"), ("NoSuchKey", "Key"),
                                 ("BucketAlreadyExists", "BucketName"), ("BucketAlreadyOwnedByYou", "BucketName"))},
        **{f"{where}.Expires: type is string, AWS has timestamp": "kept as the client wrote it, as AWS does"
           for where in ("CopyObject.input", "GetObject.output")},
        "PostObject: AWS has no such operation": "forms are of the API Reference, but of no SDK: their fields are in the body",
        "GetBucketLocation.output.LocationConstraint: payload is True, AWS has False": "the element is bare text",
        "GetBucketLocation.output.LocationConstraint: type is blob, AWS has string": "the element is bare text",
    },
    "iam": {
        "UpdateAccessKey.input.Status: the value Expired is missing":
            "a state of keys that no one can ask for: a key is made active or inactive",
    },
    "logs": {
        "CreateLogGroup.input.logGroupClass: the value ESSENTIALS is missing":
            "a class of storage that is not served: refused by name, not taken for another",
    },
}

# Interfaces whose members are not @required where AWS's are: the handlers refuse their absence.
OWN_REQUIRED = {
    "sqs": "SQS answers MissingParameter in words of its own, and a Query client may name the queue by its path",
    "sns": "SNS answers InvalidParameter in words of its own",
}

TYPES = {"structure": "structure", "union": "structure", "list": "list", "map": "map", "string": "string", "enum": "string",
         "intEnum": "integer", "byte": "integer", "short": "integer", "integer": "integer", "long": "long", "float": "float",
         "double": "double", "boolean": "boolean", "timestamp": "timestamp", "blob": "blob", "document": "structure"}
PRELUDE = {"String": "string", "Boolean": "boolean", "Byte": "byte", "Short": "short", "Integer": "integer", "Long": "long",
           "Float": "float", "Double": "double", "Timestamp": "timestamp", "Blob": "blob", "Document": "document"}
PROTOCOLS = {"query": "awsQuery", "rest-json": "restJson1", "rest-xml": "restXml", "smithy-rpc-v2-cbor": "rpcv2Cbor"}
TIME_FORMATS = {"iso8601": "date-time", "unixTimestamp": "epoch-seconds", "rfc822": "http-date"}


@functools.cache
def compiler():
    subprocess.run(["make", "-s", "build/tools/idlc"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return ROOT / "build/tools/idlc"


def load_ours(path):
    return json.loads(subprocess.run([compiler(), "--json", path], check=True, capture_output=True).stdout)


@functools.cache
def load_theirs(sdk_id, *names):
    loader = botocore.loaders.Loader()
    known = loader.list_available_services("service-2")
    candidates = [n for n in names if n in known] + [n for n in known if n not in names]
    for name in candidates:
        model = loader.load_service_model(name, "service-2")
        if model["metadata"].get("serviceId") == sdk_id:
            return model
    return None


class Comparison:
    def __init__(self, ours, theirs):
        self.ours, self.theirs = ours, theirs
        self.problems, self.missing, self.seen = [], [], set()
        self.errors = set()
        self.protocol = theirs["metadata"]["protocol"]

    def problem(self, where, text):
        self.problems.append(f"{where}: {text}")

    def same(self, where, what, ours, theirs):
        if ours != theirs:
            self.problem(where, f"{what} is {ours!r}, AWS has {theirs!r}")

    def service(self):
        s, meta = self.ours["service"], self.theirs["metadata"]
        traits = s["traits"]
        self.same("service", "version", s["version"], meta["apiVersion"])
        self.same("service", "signing name", traits["sigv4"]["name"], meta.get("signingName", meta["endpointPrefix"]))
        self.same("service", "endpoint prefix", traits["service"].get("endpointPrefix", traits["sigv4"]["name"]),
                  meta["endpointPrefix"])
        if "targetPrefix" in meta:
            self.same("service", "name", s["name"], meta["targetPrefix"])
        if self.protocol == "query" and "xmlNamespace" in meta:
            self.same("service", "xmlNamespace", traits.get("xmlNamespace", {}).get("uri"), meta["xmlNamespace"])
        for protocol in meta.get("protocols", [self.protocol]):
            trait = PROTOCOLS.get(protocol) or "awsJson" + meta.get("jsonVersion", "1.0").replace(".", "_")
            if trait not in traits:
                self.problem("service", f"@{trait} is missing")
        self.same("service", "awsQueryCompatible", "awsQueryCompatible" in traits, "awsQueryCompatible" in meta)

    def operation(self, name, op):
        model = self.theirs["operations"].get(name)
        if model is None:
            self.problem(name, "AWS has no such operation")
            return
        http, wanted = op["traits"].get("http"), model["http"]
        if self.protocol.startswith("rest") and http:
            self.same(name, "method", http["method"], wanted["method"])
            # The label's own name stands in the member's location, which is compared with the member.
            self.same(name, "uri", *(re.sub(r"\{[^}+]+", "{", uri) for uri in (http["uri"], wanted["requestUri"])))
            self.same(name, "status", http.get("code", 200), wanted.get("responseCode", 200))
        for side in ("input", "output"):
            if side in model:
                self.shape(op[side], model[side]["shape"], f"{name}.{side}", side == "input")
            elif self.ours["shapes"][op[side]]["members"]:
                self.problem(f"{name}.{side}", "AWS has none")
        # Which operation may raise an error is not compared: AWS's lists are not whole.
        for error in op["errors"]:
            if self.theirs["shapes"].get(error, {}).get("exception"):
                self.error(error)
            else:
                self.problem(name, f"AWS has no error {error}")

    def error(self, name):
        ours, theirs = self.ours["shapes"][name], self.theirs["shapes"][name]
        if name in self.errors:
            return
        self.errors.add(name)
        facts = theirs.get("error", {})
        traits = ours["traits"]
        query = traits.get("awsQueryError", {})
        is_server = traits["error"] == "server"
        status = query.get("httpResponseCode") or traits.get("httpError") or (500 if is_server else 400)
        if "code" in facts:
            self.same(name, "code", query.get("code", name), facts["code"])
        if "httpStatusCode" in facts:
            self.same(name, "status", status, facts["httpStatusCode"])
        theirs_is = bool(theirs.get("fault")) or facts.get("httpStatusCode", 400) >= 500
        self.same(name, "fault", is_server, theirs_is and not facts.get("senderFault"))
        self.shape(name, name, name, False)

    def shape(self, ours, theirs, where, is_input):
        if (ours, theirs, is_input) in self.seen:
            return
        self.seen.add((ours, theirs, is_input))
        model = self.theirs["shapes"][theirs]
        shape = self.ours["shapes"].get(ours) or {"type": PRELUDE[ours], "members": {}, "traits": {}}
        kind = TYPES[shape["type"]]
        wanted = {"character": "string"}.get(model["type"], model["type"])
        if kind != wanted and not (shape["type"] == "document" and model.get("document")) and \
                not (shape["type"] == "document" and wanted == "string"):
            self.problem(where, f"type is {shape['type']}, AWS has {wanted}")
            return
        if shape["type"] == "enum" and is_input:
            for value in model.get("enum", []):
                if value not in [m["value"] for m in shape["members"].values()]:
                    self.problem(where, f"the value {value} is missing")
        if kind == "structure":
            self.structure(shape, model, where, is_input)
        elif kind == "list":
            self.member(shape["members"]["member"], model["member"], where + "[]", is_input, "member", "member")
        elif kind == "map":
            self.member(shape["members"]["key"], model["key"], where + "{key}", is_input, "key", "key")
            self.member(shape["members"]["value"], model["value"], where + "{}", is_input, "value", "value")

    def structure(self, shape, model, where, is_input):
        for name, member in shape["members"].items():
            if name not in model["members"] and model.get("exception") and name.lower() == "message":
                continue  # sent with every error, whether the model says so or not
            if name not in model["members"]:
                self.problem(f"{where}.{name}", "AWS has no such member")
                continue
            at = f"{where}.{name}"
            theirs = model["members"][name]
            self.same(at, "payload", "httpPayload" in member["traits"], model.get("payload") == name)
            if is_input and self.ours["name"] not in OWN_REQUIRED:
                self.same(at, "required", "required" in member["traits"], name in model.get("required", []))
            self.member(member, theirs, at, is_input, name, name)
        self.missing += [f"{where}.{name}" for name, member in model["members"].items()
                         if name not in shape["members"] and not member.get("deprecated")]

    def member(self, member, theirs, where, is_input, name, default):
        traits = member["traits"]
        location = next(((place, traits[t]) for t, place in
                         (("httpHeader", "header"), ("httpPrefixHeaders", "headers"), ("httpQuery", "querystring"),
                          ("httpQueryParams", "querystring"), ("httpLabel", "uri"), ("httpResponseCode", "statusCode"))
                         if t in traits), (None, None))
        if self.protocol.startswith("rest"):
            self.same(where, "location", location[0], theirs.get("location"))
            if location[0] in ("header", "headers", "querystring") and isinstance(location[1], str):
                self.same(where, "name there", location[1].lower(), theirs.get("locationName", name).lower())
        if not location[0] and "httpPayload" not in traits:
            if self.protocol == "rest-json":
                self.same(where, "JSON name", traits.get("jsonName", name), theirs.get("locationName", default))
            if self.protocol in ("rest-xml", "query"):
                self.xml_name(traits, theirs, where, default)
        target = self.ours["shapes"].get(member["target"], {"traits": {}})
        format_ours = traits.get("timestampFormat") or target["traits"].get("timestampFormat")
        format_theirs = theirs.get("timestampFormat") or self.theirs["shapes"][theirs["shape"]].get("timestampFormat")
        self.same(where, "timestamp format", format_ours, TIME_FORMATS.get(format_theirs))
        self.shape(member["target"], theirs["shape"], where, is_input)

    def xml_name(self, traits, theirs, where, default):
        shape = self.theirs["shapes"][theirs["shape"]]
        flattened = bool(theirs.get("flattened") or shape.get("flattened"))
        wanted = theirs.get("locationName", default)
        if flattened and shape["type"] == "list":
            wanted = shape["member"].get("locationName", wanted)
        self.same(where, "flattened", "xmlFlattened" in traits, flattened)
        self.same(where, "XML name", traits.get("xmlName", default), wanted)
        self.same(where, "attribute", "xmlAttribute" in traits, bool(theirs.get("xmlAttribute")))


def compare(path):
    ours = load_ours(path)
    traits = ours["service"]["traits"]
    sdk_id = traits["service"]["sdkId"]
    theirs = load_theirs(sdk_id, ours["name"], traits["sigv4"]["name"], traits["service"].get("endpointPrefix", ""))
    assert theirs, f"AWS has no service {sdk_id}"
    c = Comparison(ours, theirs)
    c.service()
    for name, op in ours["operations"].items():
        if "internal" not in op["traits"]:
            c.operation(name, op)
    return c


@pytest.mark.parametrize("path", INTERFACES, ids=lambda p: p.stem)
def test_interface_is_aws(path):
    c = compare(path)
    allowed = DEVIATIONS.get(path.stem, {})
    problems = [p for p in c.problems if p not in allowed]
    stale = [d for d in allowed if d not in c.problems]
    assert not problems, "\n" + "\n".join(problems)
    assert not stale, "deviations that no longer are: " + "\n".join(stale)


if __name__ == "__main__":
    for interface in [pathlib.Path(a) for a in sys.argv[1:]] or INTERFACES:
        comparison = compare(interface)
        print(f"{interface.stem}: {len(comparison.ours['operations'])} of {len(comparison.theirs['operations'])} operations")
        for line in comparison.problems:
            print("  !", line)
        for line in comparison.missing:
            print("  -", line)
