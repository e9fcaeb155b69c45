$version: "2"
namespace com.example.echo

/// A small service for the dispatcher's tests: every protocol, every kind of operation.
@service(sdkId: "Echo", endpointPrefix: "echo")
@sigv4(name: "echo")
@awsJson1_0
@awsQuery
@restJson1
@rpcv2Cbor
@xmlNamespace(uri: "http://echo.example.com/doc/2026-01-01/")
service EchoService_20260101 { version: "2026-01-01" }

/// Says what it was told, with every binding of HTTP.
@readonly
@http(method: "POST", uri: "/say/{Name}", code: 201)
@resource("arn:aws:echo:{region}:{account}:name/{Name}")
operation Say {
    input := {
        @required @httpLabel Name: Name
        @httpQuery("times") @range(min: 1, max: 5) Times: Integer
        @httpQuery("tag") Tags: TextList
        @httpHeader("X-Echo-Loud") Loud: Boolean
        @httpHeader("X-Echo-Since") Since: Timestamp
        @httpPrefixHeaders("X-Echo-Meta-") Meta: TextMap
        Text: String
        At: Timestamp
    }
    output := {
        Name: String
        Times: Integer
        Tags: TextList
        Text: String
        At: Timestamp
        Caller: String
        Account: String
        Region: String
        BaseUrl: String
        @httpHeader("X-Echo-Loud") Loud: Boolean
        @httpHeader("X-Echo-Since") Since: Timestamp
        @httpPrefixHeaders("X-Echo-Meta-") Meta: TextMap
    }
    errors: [NotThere]
}

/// Keeps a value, and counts.
@http(method: "PUT", uri: "/kept/{Name}")
operation Keep {
    input := {
        @required @httpLabel Name: Name
        @required Value: String
    }
    output: Kept
    errors: [NotThere TooMuch]
}

/// What was kept.
@readonly
@http(method: "GET", uri: "/kept/{Name}")
operation Fetch {
    input := { @required @httpLabel Name: Name }
    output: Kept
    errors: [NotThere]
}

/// Keeps by an inner call, fetches by another.
@waits
@http(method: "POST", uri: "/relay/{Name}")
operation Relay {
    input := {
        @required @httpLabel Name: Name
        Value: String
    }
    output: Kept
    errors: [NotThere TooMuch]
}

/// Gives the bytes back.
@waits
@http(method: "POST", uri: "/bytes/{Name}")
operation Bytes {
    input := {
        @required @httpLabel Name: Name
        @httpPayload Payload: Blob
    }
    output := {
        @httpResponseCode Status: Integer
        @httpPayload Payload: Blob
    }
}

/// Needs no signature.
@waits
@optionalAuth
@http(method: "GET", uri: "/open")
operation Open {
    output := { Caller: String }
}

/// Deletes, and has nothing to say.
@http(method: "DELETE", uri: "/kept/{Name}", code: 204)
operation Forget {
    input := { @required @httpLabel Name: Name }
}

/// Only for inner calls.
@internal
operation Hidden {
    input := { @required Name: Name }
    output: Kept
}

@length(min: 1, max: 20)
string Name

list TextList { member: String }
map TextMap { key: String value: String }

structure Kept {
    Value: String
    Count: Integer
}

@error("client")
@httpError(404)
@awsQueryError(code: "Echo.NotThere", httpResponseCode: 404)
structure NotThere {
    Type: String
    Message: String
    Name: String
}

@error("client")
@httpError(429)
structure TooMuch {
    message: String
    @httpHeader("Retry-After") RetryAfter: Integer
}
