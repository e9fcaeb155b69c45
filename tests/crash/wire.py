"""What the crash tests speak with: requests by hand, quicker than an SDK."""

import http.client
import json
import urllib.parse


class Api:
    """A connection that speaks the wire forms by hand: quicker than an SDK, and an answer is an acknowledgement."""

    def __init__(self, server):
        self.port, self.connection = server.port, None

    def call(self, service, method, path, body=b"", headers=None):
        if not self.connection:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        scope = f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        try:
            self.connection.request(method, path, body, {"Authorization": scope, **(headers or {})})
            answer = self.connection.getresponse()
            return answer.status, answer.read()
        except BaseException:
            self.connection.close()
            self.connection = None
            raise

    def json(self, service, target, value):
        return self.call(service, "POST", "/", json.dumps(value),
                         {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"})

    def query(self, service, **fields):
        return self.call(service, "POST", "/", urllib.parse.urlencode(fields),
                         {"Content-Type": "application/x-www-form-urlencoded"})
