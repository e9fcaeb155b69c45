# Loads the handler that _HANDLER names, and calls it with an event and a context, one invocation after another.
import importlib
import json
import os
import sys
import time

import samovar_errors
import samovar_logging


class LoadError(Exception):
    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.payload = {"errorMessage": message, "errorType": error_type, "requestId": "", "stackTrace": list(trace)}


def load(name):
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise LoadError(
            "Runtime.MalformedHandlerName", "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as e:
        raise LoadError("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, e))
    except SyntaxError as e:
        trace = ['  File "%s" Line %s\n    %s\n' % (e.filename, e.lineno, (e.text or "").strip())]
        raise LoadError("Runtime.UserCodeSyntaxError", "Syntax error in module '%s': %s" % (module_name, e), trace)
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise LoadError(
            "Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name)
        ) from None


class _Fields:
    """What a JSON header says, as attributes; what it leaves out is None."""

    def __init__(self, names, values):
        for attribute, key in names:
            setattr(self, attribute, values.get(key))


_CLIENT = [(n, n) for n in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")]
_IDENTITY = [("cognito_identity_id", "cognitoIdentityId"), ("cognito_identity_pool_id", "cognitoIdentityPoolId")]


def _parse(text):
    try:
        value = json.loads(text) if text else None
    except ValueError:
        value = None
    return value if isinstance(value, dict) else None


class LambdaContext:
    def __init__(self, headers):
        environ = os.environ
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.function_name = environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.client_context = None
        self._deadline_ms = int(headers.get("lambda-runtime-deadline-ms", 0))
        client = _parse(headers.get("lambda-runtime-client-context"))
        if client is not None:
            self.client_context = _Fields([("custom", "custom"), ("env", "env")], client)
            self.client_context.client = _Fields(_CLIENT, client.get("client") or {})
        self.identity = _Fields(_IDENTITY, _parse(headers.get("lambda-runtime-cognito-identity")) or {})

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time.time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))
        sys.stdout.flush()

    def __repr__(self):
        return "LambdaContext([aws_request_id=%s,log_group_name=%s,log_stream_name=%s,function_name=%s,memory_limit_in_mb=%s,function_version=%s,invoked_function_arn=%s])" % (
            self.aws_request_id,
            self.log_group_name,
            self.log_stream_name,
            self.function_name,
            self.memory_limit_in_mb,
            self.function_version,
            self.invoked_function_arn,
        )


def _encode_other(value):
    if type(value).__name__ == "Decimal":
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def _encode(result):
    return json.dumps(result, ensure_ascii=False, default=_encode_other).encode("utf-8", "surrogatepass")


def _fail(client, payload):
    samovar_logging.log_error(payload)
    client.post_error(payload["requestId"], payload)


def serve(client, handler):
    while True:
        headers, body = client.next()
        request_id = headers["lambda-runtime-aws-request-id"]
        samovar_logging.request_id = request_id
        trace_id = headers.get("lambda-runtime-trace-id")
        if trace_id:
            os.environ["_X_AMZN_TRACE_ID"] = trace_id
        try:
            event = json.loads(body) if body else None
        except ValueError as e:
            _fail(client, _runtime_error("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % e, request_id))
            continue
        try:
            result = handler(event, LambdaContext(headers))
        except Exception as e:
            _fail(client, samovar_errors.payload_of(e, request_id))
            continue
        try:
            encoded = _encode(result)
        except Exception as e:
            _fail(client, _runtime_error("Runtime.MarshalError", "Unable to marshal response: %s" % e, request_id))
            continue
        sys.stdout.flush()
        client.post_response(request_id, encoded)


def _runtime_error(error_type, message, request_id):
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": []}
