$version: "2"

// What a request led to, across functions: `samovar logs --trace`.
namespace com.samovar.traces

/// The log of one request, of all functions that it went through.
@service(sdkId: "Samovar Traces", endpointPrefix: "samovar-traces")
@sigv4(name: "samovar-traces")
@awsJson1_0
@rpcv2Cbor
service SamovarTraces { version: "2026-12-01" }

/// Answers the lines that all invocations of a trace wrote, in the order of their times. The caller must be allowed
/// logs:FilterLogEvents on each of the log groups.
@waits
operation GetTraceLog {
    input := {
        /// What stands after Root= in X-Ray's header, "1-5759e988-bd862e3fe1be46a994272793".
        @required TraceId: String
    }
    output := {
        Events: TraceEvents
        /// There are more than are shown.
        IsCut: Boolean
    }
    errors: [TraceIdInvalid]
}

structure TraceEvent { Timestamp: Long, LogGroupName: String, LogStreamName: String, RequestId: String, Message: String }
list TraceEvents { member: TraceEvent }

@error("client")
structure TraceIdInvalid { message: String }
