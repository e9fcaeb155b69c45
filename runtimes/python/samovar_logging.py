# The log of a function: logging's root handler in AWS's form, and the lines of what is printed.
import json
import logging
import os
import sys
import time

request_id = ""
_json = False


def write(text):
    """A record is one line to the server; the newlines inside it travel as carriage returns."""
    sys.stdout.flush()
    data = text.replace("\r\n", "\r").replace("\n", "\r").encode("utf-8", "replace") + b"\n"
    while data:
        data = data[os.write(1, data) :]


def _timestamp(seconds):
    return "%s.%03dZ" % (time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)), int(seconds * 1000) % 1000)


class _Handler(logging.Handler):
    def emit(self, record):
        try:
            write(self.format(record))
        except Exception:
            self.handleError(record)


class _Formatter(logging.Formatter):
    def format(self, record):
        text = "[%s]\t%s\t%s\t%s" % (record.levelname, _timestamp(record.created), record.aws_request_id, record.getMessage())
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        if record.stack_info:
            text += "\n" + record.stack_info
        return text


_STANDARD = None


class _JsonFormatter(logging.Formatter):
    def format(self, record):
        global _STANDARD
        if _STANDARD is None:
            _STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "aws_request_id", "taskName"}
        fields = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id or None,
        }
        if record.exc_info and record.exc_info[0]:
            kind, error, trace = record.exc_info
            fields["errorType"] = kind.__name__
            fields["errorMessage"] = str(error)
            fields["stackTrace"] = self.formatException(record.exc_info).split("\n")[1:-1]
            fields["location"] = "%s:%s:%d" % (record.pathname, record.funcName, record.lineno)
        for name, value in vars(record).items():
            if name not in _STANDARD and name not in fields:
                fields[name] = value
        return json.dumps({k: v for k, v in fields.items() if v is not None}, default=str, ensure_ascii=False)


def _add_request_id(record):
    record.aws_request_id = request_id
    return True


def install(environ):
    global _json
    _json = environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    sys.stderr.reconfigure(encoding="utf-8", errors="replace", line_buffering=True)
    handler = _Handler()
    handler.addFilter(_add_request_id)
    handler.setFormatter(_JsonFormatter() if _json else _Formatter())
    logging.root.addHandler(handler)
    level = environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    levels = {"TRACE": "DEBUG", "DEBUG": "DEBUG", "INFO": "INFO", "WARN": "WARNING", "ERROR": "ERROR", "FATAL": "CRITICAL"}
    if level in levels:
        logging.root.setLevel(levels[level])


def log_error(payload):
    """An error of an invocation or of the initialisation, with its trace, as one record."""
    if _json:
        write(
            json.dumps(
                {
                    "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                    "log_level": "ERROR",
                    "errorMessage": payload["errorMessage"],
                    "errorType": payload["errorType"],
                    "requestId": payload["requestId"],
                    "stackTrace": payload["stackTrace"],
                },
                ensure_ascii=False,
            )
        )
        return
    text = "[ERROR] %s: %s\nTraceback (most recent call last):\n%s" % (
        payload["errorType"],
        payload["errorMessage"],
        "".join(payload["stackTrace"]),
    )
    write(text.rstrip("\n"))
