"""HTTP APIs through boto3, and their data plane through plain HTTP; the integration is a web server of the test's."""

import http.client
import http.server
import json
import threading

import botocore.exceptions
import pytest


@pytest.fixture
def gateway(client):
    return client("apigatewayv2")


@pytest.fixture(scope="module")
def backend():
    """A web server that answers what it was asked, as JSON."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            text = json.dumps({"method": self.command, "path": self.path, "body": body.decode(),
                               "headers": {k.lower(): v for k, v in self.headers.items()}}).encode()
            self.send_response(418 if self.path.startswith("/teapot") else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Backend", "yes")
            self.send_header("Access-Control-Allow-Origin", "https://backend.example.com")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture
def api(gateway, unique):
    made = gateway.create_api(Name=unique("api"), ProtocolType="HTTP")
    yield made["ApiId"]
    try:
        gateway.delete_api(ApiId=made["ApiId"])
    except gateway.exceptions.NotFoundException:
        pass


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def send(server, api, path, method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, body=body,
                       headers={"Host": f"{api}.execute-api.us-east-1.localhost:{server.port}", **(headers or {})})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer, text


def route(gateway, api, key, uri, method="ANY", **more):
    integration = gateway.create_integration(ApiId=api, IntegrationType="HTTP_PROXY", IntegrationMethod=method,
                                             IntegrationUri=uri, PayloadFormatVersion="1.0", **more)
    return gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}")


def test_api(gateway, server, unique):
    name = unique()
    made = gateway.create_api(Name=name, ProtocolType="HTTP", Description="d", Tags={"a": "1"},
                              CorsConfiguration={"AllowOrigins": ["*"], "AllowMethods": ["GET"]})
    api = made["ApiId"]
    assert len(api) == 10 and api.isalnum() and api == api.lower()
    assert made["ApiEndpoint"] == f"http://{api}.execute-api.us-east-1.localhost:{server.port}"
    assert made["CreatedDate"].year >= 2020
    got = gateway.get_api(ApiId=api)
    assert got["Name"] == name and got["Tags"] == {"a": "1"} and got["CorsConfiguration"]["AllowMethods"] == ["GET"]
    assert api in [a["ApiId"] for a in gateway.get_apis()["Items"]]
    updated = gateway.update_api(ApiId=api, Name=name + "2")
    assert updated["Name"] == name + "2" and updated["Description"] == "d"
    arn = f"arn:aws:apigateway:us-east-1::/apis/{api}"
    gateway.tag_resource(ResourceArn=arn, Tags={"b": "2"})
    gateway.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert gateway.get_tags(ResourceArn=arn)["Tags"] == {"b": "2"}
    gateway.delete_cors_configuration(ApiId=api)
    assert "CorsConfiguration" not in gateway.get_api(ApiId=api)
    gateway.delete_api(ApiId=api)
    code, message = refusal(gateway.get_api, ApiId=api)
    assert code == "NotFoundException" and message == f"Invalid API identifier specified 000000000000:{api}"
    assert refusal(gateway.create_api, Name="w", ProtocolType="WEBSOCKET",
                   RouteSelectionExpression="$request.body.action")[0] == "BadRequestException"


def test_parts(gateway, api):
    function = "arn:aws:lambda:us-east-1:000000000000:function:f"
    integration = gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function,
                                             PayloadFormatVersion="2.0")
    assert integration["TimeoutInMillis"] == 30000 and integration["ConnectionType"] == "INTERNET"
    target = f"integrations/{integration['IntegrationId']}"
    made = gateway.create_route(ApiId=api, RouteKey="GET /tea/{id}", Target=target)
    assert made["AuthorizationType"] == "NONE"
    assert refusal(gateway.create_route, ApiId=api, RouteKey="GET /tea/{id}", Target=target) == (
        "ConflictException", "Route with key GET /tea/{id} already exists for this API")
    assert refusal(gateway.create_route, ApiId=api, RouteKey="/tea")[0] == "BadRequestException"
    assert refusal(gateway.create_route, ApiId=api, RouteKey="GET /{a+}/b")[0] == "BadRequestException"
    assert refusal(gateway.create_route, ApiId=api, RouteKey="GET /x", Target="integrations/none")[0] == "NotFoundException"
    assert refusal(gateway.delete_integration, ApiId=api,
                   IntegrationId=integration["IntegrationId"])[0] == "ConflictException"
    updated = gateway.update_route(ApiId=api, RouteId=made["RouteId"], RouteKey="POST /tea")
    assert updated["RouteKey"] == "POST /tea" and updated["Target"] == target
    assert [r["RouteKey"] for r in gateway.get_routes(ApiId=api)["Items"]] == ["POST /tea"]
    assert gateway.update_integration(ApiId=api, IntegrationId=integration["IntegrationId"],
                                      TimeoutInMillis=1000)["TimeoutInMillis"] == 1000
    authorizer = gateway.create_authorizer(
        ApiId=api, AuthorizerType="JWT", Name="j", IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": "https://issuer.example.com", "Audience": ["me"]})
    gateway.update_route(ApiId=api, RouteId=made["RouteId"], AuthorizationType="JWT",
                         AuthorizerId=authorizer["AuthorizerId"])
    assert refusal(gateway.delete_authorizer, ApiId=api,
                   AuthorizerId=authorizer["AuthorizerId"])[0] == "ConflictException"
    gateway.delete_route(ApiId=api, RouteId=made["RouteId"])
    gateway.delete_authorizer(ApiId=api, AuthorizerId=authorizer["AuthorizerId"])
    gateway.delete_integration(ApiId=api, IntegrationId=integration["IntegrationId"])
    assert gateway.get_integrations(ApiId=api)["Items"] == []
    stage = gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True, StageVariables={"k": "v"})
    assert stage["AutoDeploy"] and stage["DeploymentId"]
    assert refusal(gateway.create_stage, ApiId=api, StageName="$default")[0] == "ConflictException"
    assert refusal(gateway.create_stage, ApiId=api, StageName="a b")[0] == "BadRequestException"
    assert gateway.get_stage(ApiId=api, StageName="$default")["StageVariables"] == {"k": "v"}
    assert len(gateway.get_deployments(ApiId=api)["Items"]) == 1
    gateway.delete_stage(ApiId=api, StageName="$default")
    assert gateway.get_stages(ApiId=api)["Items"] == []


def test_quick_create(gateway, server, backend, unique):
    made = gateway.create_api(Name=unique(), ProtocolType="HTTP", Target=f"{backend}/base", RouteKey="ANY /x")
    assert [r["RouteKey"] for r in gateway.get_routes(ApiId=made["ApiId"])["Items"]] == ["ANY /x"]
    assert gateway.get_stage(ApiId=made["ApiId"], StageName="$default")["AutoDeploy"]
    answer, text = send(server, made["ApiId"], "/x?a=1")
    assert answer.status == 200 and json.loads(text)["path"] == "/base?a=1"
    assert answer.getheader("apigw-requestid") and answer.getheader("x-backend") == "yes"
    gateway.delete_api(ApiId=made["ApiId"])
    answer, text = send(server, made["ApiId"], "/x")
    assert (answer.status, json.loads(text)) == (404, {"message": "Not Found"})


def test_routes_by_priority(gateway, server, backend, api):
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    for key in ("$default", "ANY /{proxy+}", "GET /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1", "ANY /pets/dog/1"):
        name = key.replace(" ", "-").replace("/", "_").replace("{", "").replace("}", "").replace("+", "")
        tail = "/{id}" if "{id}" in key else "/{proxy}" if "proxy" in key else ""
        route(gateway, api, key, f"{backend}/{name}{tail}")
    for method, path, wanted in (("GET", "/pets/dog/1", "/GET-_pets_dog_1"),
                                 ("POST", "/pets/dog/1", "/ANY-_pets_dog_1"),
                                 ("GET", "/pets/dog/2", "/GET-_pets_dog_id/2"),
                                 ("GET", "/pets/cat/3", "/GET-_pets_proxy/cat/3"),
                                 ("POST", "/pets/cat/3", "/ANY-_proxy/pets/cat/3"),
                                 ("GET", "/a%20b", "/ANY-_proxy/a%20b"),
                                 ("GET", "/", "/$default")):
        answer, text = send(server, api, path, method)
        assert json.loads(text)["path"] == wanted, (method, path)


def test_stages_and_deployments(gateway, server, backend, api):
    route(gateway, api, "GET /x", f"{backend}/${{stageVariables.name}}")
    gateway.create_stage(ApiId=api, StageName="dev", AutoDeploy=True, StageVariables={"name": "devel"})
    gateway.create_stage(ApiId=api, StageName="prod", StageVariables={"name": "product"})
    assert json.loads(send(server, api, "/dev/x")[1])["path"] == "/devel"
    assert send(server, api, "/prod/x")[0].status == 404
    assert send(server, api, "/x")[0].status == 404
    gateway.create_deployment(ApiId=api, StageName="prod")
    assert json.loads(send(server, api, "/prod/x")[1])["path"] == "/product"
    route(gateway, api, "GET /y", f"{backend}/y")
    assert send(server, api, "/dev/y")[0].status == 200
    assert send(server, api, "/prod/y")[0].status == 404
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", f"/_aws/execute-api/{api}/prod/x")
    assert connection.getresponse().status == 200
    connection.close()


def test_http_proxy(gateway, server, backend, api):
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    route(gateway, api, "POST /in/{name}", f"{backend}/out/{{name}}", RequestParameters={
        "overwrite:header.x-name": "hello $request.path.name", "append:header.x-more": "$request.querystring.q",
        "remove:querystring.gone": "''", "append:querystring.stage": "$context.stage"})
    answer, text = send(server, api, "/in/tea?q=1&gone=2", "POST", body="body!", headers={"X-Name": "old", "X-Keep": "k"})
    got = json.loads(text)
    assert got["method"] == "POST" and got["body"] == "body!"
    assert got["path"] == "/out/tea?q=1&stage=%24default"
    assert got["headers"]["x-name"] == "hello tea" and got["headers"]["x-keep"] == "k"
    assert got["headers"]["x-more"] == "1" and got["headers"]["forwarded"].startswith("for=127.0.0.1")
    route(gateway, api, "GET /teapot", f"{backend}/teapot")
    assert send(server, api, "/teapot")[0].status == 418
    route(gateway, api, "GET /down", "http://127.0.0.1:9")
    answer, text = send(server, api, "/down")
    assert (answer.status, json.loads(text)) == (503, {"message": "Service Unavailable"})


def test_cors(gateway, server, backend, unique):
    api = gateway.create_api(Name=unique(), ProtocolType="HTTP", Target=backend, CorsConfiguration={
        "AllowOrigins": ["https://shop.example.com", "http://*"], "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["content-type"], "ExposeHeaders": ["x-backend"], "MaxAge": 60,
        "AllowCredentials": True})["ApiId"]
    ask = {"Origin": "https://shop.example.com", "Access-Control-Request-Method": "POST"}
    answer, text = send(server, api, "/x", "OPTIONS", headers=ask)
    assert answer.status == 204 and text == b""
    assert answer.getheader("access-control-allow-origin") == "https://shop.example.com"
    assert answer.getheader("access-control-allow-methods") == "GET,POST"
    assert answer.getheader("access-control-allow-headers") == "content-type"
    assert answer.getheader("access-control-max-age") == "60"
    assert answer.getheader("access-control-allow-credentials") == "true"
    answer, _ = send(server, api, "/x", "OPTIONS", headers={**ask, "Origin": "https://other.example.com"})
    assert answer.status == 204 and answer.getheader("access-control-allow-origin") is None
    answer, _ = send(server, api, "/x", headers={"Origin": "http://any.example.com"})
    assert answer.status == 200 and answer.getheader("access-control-allow-origin") == "http://any.example.com"
    answer, _ = send(server, api, "/x", headers={"Origin": "https://other.example.com"})
    assert answer.getheader("access-control-allow-origin") is None
    gateway.delete_api(ApiId=api)


def test_throttling(gateway, server, backend, api):
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True,
                         DefaultRouteSettings={"ThrottlingBurstLimit": 2, "ThrottlingRateLimit": 0.01})
    route(gateway, api, "$default", backend)
    statuses = [send(server, api, "/")[0].status for _ in range(4)]
    assert statuses == [200, 200, 429, 429]


def test_errors(gateway, server, backend, api):
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    gateway.create_route(ApiId=api, RouteKey="GET /nowhere")
    answer, text = send(server, api, "/nowhere")
    assert (answer.status, json.loads(text)) == (500, {"message": "Internal Server Error"})
    route(gateway, api, "POST /big", backend)
    answer, _ = send(server, api, "/big", "POST", body=b"x" * (10 * 1024 * 1024 + 1))
    assert answer.status == 413
    assert send(server, api, "/none")[0].status == 404
    assert send(server, "aaaaaaaaaa", "/none")[0].status == 404
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
        IntegrationUri="arn:aws:lambda:us-east-1:000000000000:function:not-there")
    gateway.create_route(ApiId=api, RouteKey="GET /f", Target=f"integrations/{integration['IntegrationId']}")
    answer, text = send(server, api, "/f")
    assert (answer.status, json.loads(text)) == (500, {"message": "Internal Server Error"})


def encoded(data):
    import base64
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def issuer():
    """An OpenID issuer: its documents, and a function that signs tokens of its key."""
    rsa = pytest.importorskip("rsa")
    public, private = rsa.newkeys(1024)
    size = (public.n.bit_length() + 7) // 8

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            documents = {
                "/.well-known/openid-configuration": {"jwks_uri": f"{url}/keys"},
                "/keys": {"keys": [{"kty": "RSA", "kid": "k1", "n": encoded(public.n.to_bytes(size, "big")),
                                    "e": encoded(public.e.to_bytes(3, "big"))}]}}
            body = json.dumps(documents[self.path]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def sign(claims, kid="k1", alg="RS256"):
        text = encoded(json.dumps({"alg": alg, "kid": kid}).encode()) + "." + encoded(json.dumps(claims).encode())
        return text + "." + encoded(rsa.sign(text.encode(), private, "SHA-256"))

    yield url, sign
    server.shutdown()


def test_jwt(gateway, server, backend, api, issuer):
    import time
    url, sign = issuer
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    authorizer = gateway.create_authorizer(
        ApiId=api, AuthorizerType="JWT", Name="j", IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": url, "Audience": ["shop"]})["AuthorizerId"]
    made = route(gateway, api, "GET /open", backend)
    gateway.update_route(ApiId=api, RouteId=made["RouteId"], AuthorizationType="JWT", AuthorizerId=authorizer)
    made = route(gateway, api, "GET /scoped", backend)
    gateway.update_route(ApiId=api, RouteId=made["RouteId"], AuthorizationType="JWT", AuthorizerId=authorizer,
                         AuthorizationScopes=["read"])
    good = {"iss": url, "aud": "shop", "exp": int(time.time()) + 60, "sub": "me"}

    def status(path, token):
        return send(server, api, path, headers={"Authorization": f"Bearer {token}"} if token else {})[0].status

    assert status("/open", None) == 401
    assert status("/open", "a.b.c") == 401
    assert status("/open", sign(good)) == 200
    token = sign(good)
    assert status("/open", token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB")) == 401
    assert status("/open", sign({**good, "exp": int(time.time()) - 1})) == 401
    assert status("/open", sign({**good, "aud": "other"})) == 401
    assert status("/open", sign({**good, "iss": "https://other.example.com"})) == 401
    assert status("/open", sign({**good, "nbf": int(time.time()) + 100})) == 401
    assert status("/open", sign({**good, "aud": ["x", "shop"]})) == 200
    assert status("/open", sign(good, alg="none")) == 401
    assert status("/scoped", sign(good)) == 403
    assert status("/scoped", sign({**good, "scope": "write read"})) == 200


LAMBDA = """
exports.handler = async (event) => {
  const q = event.queryStringParameters || {};
  if (q.fail) throw new Error("no");
  if (q.slow) await new Promise(r => setTimeout(r, Number(q.slow)));
  if (q.plain) return { hello: "world" };
  if (q.text) return "just text";
  if (q.binary) return { statusCode: 200, isBase64Encoded: true, body: "AAEC/w==", headers: { "content-type": "image/png" } };
  return { statusCode: 201, cookies: ["a=1", "b=2"], headers: { "X-Made": "yes" }, body: JSON.stringify(event) };
};
exports.authorizer = async (event) => {
  const token = event.identitySource[0];
  if (token === "crash") throw new Error("no");
  return { isAuthorized: token === "good", context: { who: "me", n: 1 } };
};
exports.policy = async (event) => ({ principalId: "p", context: { who: "you" }, policyDocument: { Version: "2012-10-17",
  Statement: [{ Action: "execute-api:Invoke", Effect: event.headers["x-key"] === "good" ? "Allow" : "Deny",
    Resource: event.methodArn }] } });
"""


@pytest.fixture(scope="module")
def functions(server, zip_of_module):
    import sdk_fixtures
    aws = sdk_fixtures.make_client(server, "lambda")
    arns = {}
    for name in ("handler", "authorizer", "policy"):
        arns[name] = aws.create_function(
            FunctionName=f"gateway-{name}", Runtime="nodejs20.x", Handler=f"index.{name}", Timeout=10,
            Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": zip_of_module})["FunctionArn"]
        aws.get_waiter("function_active_v2").wait(FunctionName=f"gateway-{name}")
    yield arns
    for name in arns:
        aws.delete_function(FunctionName=f"gateway-{name}")


@pytest.fixture(scope="module")
def zip_of_module():
    import io
    import zipfile
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("index.js", LAMBDA)
    return out.getvalue()


def test_function(gateway, server, api, functions):
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True, StageVariables={"k": "v"})
    for version, key in (("2.0", "ANY /two/{id}"), ("1.0", "ANY /one/{id}")):
        integration = gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion=version,
                                                 IntegrationUri=functions["handler"])
        gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}")
    answer, text = send(server, api, "/two/7?x=1&x=2", "POST", body='{"tea":"gr\u00fcn"}'.encode(),
                        headers={"Content-Type": "application/json", "Cookie": "c=1; d=2", "X-Up": "Per"})
    event = json.loads(text)
    assert answer.status == 201 and answer.getheader("x-made") == "yes"
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert event["version"] == "2.0" and event["pathParameters"] == {"id": "7"} and event["cookies"] == ["c=1", "d=2"]
    assert event["queryStringParameters"] == {"x": "1,2"} and event["body"] == '{"tea":"gr\u00fcn"}'
    assert event["headers"]["x-up"] == "Per" and event["stageVariables"] == {"k": "v"}
    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    assert send(server, api, "/two/7?text=1")[1] == b"just text"
    answer, text = send(server, api, "/two/7?plain=1")
    assert answer.getheader("content-type") == "application/json" and json.loads(text) == {"hello": "world"}
    assert send(server, api, "/two/7?binary=1")[1] == b"\x00\x01\x02\xff"
    answer, text = send(server, api, "/two/7?fail=1")
    assert (answer.status, json.loads(text)) == (500, {"message": "Internal Server Error"})
    assert json.loads(send(server, api, "/one/7?x=1&x=2")[1])["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert send(server, api, "/one/7?plain=1")[0].status == 500
    assert send(server, api, "/two/7", "HEAD")[1] == b""


def test_function_that_is_slow(gateway, server, api, functions):
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    integration = gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
                                             IntegrationUri=functions["handler"], TimeoutInMillis=200)
    gateway.create_route(ApiId=api, RouteKey="GET /", Target=f"integrations/{integration['IntegrationId']}")
    send(server, api, "/?plain=1")
    answer, text = send(server, api, "/?slow=1500")
    assert (answer.status, json.loads(text)) == (503, {"message": "Service Unavailable"})


def test_function_authorizers(gateway, server, backend, api, functions):
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    simple = gateway.create_authorizer(
        ApiId=api, AuthorizerType="REQUEST", Name="s", IdentitySource=["$request.header.X-Key"],
        AuthorizerPayloadFormatVersion="2.0", EnableSimpleResponses=True, AuthorizerResultTtlInSeconds=60,
        AuthorizerUri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{functions['authorizer']}/invocations")
    policy = gateway.create_authorizer(
        ApiId=api, AuthorizerType="REQUEST", Name="p", IdentitySource=["$request.header.X-Key"],
        AuthorizerPayloadFormatVersion="1.0", AuthorizerUri=functions["policy"])
    integration = gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", PayloadFormatVersion="2.0",
                                             IntegrationUri=functions["handler"])
    for key, authorizer in (("GET /s", simple), ("GET /p", policy)):
        gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integration['IntegrationId']}",
                             AuthorizationType="CUSTOM", AuthorizerId=authorizer["AuthorizerId"])
    for path, who in (("/s", "me"), ("/p", "you")):
        answer, text = send(server, api, path)
        assert (answer.status, json.loads(text)) == (401, {"message": "Unauthorized"})
        answer, text = send(server, api, path, headers={"X-Key": "bad"})
        assert (answer.status, json.loads(text)) == (403, {"message": "Forbidden"})
        for _ in range(2):
            answer, text = send(server, api, path, headers={"X-Key": "good"})
            assert answer.status == 201
            assert json.loads(text)["requestContext"]["authorizer"]["lambda"]["who"] == who
    assert send(server, api, "/s", headers={"X-Key": "crash"})[0].status == 500


def test_access_logs(gateway, client, server, backend, api, unique):
    import time
    logs, group = client("logs"), unique("/access")
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:000000000000:log-group:{group}"
    wanted = '{"id":"$context.requestId","ip":"$context.identity.sourceIp","route":"$context.routeKey",' \
             '"status":"$context.status","bytes":"$context.responseLength","agent":"$context.identity.userAgent"}'
    assert refusal(gateway.create_stage, ApiId=api, StageName="$default", AccessLogSettings={
        "DestinationArn": "arn:aws:firehose:us-east-1:000000000000:deliverystream/x",
        "Format": wanted})[0] == "BadRequestException"
    assert refusal(gateway.create_stage, ApiId=api, StageName="$default", AccessLogSettings={
        "DestinationArn": arn, "Format": "$context.status"})[0] == "BadRequestException"
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True,
                         AccessLogSettings={"DestinationArn": arn, "Format": wanted})
    route(gateway, api, "GET /x", backend)
    first, text = send(server, api, "/x", headers={"User-Agent": 'say "hi"'})
    send(server, api, "/none")
    deadline, events = time.time() + 5, []
    while len(events) < 2 and time.time() < deadline:
        events = [json.loads(e["message"]) for e in logs.filter_log_events(logGroupName=group)["events"]]
    assert events[0] == {"id": first.getheader("apigw-requestid"), "ip": "127.0.0.1", "route": "GET /x",
                         "status": "200", "bytes": str(len(text)), "agent": 'say "hi"'}
    assert events[1]["status"] == "404" and events[1]["route"] == "-"
    gateway.delete_access_log_settings(ApiId=api, StageName="$default")
    assert "AccessLogSettings" not in gateway.get_stage(ApiId=api, StageName="$default")


def test_response_parameters(gateway, server, backend, api):
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    route(gateway, api, "GET /teapot", f"{backend}/teapot", ResponseParameters={"418": {
        "overwrite:statuscode": "404", "append:header.x-was": "$response.header.x-backend at $context.path",
        "remove:header.X-Backend": "''"}})
    answer, _ = send(server, api, "/teapot")
    assert answer.status == 404 and answer.getheader("x-was") == "yes at /teapot"
    assert answer.getheader("x-backend") is None
    assert refusal(gateway.create_integration, ApiId=api, IntegrationType="HTTP_PROXY", IntegrationMethod="GET",
                   IntegrationUri=backend, PayloadFormatVersion="1.0",
                   ResponseParameters={"200": {"set:header.x": "1"}})[0] == "BadRequestException"
