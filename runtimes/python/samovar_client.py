# The Runtime API's client: one kept connection, one write for an answer and the question after it.
import json

import _socket

import samovar_errors

PATH = "/2018-06-01/runtime"


class Client:
    def __init__(self, address):
        host, _, port = address.rpartition(":")
        self.host = ("Host: %s\r\n" % address).encode()
        self.question = b"GET %s/invocation/next HTTP/1.1\r\n%s\r\n" % (PATH.encode(), self.host)
        self.socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.unread = 0  # answers that are still to come before the one that is wanted

    def send(self, data):
        view = memoryview(data)
        while view:
            view = view[self.socket.send(view) :]

    def read_answer(self):
        """The next answer: (status, headers, body)."""
        data = self.buffer
        end = data.find(b"\r\n\r\n")
        while end < 0:
            part = self.socket.recv(65536)
            if not part:
                raise SystemExit(1)  # the server has gone, and with it all purpose
            data = data + part if data else part
            end = data.find(b"\r\n\r\n")
        lines = data[:end].decode("utf-8", "replace").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        start = end + 4
        length = int(headers.get("content-length", 0))
        missing = start + length - len(data)
        if missing > 0:
            parts = [data]
            while missing > 0:
                part = self.socket.recv(min(missing, 1 << 20))
                if not part:
                    raise SystemExit(1)
                parts.append(part)
                missing -= len(part)
            data = b"".join(parts)
        self.buffer = data[start + length :]
        return int(lines[0][9:12]), headers, data[start : start + length]

    def next(self):
        """Waits for an invocation: (headers, body)."""
        if self.unread == 0:
            self.send(self.question)
        while self.unread > 0:
            self.unread -= 1
            if self.read_answer()[0] >= 500:
                raise SystemExit(1)
        status, headers, body = self.read_answer()
        if status != 200:
            raise SystemExit(1)
        return headers, body

    def post(self, path, body, more, then):
        head = "POST %s/%s HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s" % (PATH, path, len(body), more)
        self.send(b"%s%s\r\n%s%s" % (head.encode(), self.host, body, then))

    # Answers go out together with the next question.
    def post_response(self, request_id, body):
        self.unread += 1
        self.post("invocation/%s/response" % request_id, body, "", self.question)

    def post_error(self, request_id, payload):
        self.unread += 1
        self.post("invocation/%s/error" % request_id, json.dumps(payload).encode(), self.type_header(payload), self.question)

    def post_init_error(self, payload):
        self.post("init/error", json.dumps(payload).encode(), self.type_header(payload), b"")
        self.read_answer()

    @staticmethod
    def type_header(payload):
        return "Lambda-Runtime-Function-Error-Type: %s\r\n" % samovar_errors.header_of(payload["errorType"])
