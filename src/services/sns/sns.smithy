$version: "2"

// Simple Notification Service: topics, subscriptions, publishing. And the records that the service stores.
namespace com.amazonaws.sns

/// Topics, standard and FIFO, that hand each message published to all who have subscribed.
@service(sdkId: "SNS", endpointPrefix: "sns")
@sigv4(name: "sns")
@awsQuery
@rpcv2Cbor
@xmlNamespace(uri: "http://sns.amazonaws.com/doc/2010-03-31/")
service AmazonSimpleNotificationService { version: "2010-03-31" }

// Nothing of the inputs is @required: SNS answers InvalidParameter in words of its own.

// ---- topics ----

/// Makes a topic. With the attributes of one that is there already, it answers that one's ARN.
@resource("arn:aws:sns:{region}:{account}:{Name}")
operation CreateTopic {
    input := { Name: String, Attributes: TopicAttributesMap, Tags: TagList, DataProtectionPolicy: String }
    output := { TopicArn: String }
    errors: [InvalidParameterException, TopicLimitExceededException, AuthorizationErrorException, TagLimitExceededException]
}

/// Deletes a topic with all its subscriptions. One that is not there is no error.
@resource("{TopicArn}")
operation DeleteTopic {
    input := { TopicArn: String }
    errors: [InvalidParameterException, AuthorizationErrorException]
}

/// Lists the account's topics in the region, 100 a page.
@readonly
operation ListTopics {
    input := { NextToken: String }
    output := { Topics: TopicsList, NextToken: String }
    errors: [InvalidParameterException]
}

/// Answers the attributes of a topic.
@readonly
@resource("{TopicArn}")
operation GetTopicAttributes {
    input := { TopicArn: String }
    output := { Attributes: TopicAttributesMap }
    errors: [InvalidParameterException, NotFoundException]
}

/// Sets one attribute of a topic.
@resource("{TopicArn}")
operation SetTopicAttributes {
    input := { TopicArn: String, AttributeName: String, AttributeValue: String }
    errors: [InvalidParameterException, NotFoundException]
}

/// Adds a statement to a topic's policy: these accounts may do these actions.
@resource("{TopicArn}")
operation AddPermission {
    input := { TopicArn: String, Label: String, AWSAccountId: DelegatesList, ActionName: ActionsList }
    errors: [InvalidParameterException, NotFoundException]
}

/// Takes a statement out of a topic's policy.
@resource("{TopicArn}")
operation RemovePermission {
    input := { TopicArn: String, Label: String }
    errors: [InvalidParameterException, NotFoundException]
}

/// Adds tags to a topic.
@resource("{ResourceArn}")
operation TagResource {
    input := { ResourceArn: String, Tags: TagList }
    output := {}
    errors: [InvalidParameterException, ResourceNotFoundException, TagLimitExceededException]
}

/// Takes tags off a topic.
@resource("{ResourceArn}")
operation UntagResource {
    input := { ResourceArn: String, TagKeys: TagKeyList }
    output := {}
    errors: [InvalidParameterException, ResourceNotFoundException]
}

/// Lists the tags of a topic.
@readonly
@resource("{ResourceArn}")
operation ListTagsForResource {
    input := { ResourceArn: String }
    output := { Tags: TagList }
    errors: [InvalidParameterException, ResourceNotFoundException]
}

// ---- subscriptions ----

/// Subscribes an endpoint to a topic; what is not the caller's own has to confirm it.
@resource("{TopicArn}")
operation Subscribe {
    input := { TopicArn: String, Protocol: String, Endpoint: String, Attributes: SubscriptionAttributesMap
        ReturnSubscriptionArn: Boolean }
    output := { SubscriptionArn: String }
    errors: [InvalidParameterException, NotFoundException, SubscriptionLimitExceededException
        FilterPolicyLimitExceededException, AuthorizationErrorException]
}

/// Confirms a subscription with the token that its endpoint was sent.
@optionalAuth
@resource("{TopicArn}")
operation ConfirmSubscription {
    input := { TopicArn: String, Token: String, AuthenticateOnUnsubscribe: String }
    output := { SubscriptionArn: String }
    errors: [InvalidParameterException, NotFoundException, AuthorizationErrorException]
}

/// Ends a subscription. Without a signature, unless its confirmation asked for one.
@optionalAuth
@resource("{SubscriptionArn}")
operation Unsubscribe {
    input := { SubscriptionArn: String }
    errors: [InvalidParameterException, NotFoundException, AuthorizationErrorException]
}

/// Lists the caller's subscriptions in the region, 100 a page.
@readonly
operation ListSubscriptions {
    input := { NextToken: String }
    output := { Subscriptions: SubscriptionsList, NextToken: String }
    errors: [InvalidParameterException]
}

/// Lists the subscriptions to a topic, 100 a page.
@readonly
@resource("{TopicArn}")
operation ListSubscriptionsByTopic {
    input := { TopicArn: String, NextToken: String }
    output := { Subscriptions: SubscriptionsList, NextToken: String }
    errors: [InvalidParameterException, NotFoundException]
}

/// Answers the attributes of a subscription.
@readonly
@resource("{SubscriptionArn}")
operation GetSubscriptionAttributes {
    input := { SubscriptionArn: String }
    output := { Attributes: SubscriptionAttributesMap }
    errors: [InvalidParameterException, NotFoundException]
}

/// Sets one attribute of a subscription.
@resource("{SubscriptionArn}")
operation SetSubscriptionAttributes {
    input := { SubscriptionArn: String, AttributeName: String, AttributeValue: String }
    errors: [InvalidParameterException, NotFoundException, FilterPolicyLimitExceededException]
}

// ---- publishing ----

/// Hands a message to all subscriptions of a topic whose filter lets it pass, or to a telephone number. What is owed
/// to them is on disk when it answers.
@waits
@resource("{TopicArn}")
operation Publish {
    input := {
        TopicArn: String
        TargetArn: String
        PhoneNumber: PhoneNumber
        Message: String
        Subject: String
        MessageStructure: String
        MessageAttributes: MessageAttributeMap
        MessageDeduplicationId: String
        MessageGroupId: String
    }
    output := { MessageId: String, SequenceNumber: String }
    errors: [InvalidParameterException, InvalidParameterValueException, NotFoundException, AuthorizationErrorException]
}

/// Publishes up to ten messages; each is accepted or refused for itself.
@waits
@action("sns:Publish")
@resource("{TopicArn}")
operation PublishBatch {
    input := { TopicArn: String, PublishBatchRequestEntries: PublishBatchRequestEntryList }
    output := { Successful: PublishBatchResultEntryList, Failed: BatchResultErrorEntryList }
    errors: [InvalidParameterException, InvalidParameterValueException, NotFoundException, AuthorizationErrorException
        BatchEntryIdsNotDistinctException, BatchRequestTooLongException, EmptyBatchRequestException
        InvalidBatchEntryIdException, TooManyEntriesInBatchRequestException]
}

// ---- short messages ----

/// Sets attributes of the account's short messages in the region.
operation SetSMSAttributes {
    input := { attributes: MapStringToString }
    output := {}
    errors: [InvalidParameterException]
}

/// Answers the attributes of the account's short messages, all or those named.
@readonly
operation GetSMSAttributes {
    input := { attributes: ListString }
    output := { attributes: MapStringToString }
    errors: [InvalidParameterException]
}

/// Whether a telephone number has opted out: none can here, where short messages are kept and not sent.
@readonly
operation CheckIfPhoneNumberIsOptedOut {
    input := { phoneNumber: PhoneNumber }
    output := { isOptedOut: Boolean }
    errors: [InvalidParameterException]
}

/// Lists the telephone numbers that have opted out: none.
@readonly
operation ListPhoneNumbersOptedOut {
    input := { nextToken: String }
    output := { phoneNumbers: PhoneNumberList, nextToken: String }
}

/// Whether only verified numbers get short messages: no, they are kept for whoever looks.
@readonly
operation GetSMSSandboxAccountStatus {
    input := {}
    output := { @required IsInSandbox: Boolean }
}

/// Lets a telephone number that has opted out get short messages again.
operation OptInPhoneNumber {
    input := { phoneNumber: PhoneNumber }
    output := {}
    errors: [InvalidParameterException]
}

/// Lists the numbers that the account has of its own to send from: none.
@readonly
operation ListOriginationNumbers {
    input := { NextToken: String, MaxResults: Integer }
    output := { NextToken: String, PhoneNumbers: PhoneNumberInformationList }
    errors: [InvalidParameterException]
}

/// Adds a telephone number to those of the sandbox and sends it a one-time password.
operation CreateSMSSandboxPhoneNumber {
    input := { PhoneNumber: PhoneNumberString, LanguageCode: String }
    output := {}
    errors: [InvalidParameterException, UserErrorException]
}

/// Verifies a telephone number of the sandbox with the password that it was sent.
@waits
operation VerifySMSSandboxPhoneNumber {
    input := { PhoneNumber: PhoneNumberString, OneTimePassword: String }
    output := {}
    errors: [InvalidParameterException, ResourceNotFoundException, VerificationException]
}

/// Takes a telephone number out of the sandbox.
operation DeleteSMSSandboxPhoneNumber {
    input := { PhoneNumber: PhoneNumberString }
    output := {}
    errors: [InvalidParameterException, ResourceNotFoundException, UserErrorException]
}

/// Lists the telephone numbers of the sandbox, verified and pending.
@readonly
operation ListSMSSandboxPhoneNumbers {
    input := { NextToken: String, MaxResults: Integer }
    output := { @required PhoneNumbers: SMSSandboxPhoneNumberList, NextToken: String }
    errors: [InvalidParameterException]
}

// ---- inner ----

/// Hands a letter over to the endpoint of a subscription: services/delivery asks for it, and asks again when it fails.
@waits
@internal
operation HandOver {
    input := { SubscriptionArn: String, Body: String, Context: Blob }
}

// ---- shapes ----

@sensitive
string PhoneNumber

@sensitive
string PhoneNumberString

list PhoneNumberInformationList { member: PhoneNumberInformation }
structure PhoneNumberInformation { PhoneNumber: PhoneNumber, Status: String }
list SMSSandboxPhoneNumberList { member: SMSSandboxPhoneNumber }
structure SMSSandboxPhoneNumber { PhoneNumber: PhoneNumberString, Status: String }

map TopicAttributesMap { key: String, value: String }
map SubscriptionAttributesMap { key: String, value: String }
map MapStringToString { key: String, value: String }
list TopicsList { member: Topic }
structure Topic { TopicArn: String }
list SubscriptionsList { member: Subscription }
structure Subscription { SubscriptionArn: String, Owner: String, Protocol: String, Endpoint: String, TopicArn: String }
list TagList { member: Tag }
structure Tag { Key: String, Value: String }
list ListString { member: String }
list PhoneNumberList { member: PhoneNumber }
list TagKeyList { member: String }
list DelegatesList { member: String }
list ActionsList { member: String }

map MessageAttributeMap {
    @xmlName("Name") key: String
    @xmlName("Value") value: MessageAttributeValue
}
structure MessageAttributeValue { DataType: String, StringValue: String, BinaryValue: Blob }

list PublishBatchRequestEntryList { member: PublishBatchRequestEntry }
structure PublishBatchRequestEntry {
    Id: String
    Message: String
    Subject: String
    MessageStructure: String
    MessageAttributes: MessageAttributeMap
    MessageDeduplicationId: String
    MessageGroupId: String
}
list PublishBatchResultEntryList { member: PublishBatchResultEntry }
structure PublishBatchResultEntry { Id: String, MessageId: String, SequenceNumber: String }
list BatchResultErrorEntryList { member: BatchResultErrorEntry }
structure BatchResultErrorEntry { @required Id: String, @required Code: String, Message: String
    @required SenderFault: Boolean }

// ---- errors ----

@error("client") @httpError(403) @awsQueryError(code: "AuthorizationError", httpResponseCode: 403)
structure AuthorizationErrorException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "BatchEntryIdsNotDistinct", httpResponseCode: 400)
structure BatchEntryIdsNotDistinctException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "BatchRequestTooLong", httpResponseCode: 400)
structure BatchRequestTooLongException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "EmptyBatchRequest", httpResponseCode: 400)
structure EmptyBatchRequestException { message: String }
@error("client") @httpError(403) @awsQueryError(code: "FilterPolicyLimitExceeded", httpResponseCode: 403)
structure FilterPolicyLimitExceededException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "InvalidBatchEntryId", httpResponseCode: 400)
structure InvalidBatchEntryIdException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "InvalidParameter", httpResponseCode: 400)
structure InvalidParameterException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "ParameterValueInvalid", httpResponseCode: 400)
structure InvalidParameterValueException { message: String }
@error("client") @httpError(404) @awsQueryError(code: "NotFound", httpResponseCode: 404)
structure NotFoundException { message: String }
@error("client") @httpError(404) @awsQueryError(code: "ResourceNotFound", httpResponseCode: 404)
structure ResourceNotFoundException { message: String }
@error("client") @httpError(403) @awsQueryError(code: "SubscriptionLimitExceeded", httpResponseCode: 403)
structure SubscriptionLimitExceededException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "TagLimitExceeded", httpResponseCode: 400)
structure TagLimitExceededException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "TooManyEntriesInBatchRequest", httpResponseCode: 400)
structure TooManyEntriesInBatchRequestException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "UserError", httpResponseCode: 400)
structure UserErrorException { message: String }
@error("client") @httpError(400)
structure VerificationException { @required Message: String, @required Status: String }
@error("client") @httpError(403) @awsQueryError(code: "TopicLimitExceeded", httpResponseCode: 403)
structure TopicLimitExceededException { message: String }

// ---- stored records ----

/// A topic. Key: (sns, account, region, topic, name).
structure TopicRecord {
    id: String // another one for each topic that ever had the name
    created: Long
    isFifo: Boolean
    contentDedup: Boolean
    scope: String // FifoThroughputScope
    displayName: String
    policy: String
    deliveryPolicy: String
    kmsKey: String
    signatureVersion: String
    tracing: String
    tags: TagList
    deleted: Long // subscriptions that were
}

/// A subscription. Key: (sns, account, region, subscription, topic, id), all the topic's.
structure SubscriptionRecord {
    owner: String // account
    principal: String // who subscribed
    protocol: String
    endpoint: String
    created: Long
    isConfirmed: Boolean
    wasAuthenticated: Boolean
    authenticateUnsubscribe: Boolean
    isRaw: Boolean
    filterPolicy: String
    filterScope: String
    deliveryPolicy: String
    redrivePolicy: String
    deadLetterArn: String
}

/// What a FIFO topic counts. Key: (sns.d, topic's id).
structure SequenceRecord { last: Long, period: Long }

/// A message that was published with this deduplication id. Key: (sns.d, topic's id, period, scope, id).
structure DedupRecord { sent: Long, messageId: String, sequence: String }

/// The server's own signing key and its certificate. Key: (sns, signer).
structure SignerRecord { key: Blob, certificate: String }

/// What goes to an endpoint outside; the Context of its delivery.
structure LetterRecord {
    type: String // Notification, SubscriptionConfirmation, UnsubscribeConfirmation
    protocol: String
    endpoint: String
    topicArn: String
    messageId: String
    timestamp: String
    subject: String
    sender: String // the topic's DisplayName
    isRaw: Boolean
    contentType: String
    token: String
    version: String // of the signature
    baseUrl: String
}

/// The attributes of an account's short messages. Key: (sns, account, region, sms, attributes).
structure SmsRecord { attributes: MapStringToString }

/// A telephone number of the sandbox. Key: (sns, account, region, sandbox, number).
structure SandboxRecord {
    isVerified: Boolean
    password: String
    sent: Long // when the password was
    tried: Long // when it was last, right or wrong
    tries: Integer // since it was sent
}
