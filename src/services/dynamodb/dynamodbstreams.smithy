$version: "2"

// DynamoDB Streams: the changes of a table's items, in their order, for a day.
namespace com.amazonaws.dynamodbstreams

/// The changes of tables' items, in the order in which they were made, readable for 24 hours.
@service(sdkId: "DynamoDB Streams", endpointPrefix: "streams.dynamodb")
@sigv4(name: "dynamodb")
@awsJson1_0
service DynamoDBStreams_20120810 { version: "2012-08-10" }

/// What a stream is, and its shards.
@readonly
@resource("{StreamArn}")
operation DescribeStream {
    input := {
        @required StreamArn: StreamArn
        @range(min: 1) Limit: Integer
        ExclusiveStartShardId: ShardId
        ShardFilter: ShardFilter
    }
    output := { StreamDescription: StreamDescription }
    errors: [ResourceNotFoundException, InternalServerError]
}

/// The records of a shard from an iterator's place on, at most 1,000 and 1 MB.
@readonly
operation GetRecords {
    input := {
        @required @length(min: 1, max: 2048) ShardIterator: String
        @range(min: 1) Limit: Integer
    }
    output := { Records: RecordList, NextShardIterator: String }
    errors: [ResourceNotFoundException, LimitExceededException, InternalServerError, ExpiredIteratorException
        TrimmedDataAccessException]
}

/// A place in a shard, good for 15 minutes.
@readonly
@resource("{StreamArn}")
operation GetShardIterator {
    input := {
        @required StreamArn: StreamArn
        @required ShardId: ShardId
        @required ShardIteratorType: ShardIteratorType
        SequenceNumber: SequenceNumber
        Timestamp: Timestamp
    }
    output := { ShardIterator: String }
    errors: [ResourceNotFoundException, InternalServerError, TrimmedDataAccessException]
}

/// The account's streams in the region, or those of one table.
@readonly
operation ListStreams {
    input := {
        TableName: TableName
        @range(min: 1) Limit: Integer
        ExclusiveStartStreamArn: StreamArn
    }
    output := { Streams: StreamList, LastEvaluatedStreamArn: String }
    errors: [ResourceNotFoundException, InternalServerError]
}

// ---- for Lambda's event source mappings ----

/// What is known of a stream by its ARN: whether it is there, its shard, the number of its last record.
@internal @readonly
operation FindStream {
    input := { @required StreamArn: String }
    output := { ShardId: String, TableName: String, Last: Long, IsClosed: Boolean }
    errors: [ResourceNotFoundException]
}

/// The records from a number on, of those item keys that fall to a lane; waits for the first of them.
@internal @waits
operation ReadRecords {
    input := {
        @required StreamArn: String
        @required From: Long
        /// Records of all lanes are looked at, those of one are answered.
        Lane: Integer
        Lanes: Integer
        @required Limit: Integer
        @required BytesMax: Long
        WaitMs: Long
    }
    output := {
        Records: NumberedRecords
        /// Where to go on.
        Next: Long
        /// There is no record after these; and none will come.
        IsAtEnd: Boolean
        IsOver: Boolean
    }
    errors: [ResourceNotFoundException]
}

/// Ends the waits of ReadRecords at this stream.
@internal @waits
operation ReleaseReaders {
    input := { @required StreamArn: String }
    errors: [ResourceNotFoundException]
}

// ---- shapes ----

@length(min: 37, max: 1024)
string StreamArn
@length(min: 28, max: 65)
string ShardId
@length(min: 21, max: 40)
string SequenceNumber
@length(min: 3, max: 255) @pattern("[a-zA-Z0-9_.-]+")
string TableName

enum ShardIteratorType { TRIM_HORIZON, LATEST, AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP }
enum StreamViewType { NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY }
enum StreamStatus { ENABLING, ENABLED, DISABLING, DISABLED }
enum OperationType { INSERT, MODIFY, REMOVE }
enum KeyType { HASH, RANGE }
enum ShardFilterType { CHILD_SHARDS }

structure ShardFilter { Type: ShardFilterType, ShardId: ShardId }
structure KeySchemaElement {
    @required @length(min: 1, max: 255) AttributeName: String
    @required KeyType: KeyType
}
@length(min: 1)
list KeySchema { member: KeySchemaElement }
structure SequenceNumberRange { StartingSequenceNumber: SequenceNumber, EndingSequenceNumber: SequenceNumber }
structure Shard { ShardId: ShardId, SequenceNumberRange: SequenceNumberRange, ParentShardId: ShardId }
list ShardList { member: Shard }
structure StreamDescription {
    StreamArn: StreamArn
    StreamLabel: String
    StreamStatus: StreamStatus
    StreamViewType: StreamViewType
    CreationRequestDateTime: Timestamp
    TableName: TableName
    KeySchema: KeySchema
    Shards: ShardList
    LastEvaluatedShardId: ShardId
}
structure Stream { StreamArn: StreamArn, TableName: TableName, StreamLabel: String }
list StreamList { member: Stream }

structure Value {
    S: String
    N: String
    B: Blob
    SS: Strings
    NS: Strings
    BS: Blobs
    M: Attributes
    L: Values
    NULL: Boolean
    BOOL: Boolean
}
list Strings { member: String }
list Blobs { member: Blob }
list Values { member: Value }
map Attributes { key: String, value: Value }
structure StreamRecord {
    ApproximateCreationDateTime: Timestamp
    Keys: Attributes
    NewImage: Attributes
    OldImage: Attributes
    SequenceNumber: SequenceNumber
    @range(min: 1) SizeBytes: Long
    StreamViewType: StreamViewType
}
structure Identity { PrincipalId: String, Type: String }
structure Record {
    eventID: String
    eventName: OperationType
    eventVersion: String
    eventSource: String
    awsRegion: String
    dynamodb: StreamRecord
    userIdentity: Identity
}
list RecordList { member: Record }
/// With the trace (X-Ray's header) of the request that wrote it, which no SDK is shown.
structure NumberedRecord { Number: Long, AtMs: Long, Record: Record, Trace: String }
list NumberedRecords { member: NumberedRecord }

@error("client")
structure ResourceNotFoundException { message: String }
@error("client")
structure LimitExceededException { message: String }
@error("server")
structure InternalServerError { message: String }
@error("client")
structure ExpiredIteratorException { message: String }
@error("client")
structure TrimmedDataAccessException { message: String }

// ---- what is stored ----

/// A stream. Key: (dynamodb-streams, account, region, table, label).
structure StreamStored {
    number: Long
    label: String
    view: String
    key_schema: KeySchema
    created: Timestamp
    /// When it was disabled, or its table deleted: it goes a day later.
    closed: Timestamp
}
/// Where a stream stands. Key: (dynamodb, "", stream, number).
structure StreamPlace {
    last: Long
    /// Records up to this one are gone.
    trimmed: Long
}
/// A change. Key: (dynamodb-stream, number of the stream, number of the record). The images are items as they are stored.
structure ChangeStored {
    name: String
    at: Long
    keys: Blob
    new: Blob
    old: Blob
    size: Long
    /// Of the item's key: records of one item have one.
    hash: Long
    is_expiry: Boolean
    /// X-Ray's header of the request that wrote it.
    trace: String
}
