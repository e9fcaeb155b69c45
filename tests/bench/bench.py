"""What the benchmarks share: the table's rows, the load generator, measuring in turns, a release server with clients."""

import os
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(ROOT, "tests"))
import samovar  # noqa: E402

BUILD = os.path.join(ROOT, "build/bench")
PROGRAM = os.path.join(ROOT, "build/samovar")
REPEATS = int(os.environ.get("BENCH_REPEATS", "5"))
SECONDS = os.environ.get("BENCH_SECONDS", "3")

rows = []


def row(name, value, unit, target, peer="", ratio="", disk="nothing"):
    rows.append((name, f"{value} {unit}".strip(), target, peer, ratio, disk))
    print(f"{name}: {value} {unit} (to reach: {target}) {peer} {ratio}", flush=True)


def compiled(source):
    os.makedirs(BUILD, exist_ok=True)
    out = os.path.join(BUILD, os.path.basename(source).removesuffix(".c"))
    subprocess.run(["cc", "-O2", "-static", "-D_GNU_SOURCE", "-o", out, os.path.join(ROOT, "tests/bench", source)],
                   check=True)
    return out


def load(port, connections, request, seconds=SECONDS, keys=1, then=()):
    """p50 in milliseconds, p99, and requests a second. Each run of eight @ in the request becomes a number under keys.

    then: requests that each connection sends after it, in turn; load.c tells how.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, str(i)) for i in range(1 + len(then))]
        for path, text in zip(paths, [request, *then]):
            with open(path, "wb") as f:
                f.write(text)
        done = subprocess.run([os.path.join(BUILD, "load"), str(port), str(connections), seconds, paths[0], str(keys), *paths[1:]],
                              capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"load: {done.stdout} {done.stderr}")
    _, _, rate, p50, _, p99, _ = map(float, done.stdout.split())
    return {"p50": p50 / 1000, "p99": p99 / 1000, "rate": rate}


def interleaved(candidates, repeats=REPEATS):
    """{name: function} measured in turns; the medians of each figure."""
    results = {name: [] for name in candidates}
    for _ in range(repeats):
        for name, measure in candidates.items():
            results[name].append(measure())
    return {name: {k: statistics.median(r[k] for r in runs) for k in runs[0]} for name, runs in results.items()}


def get_request(port, path, host=None):
    return f"GET {path} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{port}'}\r\n\r\n".encode()


class Cloud(samovar.Server):
    """A release server, and boto3 clients of it."""

    def __init__(self, *options, **more):
        super().__init__(*options, program=PROGRAM, **more)

    def client(self, service, key="test", secret="test"):
        import boto3
        from botocore.config import Config
        return boto3.client(service, endpoint_url=self.url, region_name="us-east-1", aws_access_key_id=key,
                            aws_secret_access_key=secret, config=Config(retries={"max_attempts": 0}))

    def function(self, name, files, runtime, handler, client=None):
        client = client or self.client("lambda")
        client.create_function(FunctionName=name, Runtime=runtime, Handler=handler, Timeout=30, MemorySize=512,
                               Role="arn:aws:iam::000000000000:role/bench", Code={"ZipFile": samovar.archive(files)})
        client.get_waiter("function_active_v2").wait(FunctionName=name)
        return client

    def http_api(self, function):
        """The path under which the function answers."""
        arn = self.client("lambda").get_function_configuration(FunctionName=function)["FunctionArn"]
        api = self.client("apigatewayv2").create_api(Name="bench", ProtocolType="HTTP", Target=arn)
        self.client("lambda").add_permission(FunctionName=function, StatementId="bench", Principal="apigateway.amazonaws.com",
                                             Action="lambda:InvokeFunction")
        return f"/_aws/execute-api/{api['ApiId']}/$default/hello"
