$version: "2"

// CloudWatch Logs: groups, streams, events, filter patterns, retention. And the records that the service stores.
namespace com.amazonaws.logs

/// Keeps what functions and applications write, by group and stream, and finds it again.
@service(sdkId: "CloudWatch Logs", endpointPrefix: "logs")
@sigv4(name: "logs")
@awsJson1_1
@rpcv2Cbor
@xmlNamespace(uri: "http://logs.amazonaws.com/doc/2014-03-28/")
service Logs_20140328 { version: "2014-03-28" }

// ---- groups ----

/// Makes a log group.
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:")
operation CreateLogGroup {
    input := {
        @required logGroupName: LogGroupName
        @length(max: 256) kmsKeyId: String
        tags: Tags
        logGroupClass: LogGroupClass
        deletionProtectionEnabled: Boolean
    }
    errors: [InvalidParameterException, ResourceAlreadyExistsException, LimitExceededException
        OperationAbortedException, ServiceUnavailableException]
}

/// Deletes a log group with all its streams and events.
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:")
operation DeleteLogGroup {
    input := { @required logGroupName: LogGroupName }
    errors: [InvalidParameterException, ResourceNotFoundException, OperationAbortedException
        ServiceUnavailableException, ValidationException]
}

/// Lists log groups by name, all of them or those with a prefix or a part of a name.
@waits
operation DescribeLogGroups {
    input := {
        accountIdentifiers: AccountIds
        logGroupNamePrefix: LogGroupName
        logGroupNamePattern: LogGroupNamePattern
        nextToken: NextToken
        limit: DescribeLimit
        includeLinkedAccounts: Boolean
        logGroupClass: LogGroupClass
        logGroupIdentifiers: LogGroupIdentifiers
    }
    output := { logGroups: LogGroups, nextToken: NextToken }
    errors: [InvalidParameterException, ServiceUnavailableException]
}

/// Sets after how many days the events of a group are deleted.
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:")
operation PutRetentionPolicy {
    input := { @required logGroupName: LogGroupName, @required retentionInDays: Integer }
    errors: [InvalidParameterException, ResourceNotFoundException, OperationAbortedException
        ServiceUnavailableException]
}

/// Keeps the events of a group for ever.
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:")
operation DeleteRetentionPolicy {
    input := { @required logGroupName: LogGroupName }
    errors: [InvalidParameterException, ResourceNotFoundException, OperationAbortedException
        ServiceUnavailableException]
}

// ---- tags ----

/// Adds tags to a log group, by its ARN.
@resource("{resourceArn}")
operation TagResource {
    input := { @required resourceArn: AmazonResourceName, @required tags: Tags }
    errors: [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException
        TooManyTagsException]
}

/// Takes tags off a log group, by its ARN.
@resource("{resourceArn}")
operation UntagResource {
    input := { @required resourceArn: AmazonResourceName, @required @length(max: 50) tagKeys: TagKeyList }
    errors: [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}

/// Lists the tags of a log group, by its ARN.
@readonly
@resource("{resourceArn}")
operation ListTagsForResource {
    input := { @required resourceArn: AmazonResourceName }
    output := { tags: Tags }
    errors: [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}

/// Adds tags to a log group, by its name.
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:")
operation TagLogGroup {
    input := { @required logGroupName: LogGroupName, @required tags: Tags }
    errors: [ResourceNotFoundException, InvalidParameterException]
}

/// Takes tags off a log group, by its name.
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:")
operation UntagLogGroup {
    input := { @required logGroupName: LogGroupName, @required @length(min: 1) tags: TagKeyList }
    errors: [ResourceNotFoundException]
}

/// Lists the tags of a log group, by its name.
@readonly
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:")
operation ListTagsLogGroup {
    input := { @required logGroupName: LogGroupName }
    output := { tags: Tags }
    errors: [ResourceNotFoundException, ServiceUnavailableException]
}

// ---- streams ----

/// Makes a log stream in a group.
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:{logStreamName}")
operation CreateLogStream {
    input := { @required logGroupName: LogGroupName, @required logStreamName: LogStreamName }
    errors: [InvalidParameterException, ResourceAlreadyExistsException, ResourceNotFoundException
        ServiceUnavailableException]
}

/// Deletes a log stream with its events.
@waits
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:{logStreamName}")
operation DeleteLogStream {
    input := { @required logGroupName: LogGroupName, @required logStreamName: LogStreamName }
    errors: [InvalidParameterException, ResourceNotFoundException, OperationAbortedException
        ServiceUnavailableException, ValidationException]
}

/// Lists the streams of a group by name or by their last event.
@waits
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:")
operation DescribeLogStreams {
    input := {
        logGroupName: LogGroupName
        logGroupIdentifier: LogGroupIdentifier
        logStreamNamePrefix: LogStreamName
        orderBy: OrderBy
        descending: Boolean
        nextToken: NextToken
        limit: DescribeLimit
    }
    output := { logStreams: LogStreams, nextToken: NextToken }
    errors: [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}

// ---- events ----

/// Appends a batch of events to a stream.
@waits
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:{logStreamName}")
operation PutLogEvents {
    input := {
        @required logGroupName: LogGroupName
        @required logStreamName: LogStreamName
        @required logEvents: InputLogEvents
        sequenceToken: String
        entity: Entity
    }
    output := {
        nextSequenceToken: String
        rejectedLogEventsInfo: RejectedLogEventsInfo
        rejectedEntityInfo: RejectedEntityInfo
    }
    errors: [InvalidParameterException, InvalidSequenceTokenException, DataAlreadyAcceptedException
        ResourceNotFoundException, ServiceUnavailableException, UnrecognizedClientException]
}

/// Appends events for another service; makes the group and the stream when they are missing.
@internal
@waits
operation Append {
    input := {
        @required logGroupName: LogGroupName
        @required logStreamName: LogStreamName
        @required logEvents: InputLogEvents
        invocations: Invocations
    }
    errors: [InvalidParameterException]
}

/// Reads the events of one stream, forwards or backwards.
@waits
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:{logStreamName}")
operation GetLogEvents {
    input := {
        logGroupName: LogGroupName
        logGroupIdentifier: LogGroupIdentifier
        @required logStreamName: LogStreamName
        @range(min: 0) startTime: Long
        @range(min: 0) endTime: Long
        nextToken: NextToken
        limit: EventsLimit
        startFromHead: Boolean
        unmask: Boolean
    }
    output := { events: OutputLogEvents, nextForwardToken: NextToken, nextBackwardToken: NextToken }
    errors: [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}

/// Finds events of a group, across its streams, by time and filter pattern.
@waits
@resource("arn:aws:logs:{region}:{account}:log-group:{logGroupName}:log-stream:")
operation FilterLogEvents {
    input := {
        logGroupName: LogGroupName
        logGroupIdentifier: LogGroupIdentifier
        logStreamNames: InputLogStreamNames
        logStreamNamePrefix: LogStreamName
        @range(min: 0) startTime: Long
        @range(min: 0) endTime: Long
        filterPattern: FilterPattern
        nextToken: NextToken
        limit: EventsLimit
        startFromHead: Boolean
        interleaved: Boolean
        unmask: Boolean
    }
    output := { events: FilteredLogEvents, searchedLogStreams: SearchedLogStreams, nextToken: NextToken }
    errors: [InvalidParameterException, ResourceNotFoundException, ServiceUnavailableException]
}

/// Tries a filter pattern on messages.
@waits
operation TestMetricFilter {
    input := {
        @required filterPattern: FilterPattern
        @required @length(min: 1, max: 50) logEventMessages: TestEventMessages
    }
    output := { matches: MetricFilterMatches }
    errors: [InvalidParameterException, ServiceUnavailableException]
}

// ---- shapes ----

@length(min: 1, max: 512) @pattern("^[\\.\\-_/#A-Za-z0-9]+$")
string LogGroupName
@length(min: 0, max: 512) @pattern("^[\\.\\-_/#A-Za-z0-9]*$")
string LogGroupNamePattern
@length(min: 1, max: 512) @pattern("^[^:*]*$")
string LogStreamName
@length(min: 1, max: 2048)
string LogGroupIdentifier
@length(min: 1, max: 1011)
string AmazonResourceName
@length(min: 1)
string NextToken
@length(min: 1)
string EventMessage
@length(min: 0, max: 1024)
string FilterPattern
@length(min: 1, max: 128)
string TagKey
@length(min: 0, max: 256)
string TagValue
@length(min: 1, max: 512)
string EntityText
@pattern("^[0-9]{12}$")
string AccountId
@range(min: 1, max: 50)
integer DescribeLimit
@range(min: 1, max: 10000)
integer EventsLimit

enum LogGroupClass { STANDARD, INFREQUENT_ACCESS, DELIVERY }
enum OrderBy { LogStreamName, LastEventTime }

@length(min: 1, max: 50)
map Tags { key: TagKey, value: TagValue }
list TagKeyList { member: TagKey }
@length(min: 0, max: 20)
list AccountIds { member: AccountId }
@length(min: 1, max: 50)
list LogGroupIdentifiers { member: LogGroupIdentifier }
list LogGroups { member: LogGroup }
list LogStreams { member: LogStream }
@length(min: 1, max: 10000)
list InputLogEvents { member: InputLogEvent }
list OutputLogEvents { member: OutputLogEvent }
list FilteredLogEvents { member: FilteredLogEvent }
list SearchedLogStreams { member: SearchedLogStream }
@length(min: 1, max: 100)
list InputLogStreamNames { member: LogStreamName }
list TestEventMessages { member: EventMessage }
list MetricFilterMatches { member: MetricFilterMatchRecord }
map ExtractedValues { key: String, value: String }
map EntityAttributes { key: EntityText, value: EntityText }

structure LogGroup {
    logGroupName: String
    creationTime: Long
    retentionInDays: Integer
    metricFilterCount: Integer
    arn: String
    storedBytes: Long
    kmsKeyId: String
    logGroupClass: LogGroupClass
    logGroupArn: String
    deletionProtectionEnabled: Boolean
}

structure LogStream {
    logStreamName: String
    creationTime: Long
    firstEventTimestamp: Long
    lastEventTimestamp: Long
    lastIngestionTime: Long
    uploadSequenceToken: String
    arn: String
    storedBytes: Long
}

structure InputLogEvent {
    @required @range(min: 0) timestamp: Long
    @required message: EventMessage
}

structure OutputLogEvent { timestamp: Long, message: String, ingestionTime: Long }

structure FilteredLogEvent {
    logStreamName: String
    timestamp: Long
    message: String
    ingestionTime: Long
    eventId: String
}

structure SearchedLogStream { logStreamName: String, searchedCompletely: Boolean }

structure RejectedLogEventsInfo {
    tooNewLogEventStartIndex: Integer
    tooOldLogEventEndIndex: Integer
    expiredLogEventEndIndex: Integer
}

structure RejectedEntityInfo { @required errorType: String }
structure Entity { keyAttributes: EntityAttributes, attributes: EntityAttributes }

structure MetricFilterMatchRecord { eventNumber: Long, eventMessage: String, extractedValues: ExtractedValues }

/// An invocation whose lines have been written, under one of the traces that it is a part of.
structure Invocation { trace: String, ownTrace: String, requestId: String, begun: Long, ended: Long }
list Invocations { member: Invocation }

// ---- records ----

/// Where the lines of an invocation are, under the id of a trace; in the telemetry store.
structure TraceRecord { group: String, stream: String, ownTrace: String, ended: Long }

/// A log group, in the main store.
structure GroupRecord {
    id: Long
    created: Long
    retentionInDays: Integer
    kmsKeyId: String
    logGroupClass: String
    deletionProtected: Boolean
    tags: Tags
}

/// A log stream, in the main store.
structure StreamRecord { id: Long, created: Long }

/// Whose events a group's id names; the sweeper asks for it.
structure OwnerRecord { account: String, region: String, name: String }

/// What is known of a group's events, beside them.
structure GroupStat { bytes: Long, sequence: Long }

/// What is known of a stream's events, beside them.
structure StreamStat { name: String, first: Long, last: Long, ingested: Long }

// ---- errors ----

@error("client") @httpError(400)
structure InvalidParameterException { message: String }
@error("client") @httpError(400)
structure InvalidSequenceTokenException { message: String, expectedSequenceToken: String }
@error("client") @httpError(400)
structure DataAlreadyAcceptedException { message: String, expectedSequenceToken: String }
@error("client") @httpError(400)
structure ResourceAlreadyExistsException { message: String }
@error("client") @httpError(400)
structure ResourceNotFoundException { message: String }
@error("client") @httpError(400)
structure LimitExceededException { message: String }
@error("client") @httpError(400)
structure OperationAbortedException { message: String }
@error("client") @httpError(400)
structure ValidationException { message: String }
@error("client") @httpError(400)
structure UnrecognizedClientException { message: String }
@error("client") @httpError(400)
structure TooManyTagsException { message: String, resourceName: String }
@error("server") @httpError(500)
structure ServiceUnavailableException { message: String }
