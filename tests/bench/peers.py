"""The peers that run beside Samovar: installed from the registries into build/bench, started on free ports."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request

import samovar

NODE_SERVER = """
const http = require('http');
http.createServer((request, response) => {
  const body = JSON.stringify({ path: request.url });
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}).listen(Number(process.argv[2]), '127.0.0.1');
"""

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream node {{ server 127.0.0.1:{node}; keepalive 64; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection ""; }} }}
}}
"""

SERVERLESS = """
service: bench
provider: {{ name: aws, runtime: nodejs20.x, region: us-east-1 }}
plugins: [serverless-offline]
functions:
  hello: {{ handler: index.handler, events: [{{ httpApi: 'GET /hello' }}] }}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until_answers(url, timeout=60):
    begun = time.monotonic()
    while time.monotonic() - begun < timeout:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer")


def wait_until_listens(port, timeout=20):
    begun = time.monotonic()
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if time.monotonic() - begun > timeout:
                raise RuntimeError("it did not start") from None
            time.sleep(0.1)


class Http:
    """A peer that answers GET path on port."""

    def __init__(self, name, port, path):
        self.name, self.port, self.path = name, port, path


class Processes:
    """Programs that are started for a measurement and end with it; they log into the folder of the benchmarks."""

    def __init__(self, build):
        os.makedirs(build, exist_ok=True)
        self.build, self.processes = build, []

    def __enter__(self):
        return self

    def start(self, *command, **more):
        log = open(os.path.join(self.build, os.path.basename(command[0]) + ".log"), "ab")
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, **more)
        log.close()
        self.processes.append(process)
        return process

    def npm(self, folder, *packages):
        """What stands in the folder's node_modules/.bin, once the packages are installed there."""
        os.makedirs(folder, exist_ok=True)
        bin = os.path.join(folder, "node_modules/.bin")
        if not os.path.exists(bin):
            subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", "--legacy-peer-deps",
                            *packages], cwd=folder, check=True, capture_output=True)
        return bin

    def start_ministack(self):
        """Its port, when it listens."""
        venv, port = os.path.join(self.build, "ministack"), free_port()
        if not os.path.exists(os.path.join(venv, "bin/ministack")):
            subprocess.run(["python3", "-m", "venv", venv], check=True, capture_output=True)
            subprocess.run([os.path.join(venv, "bin/pip"), "install", "-q", "ministack"], check=True, capture_output=True)
        self.start(os.path.join(venv, "bin/ministack"), env=dict(os.environ, GATEWAY_PORT=str(port), EDGE_PORT=str(port),
                                                                  LAMBDA_EXECUTOR="local", PERSIST_STATE="0"))
        wait_until_listens(port)
        return port

    def __exit__(self, *_):
        for process in self.processes:
            try:
                os.killpg(process.pid, 15)
                process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                process.kill()


class Peers(Processes):
    """Those that serve a Node function over HTTP."""

    def __init__(self, build, node_source):
        super().__init__(build)
        self.node_source, self.http, self.missing = node_source, [], {}

    def nginx_and_node(self):
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        folder, node, port = os.path.join(self.build, "nginx"), free_port(), free_port()
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "server.js"), "w") as f:
            f.write(NODE_SERVER)
        with open(os.path.join(folder, "nginx.conf"), "w") as f:
            f.write(NGINX.format(folder=folder, node=node, port=port))
        self.start("node", os.path.join(folder, "server.js"), str(node))
        self.start(nginx, "-p", folder, "-c", os.path.join(folder, "nginx.conf"), "-e", os.path.join(folder, "error.log"))
        return Http("nginx -> node", port, "/hello")

    def serverless_offline(self):
        folder, port = os.path.join(self.build, "serverless-offline"), free_port()
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "serverless.yml"), "w") as f:
            f.write(SERVERLESS.format())
        with open(os.path.join(folder, "index.js"), "w") as f:
            f.write(self.node_source)
        bin = self.npm(folder, "osls@4.3.1", "serverless-offline@14")
        self.start("node", os.path.join(bin, "osls"), "offline", "--httpPort", str(port),
                   "--lambdaPort", str(free_port()), "--albPort", str(free_port()), "--noPrependStageInUrl", "--host", "127.0.0.1",
                   cwd=folder,
                   env=dict(os.environ, SLS_TELEMETRY_DISABLED="1", SLS_NOTIFICATIONS_MODE="off", CI="true"))
        return Http("serverless-offline", port, "/hello")

    def ministack(self):
        import boto3
        port = self.start_ministack()
        options = dict(endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", aws_access_key_id="test",
                       aws_secret_access_key="test")
        functions, apis = boto3.client("lambda", **options), boto3.client("apigatewayv2", **options)
        arn = functions.create_function(FunctionName="hello", Runtime="nodejs20.x", Handler="index.handler",
                                        Role="arn:aws:iam::000000000000:role/bench",
                                        Code={"ZipFile": samovar.archive({"index.js": self.node_source})})["FunctionArn"]
        api = apis.create_api(Name="bench", ProtocolType="HTTP")["ApiId"]
        integration = apis.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn,
                                              PayloadFormatVersion="2.0")["IntegrationId"]
        apis.create_route(ApiId=api, RouteKey="GET /hello", Target=f"integrations/{integration}")
        apis.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
        return Http("MiniStack", port, f"/_aws/execute-api/{api}/$default/hello")

    def __enter__(self):
        for name, begin in (("nginx -> node", self.nginx_and_node), ("serverless-offline", self.serverless_offline),
                            ("MiniStack", self.ministack)):
            try:
                peer = begin()
                wait_until_answers(f"http://127.0.0.1:{peer.port}{peer.path}")
                self.http.append(peer)
            except Exception as e:  # noqa: BLE001: whatever it is, the others are measured
                self.missing[name] = str(e).strip().splitlines()[-1:] or repr(e)
        return self
