$version: "2"

// What services owe each other: messages and events that are handed over until it succeeds or the tries are over.
namespace com.amazonaws.delivery

/// Hands over what one service owes another, again and again until it succeeds or is given up to a dead-letter queue.
@service(sdkId: "Samovar Delivery", endpointPrefix: "delivery")
@sigv4(name: "samovar-delivery")
@awsJson1_0
service SamovarDelivery { version: "2026-11-24" }

/// Owes the target this text: called inside the transaction of its cause, so that neither is there without the other. An
/// SQS queue gets it as a message, a Lambda function as an event, an SNS topic as a message published; a subscription's
/// endpoint by SNS's HandOver.
@internal
operation Deliver {
    input := {
        /// Of an SQS queue, a Lambda function, its version or alias, an SNS topic or subscription.
        @required TargetArn: String
        @required Body: String
        MessageAttributes: Attributes
        /// What shares a limit of deliveries under way: the host of an endpoint; the target itself if not said.
        Lane: String
        /// Of FIFO queues.
        MessageGroupId: String
        MessageDeduplicationId: String
        TraceHeader: String
        /// For the target's policy: "sns.amazonaws.com", and the ARN of what it comes from.
        @required SourceService: String
        SourceArn: String
        /// Tries after the first; 185 if not said.
        MaximumRetryAttempts: Integer
        /// The waits between tries, in place of the maximum of attempts.
        RetryPhases: RetryPhases
        /// 24 hours if not said.
        MaximumAgeInSeconds: Long
        /// The queue that gets it after the last try.
        DeadLetterArn: String
        /// What that queue gets, if it is not the body.
        DeadLetterBody: String
        /// What the target's service wants to know beside the body.
        Context: Blob
    }
    errors: [ValidationException]
}

structure Attribute { Name: String, DataType: String, StringValue: String, BinaryValue: Blob }
list Attributes { member: Attribute }

@error("client") @httpError(400)
structure ValidationException { message: String }

/// So many retries: the first after FirstMs, the last after LastMs, those between as Function ("linear", "arithmetic",
/// "geometric", "exponential") has it.
structure RetryPhase { Retries: Integer, FirstMs: Long, LastMs: Long, Function: String }
list RetryPhases { member: RetryPhase }

// ---- what is stored ----

/// Something owed. Key: (delivery, owed, kind, lane, due time, id), and (delivery, due, kind, due time, lane) for a lane's first.
structure DeliveryRecord {
    Account: String
    Region: String
    TargetArn: String
    Lane: String
    Body: String
    MessageAttributes: Attributes
    MessageGroupId: String
    MessageDeduplicationId: String
    TraceHeader: String
    SourceService: String
    SourceArn: String
    DeadLetterArn: String
    DeadLetterBody: String
    RetriesMax: Integer
    RetryPhases: RetryPhases
    Context: Blob
    AgeMaxMs: Long
    OwedMs: Long
    Tries: Integer
}
