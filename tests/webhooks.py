"""HTTP endpoints that topics are subscribed by: what they are posted is kept, what they answer is the test's to say."""

import http.server
import json
import threading
import time
import urllib.request


def eventually(check, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = check()
        if got:
            return got
        time.sleep(0.02)
    raise AssertionError("it did not come")


def get(url):
    with urllib.request.urlopen(url, timeout=10) as r:
        return r.read().decode()


class Listener(http.server.ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True


class TlsSocket:
    """A listening socket whose connections are encrypted; a client that does not trust the certificate is counted."""

    def __init__(self, socket, context, endpoint):
        self.socket, self.context, self.endpoint = socket, context, endpoint

    def accept(self):
        connection, address = self.socket.accept()
        try:
            return self.context.wrap_socket(connection, server_side=True), address
        except OSError:
            self.endpoint.refusals += 1
            connection.close()
            raise

    def __getattr__(self, name):
        return getattr(self.socket, name)


class Endpoint:
    """posts are (time, headers, body); statuses, if any, are answered in turn; hold() lets posts wait for release()."""

    def __init__(self, tls=None, port=0):
        self.posts, self.statuses, self.lock = [], [], threading.Lock()
        self.held = 0  # posts that wait for their answer
        self.open = threading.Event()
        self.open.set()
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with endpoint.lock:
                    endpoint.posts.append((time.monotonic(), dict(self.headers.items()), body.decode()))
                    status = endpoint.statuses.pop(0) if endpoint.statuses else 200
                    endpoint.held += 1
                endpoint.open.wait()
                with endpoint.lock:
                    endpoint.held -= 1
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass  # who asked has gone

            def log_message(self, *_):
                pass

        self.refusals = 0  # clients that hung up because of the certificate
        self.server = Listener(("127.0.0.1", port), Handler)
        if tls:
            self.server.socket = TlsSocket(self.server.socket, tls, self)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}/hook?a=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hold(self):
        self.open.clear()

    def release(self):
        self.open.set()

    def wait(self, n):
        eventually(lambda: len(self.posts) >= n)
        return self.posts[n - 1]

    def messages(self):
        """What was published, in the order of coming."""
        bodies = [json.loads(p[2]) for p in list(self.posts)]
        return [b["Message"] for b in bodies if b["Type"] == "Notification"]

    def close(self):
        self.release()
        self.server.shutdown()
        self.server.server_close()


def subscribe(sns, arn, endpoint, **attributes):
    """A confirmed subscription: by the link, as an endpoint does."""
    before = len(endpoint.posts)
    subscription = sns.subscribe(TopicArn=arn, Protocol=endpoint.url.split(":")[0], Endpoint=endpoint.url,
                                 Attributes=attributes, ReturnSubscriptionArn=True)["SubscriptionArn"]
    get(json.loads(endpoint.wait(before + 1)[2])["SubscribeURL"])
    return subscription
