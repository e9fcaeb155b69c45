$version: "2"

// Simple Queue Service: queues, messages, permissions, message moves. And the records that the service stores.
namespace com.amazonaws.sqs

/// Queues, standard and FIFO, that keep each message until somebody has taken and deleted it.
@service(sdkId: "SQS", endpointPrefix: "sqs")
@sigv4(name: "sqs")
@awsJson1_0
@awsQuery
@awsQueryCompatible
@rpcv2Cbor
@xmlNamespace(uri: "http://queue.amazonaws.com/doc/2012-11-05/")
service AmazonSQS { version: "2012-11-05" }

// Nothing is @required: SQS answers MissingParameter in words of its own, and a client of the Query protocol may
// name the queue by the path that it posts to.

// ---- queues ----

/// Makes a queue. With the attributes of one that is there already, it answers that one's URL.
@resource("arn:aws:sqs:{region}:{account}:{QueueName}")
operation CreateQueue {
    input := {
        QueueName: String
        @xmlFlattened @xmlName("Attribute") Attributes: QueueAttributeMap
        @xmlFlattened @xmlName("Tag") tags: TagMap
    }
    output := { QueueUrl: String }
    errors: [QueueDeletedRecently, QueueNameExists, RequestThrottled, InvalidAddress, InvalidAttributeName
        InvalidAttributeValue, UnsupportedOperation, InvalidSecurity]
}

/// Deletes a queue with all its messages.
@resource("{QueueUrl}")
operation DeleteQueue {
    input := { QueueUrl: String }
    errors: [RequestThrottled, QueueDoesNotExist, InvalidAddress, UnsupportedOperation, InvalidSecurity]
}

/// Deletes all messages of a queue at once; again after 60 seconds at the earliest.
@resource("{QueueUrl}")
operation PurgeQueue {
    input := { QueueUrl: String }
    errors: [QueueDoesNotExist, PurgeQueueInProgress, RequestThrottled, InvalidAddress, InvalidSecurity
        UnsupportedOperation]
}

/// The URL of a queue by its name.
@readonly
@resource("arn:aws:sqs:{region}:{account}:{QueueName}")
operation GetQueueUrl {
    input := { QueueName: String, QueueOwnerAWSAccountId: String }
    output := { QueueUrl: String }
    errors: [RequestThrottled, QueueDoesNotExist, InvalidAddress, InvalidSecurity, UnsupportedOperation]
}

/// Lists the URLs of the account's queues in the region.
@readonly
operation ListQueues {
    input := { QueueNamePrefix: String, NextToken: String, MaxResults: Integer }
    output := {
        @xmlFlattened @xmlName("QueueUrl") QueueUrls: QueueUrlList
        NextToken: String
    }
    errors: [RequestThrottled, InvalidSecurity, InvalidAddress, UnsupportedOperation]
}

/// Lists the queues whose dead-letter queue this one is.
@readonly
@resource("{QueueUrl}")
operation ListDeadLetterSourceQueues {
    input := { QueueUrl: String, NextToken: String, MaxResults: Integer }
    output := {
        @required @xmlFlattened @xmlName("QueueUrl") queueUrls: QueueUrlList
        NextToken: String
    }
    errors: [QueueDoesNotExist, RequestThrottled, InvalidSecurity, InvalidAddress, UnsupportedOperation]
}

/// Sets attributes of a queue.
@resource("{QueueUrl}")
operation SetQueueAttributes {
    input := {
        QueueUrl: String
        @xmlFlattened @xmlName("Attribute") Attributes: QueueAttributeMap
    }
    errors: [InvalidAttributeName, InvalidAttributeValue, RequestThrottled, QueueDoesNotExist, UnsupportedOperation
        OverLimit, InvalidAddress, InvalidSecurity]
}

/// Answers attributes of a queue, its approximate numbers of messages among them.
@waits
@resource("{QueueUrl}")
operation GetQueueAttributes {
    input := {
        QueueUrl: String
        @xmlFlattened @xmlName("AttributeName") AttributeNames: AttributeNameList
    }
    output := { @xmlFlattened @xmlName("Attribute") Attributes: QueueAttributeMap }
    errors: [InvalidAttributeName, RequestThrottled, QueueDoesNotExist, UnsupportedOperation, InvalidSecurity
        InvalidAddress]
}

// ---- tags and permissions ----

/// Adds tags to a queue.
@resource("{QueueUrl}")
operation TagQueue {
    input := {
        QueueUrl: String
        @xmlFlattened @xmlName("Tag") Tags: TagMap
    }
    errors: [InvalidAddress, RequestThrottled, QueueDoesNotExist, InvalidSecurity, UnsupportedOperation]
}

/// Takes tags off a queue.
@resource("{QueueUrl}")
operation UntagQueue {
    input := {
        QueueUrl: String
        @xmlFlattened @xmlName("TagKey") TagKeys: TagKeyList
    }
    errors: [InvalidAddress, RequestThrottled, QueueDoesNotExist, InvalidSecurity, UnsupportedOperation]
}

/// Lists the tags of a queue.
@readonly
@resource("{QueueUrl}")
operation ListQueueTags {
    input := { QueueUrl: String }
    output := { @xmlFlattened @xmlName("Tag") Tags: TagMap }
    errors: [RequestThrottled, QueueDoesNotExist, UnsupportedOperation, InvalidAddress, InvalidSecurity]
}

/// Adds a statement to the queue's policy that lets other accounts use it.
@resource("{QueueUrl}")
operation AddPermission {
    input := {
        QueueUrl: String
        Label: String
        @xmlFlattened @xmlName("AWSAccountId") AWSAccountIds: AWSAccountIdList
        @xmlFlattened @xmlName("ActionName") Actions: ActionNameList
    }
    errors: [OverLimit, RequestThrottled, QueueDoesNotExist, InvalidAddress, InvalidSecurity, UnsupportedOperation]
}

/// Takes the statement with this label out of the queue's policy.
@resource("{QueueUrl}")
operation RemovePermission {
    input := { QueueUrl: String, Label: String }
    errors: [InvalidAddress, RequestThrottled, QueueDoesNotExist, InvalidSecurity, UnsupportedOperation]
}

// ---- messages ----

/// Sends a message; it is on disk when the answer leaves.
@resource("{QueueUrl}")
operation SendMessage {
    input := {
        QueueUrl: String
        MessageBody: String
        DelaySeconds: Integer
        @xmlFlattened @xmlName("MessageAttribute") MessageAttributes: MessageBodyAttributeMap
        @xmlFlattened @xmlName("MessageSystemAttribute") MessageSystemAttributes: MessageBodySystemAttributeMap
        MessageDeduplicationId: String
        MessageGroupId: String
    }
    output := {
        MD5OfMessageBody: String
        MD5OfMessageAttributes: String
        MD5OfMessageSystemAttributes: String
        MessageId: String
        SequenceNumber: String
    }
    errors: [InvalidMessageContents, UnsupportedOperation, RequestThrottled, QueueDoesNotExist, InvalidSecurity
        KmsDisabled, KmsInvalidState, KmsNotFound, KmsOptInRequired, KmsThrottled, KmsAccessDenied, KmsInvalidKeyUsage
        InvalidAddress]
}

/// Sends up to ten messages; each succeeds or fails alone.
@resource("{QueueUrl}")
@action("sqs:SendMessage")
operation SendMessageBatch {
    input := {
        QueueUrl: String
        @xmlFlattened @xmlName("SendMessageBatchRequestEntry") Entries: SendMessageBatchRequestEntryList
    }
    output := {
        @required @xmlFlattened @xmlName("SendMessageBatchResultEntry") Successful: SendMessageBatchResultEntryList
        @required @xmlFlattened @xmlName("BatchResultErrorEntry") Failed: BatchResultErrorEntryList
    }
    errors: [TooManyEntriesInBatchRequest, EmptyBatchRequest, BatchEntryIdsNotDistinct, BatchRequestTooLong
        InvalidBatchEntryId, UnsupportedOperation, RequestThrottled, QueueDoesNotExist, InvalidSecurity, KmsDisabled
        KmsInvalidState, KmsNotFound, KmsOptInRequired, KmsThrottled, KmsAccessDenied, KmsInvalidKeyUsage
        InvalidAddress]
}

/// Takes up to ten messages, which stay hidden from others for the visibility timeout; waits for the first one.
@waits
@resource("{QueueUrl}")
operation ReceiveMessage {
    input := {
        QueueUrl: String
        @xmlFlattened @xmlName("AttributeName") AttributeNames: AttributeNameList
        @xmlFlattened @xmlName("MessageSystemAttributeName") MessageSystemAttributeNames: MessageSystemAttributeList
        @xmlFlattened @xmlName("MessageAttributeName") MessageAttributeNames: MessageAttributeNameList
        MaxNumberOfMessages: Integer
        VisibilityTimeout: Integer
        WaitTimeSeconds: Integer
        ReceiveRequestAttemptId: String
    }
    output := { @xmlFlattened @xmlName("Message") Messages: MessageList }
    errors: [UnsupportedOperation, OverLimit, RequestThrottled, QueueDoesNotExist, InvalidSecurity, KmsDisabled
        KmsInvalidState, KmsNotFound, KmsOptInRequired, KmsThrottled, KmsAccessDenied, KmsInvalidKeyUsage
        InvalidAddress]
}

/// Deletes a message that was received.
@resource("{QueueUrl}")
operation DeleteMessage {
    input := { QueueUrl: String, ReceiptHandle: String }
    errors: [InvalidIdFormat, ReceiptHandleIsInvalid, RequestThrottled, QueueDoesNotExist, UnsupportedOperation
        InvalidSecurity, InvalidAddress]
}

/// Deletes up to ten messages; each succeeds or fails alone.
@resource("{QueueUrl}")
@action("sqs:DeleteMessage")
operation DeleteMessageBatch {
    input := {
        QueueUrl: String
        @xmlFlattened @xmlName("DeleteMessageBatchRequestEntry") Entries: DeleteMessageBatchRequestEntryList
    }
    output := {
        @required @xmlFlattened @xmlName("DeleteMessageBatchResultEntry") Successful: DeleteMessageBatchResultEntryList
        @required @xmlFlattened @xmlName("BatchResultErrorEntry") Failed: BatchResultErrorEntryList
    }
    errors: [TooManyEntriesInBatchRequest, EmptyBatchRequest, BatchEntryIdsNotDistinct, InvalidBatchEntryId
        RequestThrottled, QueueDoesNotExist, UnsupportedOperation, InvalidAddress, InvalidSecurity]
}

/// Sets how long from now a message in flight stays hidden.
@resource("{QueueUrl}")
operation ChangeMessageVisibility {
    input := { QueueUrl: String, ReceiptHandle: String, VisibilityTimeout: Integer }
    errors: [MessageNotInflight, ReceiptHandleIsInvalid, RequestThrottled, QueueDoesNotExist, UnsupportedOperation
        InvalidAddress, InvalidSecurity]
}

/// The same for up to ten messages; each succeeds or fails alone.
@resource("{QueueUrl}")
@action("sqs:ChangeMessageVisibility")
operation ChangeMessageVisibilityBatch {
    input := {
        QueueUrl: String
        @xmlFlattened @xmlName("ChangeMessageVisibilityBatchRequestEntry")
        Entries: ChangeMessageVisibilityBatchRequestEntryList
    }
    output := {
        @required @xmlFlattened @xmlName("ChangeMessageVisibilityBatchResultEntry")
        Successful: ChangeMessageVisibilityBatchResultEntryList
        @required @xmlFlattened @xmlName("BatchResultErrorEntry") Failed: BatchResultErrorEntryList
    }
    errors: [TooManyEntriesInBatchRequest, EmptyBatchRequest, BatchEntryIdsNotDistinct, InvalidBatchEntryId
        RequestThrottled, QueueDoesNotExist, UnsupportedOperation, InvalidAddress, InvalidSecurity]
}

// ---- moving messages out of a dead-letter queue ----

/// Begins to move the messages of a dead-letter queue to where they came from, or to another queue.
@resource("{SourceArn}")
operation StartMessageMoveTask {
    input := { SourceArn: String, DestinationArn: String, MaxNumberOfMessagesPerSecond: Integer }
    output := { TaskHandle: String }
    errors: [ResourceNotFoundException, RequestThrottled, InvalidAddress, InvalidSecurity, UnsupportedOperation]
}

/// Ends a move; what has been moved stays moved.
operation CancelMessageMoveTask {
    input := { TaskHandle: String }
    output := { ApproximateNumberOfMessagesMoved: Long }
    errors: [ResourceNotFoundException, RequestThrottled, InvalidAddress, InvalidSecurity, UnsupportedOperation]
}

/// Lists the latest moves out of a queue, the newest first.
@readonly
@resource("{SourceArn}")
operation ListMessageMoveTasks {
    input := { SourceArn: String, MaxResults: Integer }
    output := { @xmlFlattened Results: ListMessageMoveTasksResultEntryList }
    errors: [ResourceNotFoundException, RequestThrottled, InvalidAddress, InvalidSecurity, UnsupportedOperation]
}

// ---- for other services, by call_inner ----
//
// A poller (Lambda's event source mappings) receives and deletes with ReceiveMessage, DeleteMessageBatch and
// ChangeMessageVisibilityBatch: QueueUrl may be the queue's ARN there. A long poll that call_inner began waits like
// any other, and is woken by the message that it waits for.

/// Ends the long polls that other services have on this queue: they answer at once with what they have, nothing.
@internal
@waits
operation ReleaseReceivers { input := { QueueUrl: String } }

/// What a service must know of a queue to poll it or to send to it.
@internal
@readonly
operation DescribeQueue {
    input := { QueueUrl: String }
    output := { QueueArn: String, IsFifo: Boolean, VisibilityTimeout: Integer, HasRedrivePolicy: Boolean, Policy: String }
    errors: [QueueDoesNotExist]
}

// ---- shapes ----

list QueueUrlList { @xmlName("QueueUrl") member: String }
list AttributeNameList { @xmlName("AttributeName") member: String }
list MessageSystemAttributeList { @xmlName("MessageSystemAttributeName") member: String }
list MessageAttributeNameList { @xmlName("MessageAttributeName") member: String }
list AWSAccountIdList { @xmlName("AWSAccountId") member: String }
list ActionNameList { @xmlName("ActionName") member: String }
list TagKeyList { @xmlName("TagKey") member: String }
map QueueAttributeMap {
    @xmlName("Name") key: String
    @xmlName("Value") value: String
}
map TagMap {
    @xmlName("Key") key: String
    @xmlName("Value") value: String
}

list StringList { @xmlName("StringListValue") member: String }
list BinaryList { @xmlName("BinaryListValue") member: Blob }
structure MessageAttributeValue {
    StringValue: String
    BinaryValue: Blob
    @xmlFlattened @xmlName("StringListValue") StringListValues: StringList
    @xmlFlattened @xmlName("BinaryListValue") BinaryListValues: BinaryList
    DataType: String
}
map MessageBodyAttributeMap {
    @xmlName("Name") key: String
    @xmlName("Value") value: MessageAttributeValue
}
map MessageBodySystemAttributeMap {
    @xmlName("Name") key: String
    @xmlName("Value") value: MessageAttributeValue
}
map MessageSystemAttributeMap {
    @xmlName("Name") key: String
    @xmlName("Value") value: String
}

list MessageList { @xmlName("Message") member: Message }
structure Message {
    MessageId: String
    ReceiptHandle: String
    MD5OfBody: String
    Body: String
    @xmlFlattened @xmlName("Attribute") Attributes: MessageSystemAttributeMap
    MD5OfMessageAttributes: String
    @xmlFlattened @xmlName("MessageAttribute") MessageAttributes: MessageBodyAttributeMap
}

list SendMessageBatchRequestEntryList { @xmlName("SendMessageBatchRequestEntry") member: SendMessageBatchRequestEntry }
structure SendMessageBatchRequestEntry {
    Id: String
    MessageBody: String
    DelaySeconds: Integer
    @xmlFlattened @xmlName("MessageAttribute") MessageAttributes: MessageBodyAttributeMap
    @xmlFlattened @xmlName("MessageSystemAttribute") MessageSystemAttributes: MessageBodySystemAttributeMap
    MessageDeduplicationId: String
    MessageGroupId: String
}
list SendMessageBatchResultEntryList { @xmlName("SendMessageBatchResultEntry") member: SendMessageBatchResultEntry }
structure SendMessageBatchResultEntry {
    @required Id: String
    @required MessageId: String
    @required MD5OfMessageBody: String
    MD5OfMessageAttributes: String
    MD5OfMessageSystemAttributes: String
    SequenceNumber: String
}
list BatchResultErrorEntryList { @xmlName("BatchResultErrorEntry") member: BatchResultErrorEntry }
structure BatchResultErrorEntry {
    @required Id: String
    @required SenderFault: Boolean
    @required Code: String
    Message: String
}
list DeleteMessageBatchRequestEntryList {
    @xmlName("DeleteMessageBatchRequestEntry") member: DeleteMessageBatchRequestEntry
}
structure DeleteMessageBatchRequestEntry { Id: String, ReceiptHandle: String }
list DeleteMessageBatchResultEntryList {
    @xmlName("DeleteMessageBatchResultEntry") member: DeleteMessageBatchResultEntry
}
structure DeleteMessageBatchResultEntry { @required Id: String }
list ChangeMessageVisibilityBatchRequestEntryList {
    @xmlName("ChangeMessageVisibilityBatchRequestEntry") member: ChangeMessageVisibilityBatchRequestEntry
}
structure ChangeMessageVisibilityBatchRequestEntry { Id: String, ReceiptHandle: String, VisibilityTimeout: Integer }
list ChangeMessageVisibilityBatchResultEntryList {
    @xmlName("ChangeMessageVisibilityBatchResultEntry") member: ChangeMessageVisibilityBatchResultEntry
}
structure ChangeMessageVisibilityBatchResultEntry { @required Id: String }

list ListMessageMoveTasksResultEntryList { member: ListMessageMoveTasksResultEntry }
structure ListMessageMoveTasksResultEntry {
    TaskHandle: String
    Status: String
    SourceArn: String
    DestinationArn: String
    MaxNumberOfMessagesPerSecond: Integer
    ApproximateNumberOfMessagesMoved: Long
    ApproximateNumberOfMessagesToMove: Long
    FailureReason: String
    StartedTimestamp: Long
}

// ---- errors ----

@error("client") @awsQueryError(code: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", httpResponseCode: 400)
structure BatchEntryIdsNotDistinct { message: String }
@error("client") @awsQueryError(code: "AWS.SimpleQueueService.BatchRequestTooLong", httpResponseCode: 400)
structure BatchRequestTooLong { message: String }
@error("client") @awsQueryError(code: "AWS.SimpleQueueService.EmptyBatchRequest", httpResponseCode: 400)
structure EmptyBatchRequest { message: String }
@error("client") @awsQueryError(code: "InvalidAddress", httpResponseCode: 404)
structure InvalidAddress { message: String }
@error("client")
structure InvalidAttributeName { message: String }
@error("client")
structure InvalidAttributeValue { message: String }
@error("client") @awsQueryError(code: "AWS.SimpleQueueService.InvalidBatchEntryId", httpResponseCode: 400)
structure InvalidBatchEntryId { message: String }
@error("client")
structure InvalidIdFormat {}
@error("client")
structure InvalidMessageContents { message: String }
@error("client") @awsQueryError(code: "InvalidSecurity", httpResponseCode: 403)
structure InvalidSecurity { message: String }
@error("client") @awsQueryError(code: "KMS.AccessDeniedException", httpResponseCode: 400)
structure KmsAccessDenied { message: String }
@error("client") @awsQueryError(code: "KMS.DisabledException", httpResponseCode: 400)
structure KmsDisabled { message: String }
@error("client") @awsQueryError(code: "KMS.InvalidKeyUsageException", httpResponseCode: 400)
structure KmsInvalidKeyUsage { message: String }
@error("client") @awsQueryError(code: "KMS.InvalidStateException", httpResponseCode: 400)
structure KmsInvalidState { message: String }
@error("client") @awsQueryError(code: "KMS.NotFoundException", httpResponseCode: 400)
structure KmsNotFound { message: String }
@error("client") @awsQueryError(code: "KMS.OptInRequired", httpResponseCode: 403)
structure KmsOptInRequired { message: String }
@error("client") @awsQueryError(code: "KMS.ThrottlingException", httpResponseCode: 400)
structure KmsThrottled { message: String }
@error("client") @awsQueryError(code: "AWS.SimpleQueueService.MessageNotInflight", httpResponseCode: 400)
structure MessageNotInflight {}
@error("client") @awsQueryError(code: "OverLimit", httpResponseCode: 403)
structure OverLimit { message: String }
@error("client") @awsQueryError(code: "AWS.SimpleQueueService.PurgeQueueInProgress", httpResponseCode: 403)
structure PurgeQueueInProgress { message: String }
@error("client") @awsQueryError(code: "AWS.SimpleQueueService.QueueDeletedRecently", httpResponseCode: 400)
structure QueueDeletedRecently { message: String }
@error("client") @awsQueryError(code: "AWS.SimpleQueueService.NonExistentQueue", httpResponseCode: 400)
structure QueueDoesNotExist { message: String }
@error("client") @awsQueryError(code: "QueueAlreadyExists", httpResponseCode: 400)
structure QueueNameExists { message: String }
@error("client") @awsQueryError(code: "ReceiptHandleIsInvalid", httpResponseCode: 404)
structure ReceiptHandleIsInvalid { message: String }
@error("client") @awsQueryError(code: "RequestThrottled", httpResponseCode: 403)
structure RequestThrottled { message: String }
@error("client") @awsQueryError(code: "ResourceNotFoundException", httpResponseCode: 404)
structure ResourceNotFoundException { message: String }
@error("client") @awsQueryError(code: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", httpResponseCode: 400)
structure TooManyEntriesInBatchRequest { message: String }
@error("client") @awsQueryError(code: "AWS.SimpleQueueService.UnsupportedOperation", httpResponseCode: 400)
structure UnsupportedOperation { message: String }

// Not in AWS's model, but answered by every operation.
@error("client") @awsQueryError(code: "InvalidParameterValue", httpResponseCode: 400)
structure InvalidParameterValueException { message: String }
@error("client") @awsQueryError(code: "MissingParameter", httpResponseCode: 400)
structure MissingRequiredParameterException { message: String }

// ---- stored records ----

/// A queue. Times are in milliseconds since 1970, durations in seconds.
structure QueueRecord {
    id: Long
    space: Long // of its messages: another one after a purge
    created: Long
    modified: Long
    purged: Long
    isFifo: Boolean
    visibility: Integer
    delay: Integer
    wait: Integer
    retention: Integer
    sizeMax: Integer
    contentDedup: Boolean
    dedupScope: String
    throughputLimit: String
    kmsKey: String
    kmsReuse: Integer
    sse: Boolean
    policy: String
    deadLetterArn: String
    receiveMax: Integer
    redriveAllow: String
    tags: TagMap
}

/// What of a message never changes; what does stands before it (message.h).
structure MessageRecord {
    id: Blob
    body: String
    md5: Blob
    attributes: MessageBodyAttributeMap
    sender: String
    trace: String
    group: String
    dedup: String
    source: String // ARN of the queue whose dead letter it is
}

/// A message that was sent with this deduplication id.
structure DedupRecord { sent: Long, sequence: Long, id: Blob }

/// What a receive with this ReceiveRequestAttemptId got.
structure AttemptRecord { at: Long, messages: AttemptMessages }
list AttemptMessages { member: AttemptMessage }
structure AttemptMessage { group: String, sequence: Long, nonce: Long }

/// A group of a FIFO queue that has messages.
structure GroupRecord {
    ready: Long    // when its first message may be received: its place among the heads
    order: Long
    inFlight: GroupMessages
}
list GroupMessages { member: GroupMessage }
structure GroupMessage { sequence: Long, visible: Long }

/// A move of messages.
structure MoveRecord {
    id: String
    status: String
    sourceArn: String
    destinationArn: String
    perSecond: Integer
    started: Long
    moved: Long
    toMove: Long
    failure: String
}

/// Whose messages these were: they are deleted bit by bit.
structure GarbageRecord { deleted: Long }
