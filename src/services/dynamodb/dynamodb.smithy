$version: "2"

// DynamoDB: tables, items, transactions. And the records that the service stores.
namespace com.amazonaws.dynamodb

/// Tables of items that are found by their keys, with indexes, expressions and transactions.
@service(sdkId: "DynamoDB", endpointPrefix: "dynamodb")
@sigv4(name: "dynamodb")
@awsJson1_0
service DynamoDB_20120810 { version: "2012-08-10" }

// ---- tables ----

/// Makes a table, active at once.
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation CreateTable {
    input := {
        AttributeDefinitions: AttributeDefinitions
        @required @length(min: 1, max: 1024) TableName: String
        KeySchema: KeySchema
        LocalSecondaryIndexes: LocalSecondaryIndexList
        GlobalSecondaryIndexes: GlobalSecondaryIndexList
        BillingMode: BillingMode
        ProvisionedThroughput: ProvisionedThroughput
        StreamSpecification: StreamSpecification
        SSESpecification: SSESpecification
        Tags: TagList
        TableClass: TableClass
        DeletionProtectionEnabled: Boolean
        OnDemandThroughput: OnDemandThroughput
        WarmThroughput: WarmThroughput
        ResourcePolicy: String
        GlobalTableSourceArn: String
        GlobalTableSettingsReplicationMode: String
        VectorIndexes: VectorIndexList
    }
    output := { TableDescription: TableDescription }
    errors: [ResourceInUseException, LimitExceededException, InternalServerError]
}

/// What a table is: keys, indexes, figures.
@readonly
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation DescribeTable {
    input := { @required @length(min: 1, max: 1024) TableName: String }
    output := { Table: TableDescription }
    errors: [ResourceNotFoundException, InternalServerError]
}

/// Deletes a table with all its items.
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation DeleteTable {
    input := { @required @length(min: 1, max: 1024) TableName: String }
    output := { TableDescription: TableDescription }
    errors: [ResourceInUseException, ResourceNotFoundException, LimitExceededException, InternalServerError]
}

/// The names of the account's tables in the region, in order.
@readonly
operation ListTables {
    input := {
        ExclusiveStartTableName: TableName
        @range(min: 1, max: 100) Limit: Integer
    }
    output := { TableNames: TableNameList, LastEvaluatedTableName: String }
    errors: [InternalServerError]
}

/// Changes a table's billing, protection, class and stream; adds, changes or removes one global index.
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation UpdateTable {
    input := {
        AttributeDefinitions: AttributeDefinitions
        @required @length(min: 1, max: 1024) TableName: String
        BillingMode: BillingMode
        ProvisionedThroughput: ProvisionedThroughput
        GlobalSecondaryIndexUpdates: GlobalSecondaryIndexUpdateList
        StreamSpecification: StreamSpecification
        SSESpecification: SSESpecification
        TableClass: TableClass
        DeletionProtectionEnabled: Boolean
        OnDemandThroughput: OnDemandThroughput
        WarmThroughput: WarmThroughput
        ReplicaUpdates: ReplicaUpdateList
        MultiRegionConsistency: String
        GlobalTableWitnessUpdates: WitnessUpdateList
        GlobalTableSettingsReplicationMode: String
        VectorIndexUpdates: VectorIndexUpdateList
        DisassociationProtectionEnabled: Boolean
    }
    output := { TableDescription: TableDescription }
    errors: [ResourceInUseException, ResourceNotFoundException, LimitExceededException, InternalServerError]
}

/// Names the attribute that says when an item expires, or ends expiry.
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation UpdateTimeToLive {
    input := {
        @required @length(min: 1, max: 1024) TableName: String
        @required TimeToLiveSpecification: TimeToLiveSpecification
    }
    output := { TimeToLiveSpecification: TimeToLiveSpecification }
    errors: [ResourceInUseException, ResourceNotFoundException, LimitExceededException, InternalServerError]
}

/// Whether items of the table expire, and by which attribute.
@readonly
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation DescribeTimeToLive {
    input := { @required @length(min: 1, max: 1024) TableName: String }
    output := { TimeToLiveDescription: TimeToLiveDescription }
    errors: [ResourceNotFoundException, InternalServerError]
}

/// Whether the table can be restored to any point in time, and to which: the latest is now, as nothing lags on one store.
@readonly
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation DescribeContinuousBackups {
    input := { @required @length(min: 1, max: 1024) TableName: String }
    output := { ContinuousBackupsDescription: ContinuousBackupsDescription }
    errors: [TableNotFoundException, InternalServerError]
}

/// Turns point-in-time recovery on or off, or changes how many days it goes back; off, what was kept goes.
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation UpdateContinuousBackups {
    input := {
        @required @length(min: 1, max: 1024) TableName: String
        @required PointInTimeRecoverySpecification: PointInTimeRecoverySpecification
    }
    output := { ContinuousBackupsDescription: ContinuousBackupsDescription }
    errors: [TableNotFoundException, ContinuousBackupsUnavailableException, InternalServerError]
}

/// Makes a new table of another as it was at a point in time; it is being created until all items are there.
operation RestoreTableToPointInTime {
    input := {
        @length(min: 1, max: 1024) SourceTableArn: String
        SourceTableName: TableName
        @required TargetTableName: TableName
        UseLatestRestorableTime: Boolean
        RestoreDateTime: Timestamp
        BillingModeOverride: BillingMode
        GlobalSecondaryIndexOverride: GlobalSecondaryIndexList
        LocalSecondaryIndexOverride: LocalSecondaryIndexList
        ProvisionedThroughputOverride: ProvisionedThroughput
        OnDemandThroughputOverride: OnDemandThroughput
        SSESpecificationOverride: SSESpecification
        VectorIndexOverride: VectorIndexList
    }
    output := { TableDescription: TableDescription }
    errors: [TableAlreadyExistsException, TableNotFoundException, TableInUseException, LimitExceededException
        InvalidRestoreTimeException, PointInTimeRecoveryUnavailableException, InternalServerError]
}

/// Writes a table as it was at a point in time, or what changed in a span of time, to a bucket, in the background.
@waits
@resource("{TableArn}")
operation ExportTableToPointInTime {
    input := {
        @required @length(min: 1, max: 1024) TableArn: String
        ExportTime: Timestamp
        @idempotencyToken @pattern("[^\\$]+") ClientToken: String
        @required @length(max: 255) @pattern("[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+") S3Bucket: String
        @pattern("[0-9]{12}") S3BucketOwner: String
        @length(max: 1024) S3Prefix: String
        S3SseAlgorithm: S3SseAlgorithm
        @length(min: 1, max: 2048) S3SseKmsKeyId: String
        ExportFormat: ExportFormat
        ExportType: ExportType
        IncrementalExportSpecification: IncrementalExportSpecification
        FilterSpecification: FilterSpecification
    }
    output := { ExportDescription: ExportDescription }
    errors: [TableNotFoundException, PointInTimeRecoveryUnavailableException, LimitExceededException
        InvalidExportTimeException, ExportConflictException, InternalServerError]
}

/// What an export is of, and how far it is.
@readonly
@resource("{ExportArn}")
operation DescribeExport {
    input := { @required @length(min: 37, max: 1024) ExportArn: String }
    output := { ExportDescription: ExportDescription }
    errors: [ExportNotFoundException, LimitExceededException, InternalServerError]
}

/// The exports of the last 90 days, of a table or of all, the oldest first.
@readonly
operation ListExports {
    input := {
        @length(min: 1, max: 1024) TableArn: String
        @range(min: 1, max: 25) MaxResults: Integer
        NextToken: String
    }
    output := { ExportSummaries: ExportSummaries, NextToken: String }
    errors: [LimitExceededException, InternalServerError]
}

/// Makes a table of the objects under a prefix, in the background.
operation ImportTable {
    input := {
        @idempotencyToken @pattern("[^\\$]+") ClientToken: String
        @required S3BucketSource: S3BucketSource
        @required InputFormat: InputFormat
        InputFormatOptions: InputFormatOptions
        InputCompressionType: InputCompressionType
        @required TableCreationParameters: TableCreationParameters
    }
    output := { @required ImportTableDescription: ImportTableDescription }
    errors: [ResourceInUseException, LimitExceededException, ImportConflictException]
}

/// What an import is of, and how far it is.
@readonly
@resource("{ImportArn}")
operation DescribeImport {
    input := { @required @length(min: 37, max: 1024) ImportArn: String }
    output := { @required ImportTableDescription: ImportTableDescription }
    errors: [ImportNotFoundException]
}

/// The imports of the last 90 days, into a table or all, the newest first.
@readonly
operation ListImports {
    input := {
        @length(min: 1, max: 1024) TableArn: String
        @range(min: 1, max: 25) PageSize: Integer
        @length(min: 112, max: 1024) @pattern("([0-9a-f]{16})+") NextToken: String
    }
    output := { ImportSummaryList: ImportSummaryList, NextToken: String }
    errors: [LimitExceededException]
}

/// Copies a table's items as they are now, in the background.
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation CreateBackup {
    input := {
        @required @length(min: 1, max: 1024) TableName: String
        @required BackupName: BackupName
    }
    output := { BackupDetails: BackupDetails }
    errors: [TableNotFoundException, TableInUseException, BackupInUseException, LimitExceededException
        InternalServerError]
}

/// What a backup is of, and whether it is ready.
@readonly
@resource("{BackupArn}")
operation DescribeBackup {
    input := { @required @length(min: 37, max: 1024) BackupArn: String }
    output := { BackupDescription: BackupDescription }
    errors: [BackupNotFoundException, InternalServerError]
}

/// Deletes a backup that is neither being made nor being restored.
@resource("{BackupArn}")
operation DeleteBackup {
    input := { @required @length(min: 37, max: 1024) BackupArn: String }
    output := { BackupDescription: BackupDescription }
    errors: [BackupNotFoundException, BackupInUseException, LimitExceededException, InternalServerError]
}

/// The backups of a table or of all tables, the oldest first.
@readonly
operation ListBackups {
    input := {
        @length(min: 1, max: 1024) TableName: String
        @range(min: 1, max: 100) Limit: Integer
        TimeRangeLowerBound: Timestamp
        TimeRangeUpperBound: Timestamp
        @length(min: 37, max: 1024) ExclusiveStartBackupArn: String
        BackupType: BackupTypeFilter
    }
    output := { BackupSummaries: BackupSummaries, LastEvaluatedBackupArn: String }
    errors: [InternalServerError]
}

/// Makes a new table of a backup, with its indexes; it is being created until all items are there.
@resource("{BackupArn}")
operation RestoreTableFromBackup {
    input := {
        @required TargetTableName: TableName
        @required @length(min: 37, max: 1024) BackupArn: String
        BillingModeOverride: BillingMode
        GlobalSecondaryIndexOverride: GlobalSecondaryIndexList
        LocalSecondaryIndexOverride: LocalSecondaryIndexList
        ProvisionedThroughputOverride: ProvisionedThroughput
        OnDemandThroughputOverride: OnDemandThroughput
        SSESpecificationOverride: SSESpecification
        VectorIndexOverride: VectorIndexList
    }
    output := { TableDescription: TableDescription }
    errors: [TableAlreadyExistsException, TableInUseException, BackupNotFoundException, BackupInUseException
        LimitExceededException, InternalServerError]
}

/// Adds tags to a table.
@resource("{ResourceArn}")
operation TagResource {
    input := {
        @required @length(min: 1, max: 1283) ResourceArn: String
        @required Tags: TagList
    }
    errors: [LimitExceededException, ResourceNotFoundException, InternalServerError, ResourceInUseException]
}

/// Removes tags from a table.
@resource("{ResourceArn}")
operation UntagResource {
    input := {
        @required @length(min: 1, max: 1283) ResourceArn: String
        @required TagKeys: TagKeyList
    }
    errors: [LimitExceededException, ResourceNotFoundException, InternalServerError, ResourceInUseException]
}

/// The tags of a table.
@readonly
@resource("{ResourceArn}")
operation ListTagsOfResource {
    input := { @required @length(min: 1, max: 1283) ResourceArn: String, NextToken: String }
    output := { Tags: TagList, NextToken: String }
    errors: [ResourceNotFoundException, InternalServerError]
}

/// Gives a table or a stream its policy, in place of any it has.
@resource("{ResourceArn}")
operation PutResourcePolicy {
    input := {
        @required @length(min: 1, max: 1283) ResourceArn: String
        @required Policy: String
        @length(min: 1, max: 255) ExpectedRevisionId: String
        ConfirmRemoveSelfResourceAccess: Boolean
    }
    output := { RevisionId: String }
    errors: [ResourceNotFoundException, InternalServerError, LimitExceededException, PolicyNotFoundException, ResourceInUseException]
}

/// The policy of a table or a stream.
@readonly
@resource("{ResourceArn}")
operation GetResourcePolicy {
    input := { @required @length(min: 1, max: 1283) ResourceArn: String }
    output := { Policy: String, RevisionId: String }
    errors: [ResourceNotFoundException, InternalServerError, PolicyNotFoundException]
}

/// Takes the policy of a table or a stream away.
@resource("{ResourceArn}")
operation DeleteResourcePolicy {
    input := {
        @required @length(min: 1, max: 1283) ResourceArn: String
        @length(min: 1, max: 255) ExpectedRevisionId: String
    }
    output := { RevisionId: String }
    errors: [ResourceNotFoundException, InternalServerError, PolicyNotFoundException, ResourceInUseException, LimitExceededException]
}

/// The account's quotas of provisioned capacity; nothing here is held to them.
@readonly
operation DescribeLimits {
    input := {}
    output := {
        AccountMaxReadCapacityUnits: Long
        AccountMaxWriteCapacityUnits: Long
        TableMaxReadCapacityUnits: Long
        TableMaxWriteCapacityUnits: Long
    }
    errors: [InternalServerError]
}

/// Where the service is reached: this server.
@readonly
operation DescribeEndpoints {
    input := {}
    output := { @required Endpoints: Endpoints }
}

// ---- items ----

/// Writes a whole item in place of any with the same key.
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation PutItem {
    input := {
        @required @length(min: 1, max: 1024) TableName: String
        @required Item: Attributes
        Expected: ExpectedMap
        ReturnValues: ReturnValue
        ReturnConsumedCapacity: ReturnConsumedCapacity
        ReturnItemCollectionMetrics: ReturnItemCollectionMetrics
        ConditionalOperator: ConditionalOperator
        ConditionExpression: String
        ExpressionAttributeNames: Names
        ExpressionAttributeValues: Attributes
        ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
    }
    output := { Attributes: Attributes, ConsumedCapacity: ConsumedCapacity, ItemCollectionMetrics: ItemCollectionMetrics }
    errors: [ConditionalCheckFailedException, ItemCollectionSizeLimitExceededException, ResourceNotFoundException, InternalServerError]
}

/// The item with this key, whole or in part.
@readonly
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation GetItem {
    input := {
        @required @length(min: 1, max: 1024) TableName: String
        @required Key: Attributes
        AttributesToGet: AttributeNameList
        ConsistentRead: Boolean
        ReturnConsumedCapacity: ReturnConsumedCapacity
        ProjectionExpression: String
        ExpressionAttributeNames: Names
    }
    output := { Item: Attributes, ConsumedCapacity: ConsumedCapacity }
    errors: [ResourceNotFoundException, InternalServerError]
}

/// Changes an item's attributes, or makes the item.
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation UpdateItem {
    input := {
        @required @length(min: 1, max: 1024) TableName: String
        @required Key: Attributes
        AttributeUpdates: AttributeUpdates
        Expected: ExpectedMap
        ConditionalOperator: ConditionalOperator
        ReturnValues: ReturnValue
        ReturnConsumedCapacity: ReturnConsumedCapacity
        ReturnItemCollectionMetrics: ReturnItemCollectionMetrics
        UpdateExpression: String
        ConditionExpression: String
        ExpressionAttributeNames: Names
        ExpressionAttributeValues: Attributes
        ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
    }
    output := { Attributes: Attributes, ConsumedCapacity: ConsumedCapacity, ItemCollectionMetrics: ItemCollectionMetrics }
    errors: [ConditionalCheckFailedException, ItemCollectionSizeLimitExceededException, ResourceNotFoundException, InternalServerError]
}

/// Deletes the item with this key.
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation DeleteItem {
    input := {
        @required @length(min: 1, max: 1024) TableName: String
        @required Key: Attributes
        Expected: ExpectedMap
        ConditionalOperator: ConditionalOperator
        ReturnValues: ReturnValue
        ReturnConsumedCapacity: ReturnConsumedCapacity
        ReturnItemCollectionMetrics: ReturnItemCollectionMetrics
        ConditionExpression: String
        ExpressionAttributeNames: Names
        ExpressionAttributeValues: Attributes
        ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
    }
    output := { Attributes: Attributes, ConsumedCapacity: ConsumedCapacity, ItemCollectionMetrics: ItemCollectionMetrics }
    errors: [ConditionalCheckFailedException, ItemCollectionSizeLimitExceededException, ResourceNotFoundException, InternalServerError]
}

/// The items of one partition in the order of their sort key, from a table or an index.
@readonly
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation Query {
    input := {
        @required @length(min: 1, max: 1024) TableName: String
        IndexName: IndexName
        Select: Select
        AttributesToGet: AttributeNameList
        @range(min: 1) Limit: Integer
        ConsistentRead: Boolean
        KeyConditions: ConditionMap
        QueryFilter: ConditionMap
        ConditionalOperator: ConditionalOperator
        ScanIndexForward: Boolean
        ExclusiveStartKey: Attributes
        ReturnConsumedCapacity: ReturnConsumedCapacity
        ProjectionExpression: String
        FilterExpression: String
        KeyConditionExpression: String
        ExpressionAttributeNames: Names
        ExpressionAttributeValues: Attributes
    }
    output := {
        Items: ItemList
        Count: Integer
        ScannedCount: Integer
        LastEvaluatedKey: Attributes
        ConsumedCapacity: ConsumedCapacity
    }
    errors: [ResourceNotFoundException, InternalServerError]
}

/// All items of a table or an index, page by page, whole or one of several segments.
@readonly
@resource("arn:aws:dynamodb:{region}:{account}:table/{TableName}")
operation Scan {
    input := {
        @required @length(min: 1, max: 1024) TableName: String
        IndexName: IndexName
        AttributesToGet: AttributeNameList
        @range(min: 1) Limit: Integer
        Select: Select
        ScanFilter: ConditionMap
        ConditionalOperator: ConditionalOperator
        ExclusiveStartKey: Attributes
        ReturnConsumedCapacity: ReturnConsumedCapacity
        @range(min: 1, max: 1000000) TotalSegments: Integer
        @range(min: 0, max: 999999) Segment: Integer
        ProjectionExpression: String
        FilterExpression: String
        ExpressionAttributeNames: Names
        ExpressionAttributeValues: Attributes
        ConsistentRead: Boolean
    }
    output := {
        Items: ItemList
        Count: Integer
        ScannedCount: Integer
        LastEvaluatedKey: Attributes
        ConsumedCapacity: ConsumedCapacity
    }
    errors: [ResourceNotFoundException, InternalServerError]
}

/// Up to 100 items of one or more tables by their keys.
@readonly
operation BatchGetItem {
    input := {
        @required @length(min: 1, max: 100) RequestItems: BatchGetRequestMap
        ReturnConsumedCapacity: ReturnConsumedCapacity
    }
    output := {
        Responses: BatchGetResponseMap
        UnprocessedKeys: BatchGetRequestMap
        ConsumedCapacity: ConsumedCapacities
    }
    errors: [ResourceNotFoundException, InternalServerError]
}

/// Up to 25 puts and deletes in one or more tables.
operation BatchWriteItem {
    input := {
        @required @length(min: 1, max: 25) RequestItems: BatchWriteRequestMap
        ReturnConsumedCapacity: ReturnConsumedCapacity
        ReturnItemCollectionMetrics: ReturnItemCollectionMetrics
    }
    output := {
        UnprocessedItems: BatchWriteRequestMap
        ItemCollectionMetrics: ItemCollectionMetricsPerTable
        ConsumedCapacity: ConsumedCapacities
    }
    errors: [ItemCollectionSizeLimitExceededException, ResourceNotFoundException, InternalServerError]
}

/// Up to 100 changes and checks, all or nothing.
operation TransactWriteItems {
    input := {
        @required @length(min: 1, max: 100) TransactItems: TransactWriteItemList
        ReturnConsumedCapacity: ReturnConsumedCapacity
        ReturnItemCollectionMetrics: ReturnItemCollectionMetrics
        @idempotencyToken @length(min: 1, max: 36) ClientRequestToken: String
    }
    output := { ConsumedCapacity: ConsumedCapacities, ItemCollectionMetrics: ItemCollectionMetricsPerTable }
    errors: [ResourceNotFoundException, TransactionCanceledException, IdempotentParameterMismatchException
        InternalServerError]
}

/// Up to 100 items at one moment.
@readonly
operation TransactGetItems {
    input := {
        @required @length(min: 1, max: 100) TransactItems: TransactGetItemList
        ReturnConsumedCapacity: ReturnConsumedCapacity
    }
    output := { ConsumedCapacity: ConsumedCapacities, Responses: ItemResponseList }
    errors: [ResourceNotFoundException, TransactionCanceledException, InternalServerError]
}

// ---- PartiQL ----

/// One statement of PartiQL: a page of a SELECT, or one INSERT, UPDATE or DELETE.
@waits
operation ExecuteStatement {
    input := {
        @required @length(min: 1, max: 8192) Statement: String
        Parameters: PreparedStatementParameters
        ConsistentRead: Boolean
        @length(min: 1, max: 32768) NextToken: String
        ReturnConsumedCapacity: ReturnConsumedCapacity
        @range(min: 1) Limit: Integer
        ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
    }
    output := { Items: ItemList, NextToken: String, ConsumedCapacity: ConsumedCapacity, LastEvaluatedKey: Attributes }
    errors: [ConditionalCheckFailedException, DuplicateItemException, ItemCollectionSizeLimitExceededException, ResourceNotFoundException, InternalServerError]
}

/// Up to 25 statements, each on its own: all of them read, or all of them write.
@waits
operation BatchExecuteStatement {
    input := {
        @required @length(min: 1, max: 25) Statements: PartiQLBatchRequest
        ReturnConsumedCapacity: ReturnConsumedCapacity
    }
    output := { Responses: PartiQLBatchResponse, ConsumedCapacity: ConsumedCapacities }
    errors: [InternalServerError]
}

/// Up to 100 statements, all or nothing: all of them read, or all of them write or check.
@waits
operation ExecuteTransaction {
    input := {
        @required @length(min: 1, max: 100) TransactStatements: ParameterizedStatements
        @idempotencyToken @length(min: 1, max: 36) ClientRequestToken: String
        ReturnConsumedCapacity: ReturnConsumedCapacity
    }
    output := { Responses: ItemResponseList, ConsumedCapacity: ConsumedCapacities }
    errors: [ResourceNotFoundException, TransactionCanceledException, IdempotentParameterMismatchException
        InternalServerError]
}

// ---- shapes of tables ----

@length(min: 3, max: 255) @pattern("[a-zA-Z0-9_.-]+")
string TableName
@length(min: 3, max: 255) @pattern("[a-zA-Z0-9_.-]+")
string IndexName
@length(min: 1, max: 255)
string KeyName

enum ScalarAttributeType { S, N, B }
enum KeyType { HASH, RANGE }
enum BillingMode { PROVISIONED, PAY_PER_REQUEST }
enum ProjectionType { ALL, KEYS_ONLY, INCLUDE }
enum TableClass { STANDARD, STANDARD_INFREQUENT_ACCESS }
enum SSEType { AES256, KMS }

structure AttributeDefinition { @required AttributeName: KeyName, @required AttributeType: ScalarAttributeType }
list AttributeDefinitions { member: AttributeDefinition }
structure KeySchemaElement { @required AttributeName: KeyName, @required KeyType: KeyType }
@length(min: 1)
list KeySchema { member: KeySchemaElement }
@length(min: 1, max: 20)
list NonKeyAttributes { member: KeyName }
structure Projection { ProjectionType: ProjectionType, NonKeyAttributes: NonKeyAttributes }
structure ProvisionedThroughput {
    @required @range(min: 1) ReadCapacityUnits: Long
    @required @range(min: 1) WriteCapacityUnits: Long
}
structure OnDemandThroughput { MaxReadRequestUnits: Long, MaxWriteRequestUnits: Long }
// What follows is refused by its name.
structure WarmThroughput { ReadUnitsPerSecond: Long, WriteUnitsPerSecond: Long }
structure VectorIndex { @required IndexName: String }
list VectorIndexList { member: VectorIndex }
structure VectorIndexUpdate {}
list VectorIndexUpdateList { member: VectorIndexUpdate }
structure ReplicaUpdate {}
list ReplicaUpdateList { member: ReplicaUpdate }
structure WitnessUpdate {}
list WitnessUpdateList { member: WitnessUpdate }
structure LocalSecondaryIndex {
    @required IndexName: IndexName
    @required KeySchema: KeySchema
    @required Projection: Projection
}
list LocalSecondaryIndexList { member: LocalSecondaryIndex }
structure GlobalSecondaryIndex {
    @required IndexName: IndexName
    @required KeySchema: KeySchema
    @required Projection: Projection
    ProvisionedThroughput: ProvisionedThroughput
    OnDemandThroughput: OnDemandThroughput
    WarmThroughput: WarmThroughput
}
list GlobalSecondaryIndexList { member: GlobalSecondaryIndex }
structure CreateIndex {
    @required IndexName: IndexName
    @required KeySchema: KeySchema
    @required Projection: Projection
    ProvisionedThroughput: ProvisionedThroughput
    OnDemandThroughput: OnDemandThroughput
    WarmThroughput: WarmThroughput
}
structure UpdateIndex {
    @required IndexName: IndexName
    ProvisionedThroughput: ProvisionedThroughput
    OnDemandThroughput: OnDemandThroughput
    WarmThroughput: WarmThroughput
}
structure DeleteIndex { @required IndexName: IndexName }
structure GlobalSecondaryIndexUpdate { Update: UpdateIndex, Create: CreateIndex, Delete: DeleteIndex }
list GlobalSecondaryIndexUpdateList { member: GlobalSecondaryIndexUpdate }
enum StreamViewType { NEW_IMAGE, OLD_IMAGE, NEW_AND_OLD_IMAGES, KEYS_ONLY }
structure StreamSpecification { @required StreamEnabled: Boolean, StreamViewType: StreamViewType }
structure SSESpecification { Enabled: Boolean, SSEType: SSEType, KMSMasterKeyId: String }
structure SSEDescription { Status: String, SSEType: String, KMSMasterKeyArn: String }
structure Tag {
    @required @length(min: 1, max: 128) Key: String
    @required @length(min: 0, max: 256) Value: String
}
list TagList { member: Tag }
list TagKeyList { member: String }
list TableNameList { member: String }
structure BillingModeSummary { BillingMode: String, LastUpdateToPayPerRequestDateTime: Timestamp }
structure TableClassSummary { TableClass: String }
structure ThroughputDescription {
    LastIncreaseDateTime: Timestamp
    LastDecreaseDateTime: Timestamp
    NumberOfDecreasesToday: Long
    ReadCapacityUnits: Long
    WriteCapacityUnits: Long
}
structure LocalIndexDescription {
    IndexName: String
    KeySchema: KeySchema
    Projection: Projection
    IndexSizeBytes: Long
    ItemCount: Long
    IndexArn: String
}
list LocalIndexDescriptions { member: LocalIndexDescription }
structure GlobalIndexDescription {
    IndexName: String
    KeySchema: KeySchema
    Projection: Projection
    IndexStatus: String
    Backfilling: Boolean
    ProvisionedThroughput: ThroughputDescription
    IndexSizeBytes: Long
    ItemCount: Long
    IndexArn: String
    OnDemandThroughput: OnDemandThroughput
}
list GlobalIndexDescriptions { member: GlobalIndexDescription }
structure TableDescription {
    AttributeDefinitions: AttributeDefinitions
    TableName: String
    KeySchema: KeySchema
    TableStatus: String
    CreationDateTime: Timestamp
    ProvisionedThroughput: ThroughputDescription
    TableSizeBytes: Long
    ItemCount: Long
    TableArn: String
    TableId: String
    BillingModeSummary: BillingModeSummary
    LocalSecondaryIndexes: LocalIndexDescriptions
    GlobalSecondaryIndexes: GlobalIndexDescriptions
    StreamSpecification: StreamSpecification
    LatestStreamLabel: String
    LatestStreamArn: String
    SSEDescription: SSEDescription
    TableClassSummary: TableClassSummary
    DeletionProtectionEnabled: Boolean
    OnDemandThroughput: OnDemandThroughput
    RestoreSummary: RestoreSummary
}
structure RestoreSummary {
    SourceBackupArn: String
    SourceTableArn: String
    @required RestoreDateTime: Timestamp
    @required RestoreInProgress: Boolean
}
@length(min: 3, max: 255) @pattern("[a-zA-Z0-9_.-]+")
string BackupName
enum BackupTypeFilter { USER, SYSTEM, AWS_BACKUP, ALL }
structure BackupDetails {
    @required BackupArn: String
    @required BackupName: String
    BackupSizeBytes: Long
    @required BackupStatus: String
    @required BackupType: String
    @required BackupCreationDateTime: Timestamp
    BackupExpiryDateTime: Timestamp
}
structure SourceTableDetails {
    @required TableName: String
    @required TableId: String
    TableArn: String
    TableSizeBytes: Long
    @required KeySchema: KeySchema
    @required TableCreationDateTime: Timestamp
    @required ProvisionedThroughput: ProvisionedThroughput
    OnDemandThroughput: OnDemandThroughput
    ItemCount: Long
    BillingMode: String
}
structure LocalSecondaryIndexInfo { IndexName: String, KeySchema: KeySchema, Projection: Projection }
list LocalSecondaryIndexes { member: LocalSecondaryIndexInfo }
structure GlobalSecondaryIndexInfo {
    IndexName: String
    KeySchema: KeySchema
    Projection: Projection
    ProvisionedThroughput: ProvisionedThroughput
    OnDemandThroughput: OnDemandThroughput
}
list GlobalSecondaryIndexes { member: GlobalSecondaryIndexInfo }
structure SourceTableFeatureDetails {
    LocalSecondaryIndexes: LocalSecondaryIndexes
    GlobalSecondaryIndexes: GlobalSecondaryIndexes
    StreamDescription: StreamSpecification
    TimeToLiveDescription: TimeToLiveDescription
    SSEDescription: SSEDescription
}
structure BackupDescription {
    BackupDetails: BackupDetails
    SourceTableDetails: SourceTableDetails
    SourceTableFeatureDetails: SourceTableFeatureDetails
}
structure BackupSummary {
    TableName: String
    TableId: String
    TableArn: String
    BackupArn: String
    BackupName: String
    BackupCreationDateTime: Timestamp
    BackupExpiryDateTime: Timestamp
    BackupStatus: String
    BackupType: String
    BackupSizeBytes: Long
}
list BackupSummaries { member: BackupSummary }
structure PointInTimeRecoverySpecification {
    @required PointInTimeRecoveryEnabled: Boolean
    @range(min: 1, max: 35) RecoveryPeriodInDays: Integer
}
structure PointInTimeRecoveryDescription {
    PointInTimeRecoveryStatus: String
    RecoveryPeriodInDays: Integer
    EarliestRestorableDateTime: Timestamp
    LatestRestorableDateTime: Timestamp
}
structure ContinuousBackupsDescription {
    @required ContinuousBackupsStatus: String
    PointInTimeRecoveryDescription: PointInTimeRecoveryDescription
}
enum S3SseAlgorithm { AES256, KMS }
enum ExportFormat { DYNAMODB_JSON, ION }
enum ExportType { FULL_EXPORT, INCREMENTAL_EXPORT }
enum ExportViewType { NEW_IMAGE, NEW_AND_OLD_IMAGES }
structure IncrementalExportSpecification {
    ExportFromTime: Timestamp
    ExportToTime: Timestamp
    ExportViewType: ExportViewType
}
structure FilterSpecification {
    FilterExpression: String
    ProjectionExpression: String
    KeyConditionExpression: String
    ExpressionAttributeNames: Names
    ExpressionAttributeValues: Attributes
}
structure ExportDescription {
    ExportArn: String
    ExportStatus: String
    StartTime: Timestamp
    EndTime: Timestamp
    ExportManifest: String
    TableArn: String
    TableId: String
    ExportTime: Timestamp
    ClientToken: String
    S3Bucket: String
    S3BucketOwner: String
    S3Prefix: String
    S3SseAlgorithm: String
    S3SseKmsKeyId: String
    FailureCode: String
    FailureMessage: String
    ExportFormat: String
    BilledSizeBytes: Long
    ItemCount: Long
    ExportType: String
    IncrementalExportSpecification: IncrementalExportSpecification
}
structure ExportSummary { ExportArn: String, ExportStatus: String, ExportType: String }
list ExportSummaries { member: ExportSummary }
enum InputFormat { DYNAMODB_JSON, ION, CSV }
enum InputCompressionType { GZIP, ZSTD, NONE }
structure S3BucketSource {
    @pattern("[0-9]{12}") S3BucketOwner: String
    @required @length(max: 255) @pattern("[a-z0-9A-Z]+[\\.\\-\\w]*[a-z0-9A-Z]+") S3Bucket: String
    @length(max: 1024) S3KeyPrefix: String
}
structure InputFormatOptions { Csv: CsvOptions }
structure CsvOptions {
    @length(min: 1, max: 1) @pattern("[,;:|\\t ]") Delimiter: String
    @length(min: 1, max: 255) HeaderList: CsvHeaderList
}
list CsvHeaderList { @length(min: 1, max: 65536) @pattern("[\\x20-\\x21\\x23-\\x2B\\x2D-\\x7E]*") member: String }
structure TableCreationParameters {
    @required @length(min: 3, max: 255) @pattern("[a-zA-Z0-9_.-]+") TableName: String
    @required AttributeDefinitions: AttributeDefinitions
    @required KeySchema: KeySchema
    BillingMode: BillingMode
    ProvisionedThroughput: ProvisionedThroughput
    OnDemandThroughput: OnDemandThroughput
    SSESpecification: SSESpecification
    GlobalSecondaryIndexes: GlobalSecondaryIndexList
    VectorIndexes: VectorIndexList
}
structure ImportTableDescription {
    ImportArn: String
    ImportStatus: String
    TableArn: String
    TableId: String
    ClientToken: String
    S3BucketSource: S3BucketSource
    ErrorCount: Long
    CloudWatchLogGroupArn: String
    InputFormat: String
    InputFormatOptions: InputFormatOptions
    InputCompressionType: String
    TableCreationParameters: TableCreationParameters
    StartTime: Timestamp
    EndTime: Timestamp
    ProcessedSizeBytes: Long
    ProcessedItemCount: Long
    ImportedItemCount: Long
    FailureCode: String
    FailureMessage: String
}
structure ImportSummary {
    ImportArn: String
    ImportStatus: String
    TableArn: String
    S3BucketSource: S3BucketSource
    CloudWatchLogGroupArn: String
    InputFormat: String
    StartTime: Timestamp
    EndTime: Timestamp
}
list ImportSummaryList { member: ImportSummary }
structure TimeToLiveSpecification {
    @required Enabled: Boolean
    @required AttributeName: KeyName
}
structure TimeToLiveDescription { TimeToLiveStatus: String, AttributeName: String }
structure Endpoint { @required Address: String, @required CachePeriodInMinutes: Long }
list Endpoints { member: Endpoint }

// ---- shapes of items ----

// A union on AWS; a structure here, because its refusals have words of their own.
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
list ItemList { member: Attributes }
map Names { key: String, value: String }
@length(min: 1)
list AttributeNameList { member: String }

enum ReturnValue { NONE, ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATED_NEW }
enum ReturnConsumedCapacity { INDEXES, TOTAL, NONE }
enum ReturnItemCollectionMetrics { SIZE, NONE }
enum ReturnValuesOnConditionCheckFailure { ALL_OLD, NONE }
enum ConditionalOperator { AND, OR }
enum Select { ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES, SPECIFIC_ATTRIBUTES, COUNT }
enum ComparisonOperator { EQ, NE, IN, LE, LT, GE, GT, BETWEEN, NOT_NULL, NULL, CONTAINS, NOT_CONTAINS, BEGINS_WITH }
enum AttributeAction { ADD, PUT, DELETE }

structure ExpectedValue {
    Value: Value
    Exists: Boolean
    ComparisonOperator: ComparisonOperator
    AttributeValueList: Values
}
map ExpectedMap { key: String, value: ExpectedValue }
structure Condition {
    AttributeValueList: Values
    @required ComparisonOperator: ComparisonOperator
}
map ConditionMap { key: String, value: Condition }
structure AttributeValueUpdate { Value: Value, Action: AttributeAction }
map AttributeUpdates { key: String, value: AttributeValueUpdate }

structure Capacity { ReadCapacityUnits: Double, WriteCapacityUnits: Double, CapacityUnits: Double }
map IndexCapacities { key: String, value: Capacity }
structure ConsumedCapacity {
    TableName: String
    CapacityUnits: Double
    ReadCapacityUnits: Double
    WriteCapacityUnits: Double
    Table: Capacity
    LocalSecondaryIndexes: IndexCapacities
    GlobalSecondaryIndexes: IndexCapacities
}
list ConsumedCapacities { member: ConsumedCapacity }
list SizeEstimate { member: Double }
structure ItemCollectionMetrics { ItemCollectionKey: Attributes, SizeEstimateRangeGB: SizeEstimate }

// AWS bounds it in words of its own: items/batch.c.
@length(min: 1)
list KeyList { member: Attributes }
structure KeysAndAttributes {
    @required Keys: KeyList
    AttributesToGet: AttributeNameList
    ConsistentRead: Boolean
    ProjectionExpression: String
    ExpressionAttributeNames: Names
}
map BatchGetRequestMap { key: String, value: KeysAndAttributes }
map BatchGetResponseMap { key: String, value: ItemList }
structure PutRequest { @required Item: Attributes }
structure DeleteRequest { @required Key: Attributes }
structure WriteRequest { PutRequest: PutRequest, DeleteRequest: DeleteRequest }
@length(min: 1, max: 25)
list WriteRequests { member: WriteRequest }
map BatchWriteRequestMap { key: String, value: WriteRequests }
list ItemCollectionMetricsMultiple { member: ItemCollectionMetrics }
map ItemCollectionMetricsPerTable { key: String, value: ItemCollectionMetricsMultiple }
structure ConditionCheck {
    @required Key: Attributes
    @required @length(min: 1, max: 1024) TableName: String
    @required ConditionExpression: String
    ExpressionAttributeNames: Names
    ExpressionAttributeValues: Attributes
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
}
structure Put {
    @required Item: Attributes
    @required @length(min: 1, max: 1024) TableName: String
    ConditionExpression: String
    ExpressionAttributeNames: Names
    ExpressionAttributeValues: Attributes
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
}
structure Delete {
    @required Key: Attributes
    @required @length(min: 1, max: 1024) TableName: String
    ConditionExpression: String
    ExpressionAttributeNames: Names
    ExpressionAttributeValues: Attributes
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
}
structure Update {
    @required Key: Attributes
    @required UpdateExpression: String
    @required @length(min: 1, max: 1024) TableName: String
    ConditionExpression: String
    ExpressionAttributeNames: Names
    ExpressionAttributeValues: Attributes
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
}
structure TransactWriteItem { ConditionCheck: ConditionCheck, Put: Put, Delete: Delete, Update: Update }
list TransactWriteItemList { member: TransactWriteItem }
structure Get {
    @required Key: Attributes
    @required @length(min: 1, max: 1024) TableName: String
    ProjectionExpression: String
    ExpressionAttributeNames: Names
}
structure TransactGetItem { @required Get: Get }
list TransactGetItemList { member: TransactGetItem }
structure ItemResponse { Item: Attributes }
list ItemResponseList { member: ItemResponse }
structure CancellationReason { Item: Attributes, Code: String, Message: String }
list CancellationReasonList { member: CancellationReason }

@length(min: 1)
list PreparedStatementParameters { member: Value }
structure BatchStatementRequest {
    @required @length(min: 1, max: 8192) Statement: String
    Parameters: PreparedStatementParameters
    ConsistentRead: Boolean
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
}
list PartiQLBatchRequest { member: BatchStatementRequest }
structure BatchStatementError { Code: String, Message: String, Item: Attributes }
structure BatchStatementResponse { Error: BatchStatementError, TableName: String, Item: Attributes }
list PartiQLBatchResponse { member: BatchStatementResponse }
structure ParameterizedStatement {
    @required @length(min: 1, max: 8192) Statement: String
    Parameters: PreparedStatementParameters
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure
}
list ParameterizedStatements { member: ParameterizedStatement }

// ---- errors ----

@error("client")
structure ResourceInUseException { message: String }
@error("client")
structure ResourceNotFoundException { message: String }
@error("client")
structure PolicyNotFoundException { message: String }
@error("client")
structure LimitExceededException { message: String }
@error("server")
structure InternalServerError { message: String }
@error("client")
structure ConditionalCheckFailedException { message: String, Item: Attributes }
@error("client")
structure TableNotFoundException { message: String }
@error("client")
structure TableInUseException { message: String }
@error("client")
structure TableAlreadyExistsException { message: String }
@error("client")
structure BackupNotFoundException { message: String }
@error("client")
structure BackupInUseException { message: String }
@error("client")
structure ContinuousBackupsUnavailableException { message: String }
@error("client")
structure PointInTimeRecoveryUnavailableException { message: String }
@error("client")
structure InvalidRestoreTimeException { message: String }
@error("client")
structure ExportNotFoundException { message: String }
@error("client")
structure ExportConflictException { message: String }
@error("client")
structure InvalidExportTimeException { message: String }
@error("client")
structure ImportConflictException { message: String }
@error("client")
structure ImportNotFoundException { message: String }
@error("client")
structure ItemCollectionSizeLimitExceededException { message: String }
@error("client")
structure DuplicateItemException { message: String }
@error("client")
structure TransactionCanceledException { Message: String, CancellationReasons: CancellationReasonList }
@error("client")
structure IdempotentParameterMismatchException { Message: String }

// ---- records ----

structure IndexRecord {
    name: String
    number: Long
    is_local: Boolean
    is_building: Boolean
    key_schema: KeySchema
    projection: Projection
    throughput: ProvisionedThroughput
    on_demand: OnDemandThroughput
}
list IndexRecords { member: IndexRecord }
structure TableRecord {
    number: Long
    id: String
    created: Timestamp
    attributes: AttributeDefinitions
    key_schema: KeySchema
    billing: String
    to_on_demand: Timestamp
    throughput: ProvisionedThroughput
    indexes: IndexRecords
    next_index: Long
    is_protected: Boolean
    table_class: String
    sse: SSESpecification
    tags: TagList
    ttl_attribute: String
    ttl_changed: Timestamp
    /// Of the latest stream; it has a view while it is enabled.
    stream_number: Long
    stream_label: String
    stream_view: String
    on_demand: OnDemandThroughput
    /// Of the backup that is being made.
    backup_number: Long
    /// Of a table that came of a backup, or of another table at a moment.
    restored_from: String
    restored_table: String
    restored_at: Timestamp
    is_restoring: Boolean
    /// Of the undo records, while point-in-time recovery is on: since when they are kept, and for how many days.
    undo_number: Long
    undo_since: Timestamp
    undo_days: Long
}
// Of a table or a stream.
structure PolicyRecord { policy: String, revision: Long }
// The undo records of a table; readers are the restores and exports that walk them.
structure UndoRecord { account: String, region: String, table: String, readers: Long }
// The number is that of the items' copy; restores are those that go on.
structure BackupRecord {
    id: String
    name: String
    created: Timestamp
    table: String
    source: TableRecord
    number: Long
    items: Long
    bytes: Long
    is_ready: Boolean
    restores: Long
    /// Of one that the service made itself.
    expires: Timestamp
}
// How far an export is: from is the last item's key, files are those that are written.
structure ExportRecord {
    id: String
    table: String
    source: TableRecord
    started: Timestamp
    ended: Timestamp
    status: String
    moment: Long
    since: Long
    type: String
    increment: IncrementalExportSpecification
    token: String
    bucket: String
    owner: String
    prefix: String
    sse: String
    kms_key: String
    from: Blob
    files: Long
    items: Long
    bytes: Long
    is_whole: Boolean
    failure_code: String
    failure_message: String
}
structure TransferTokenRecord { digest: Blob, at: Long, id: String }
// A line of manifest-files.json; lines of the two types of exports, and of imports.
structure ExportedFile { itemCount: Long, md5Checksum: String, etag: String, dataFileS3Key: String }
structure ExportedItem { Item: Attributes }
structure ExportedChange { Metadata: Attributes, Keys: Attributes, OldImage: Attributes, NewImage: Attributes }
// How far an import is: object is the one that is read (empty: none yet), offset and items what is done of it; key is the
// last object that is done.
structure ImportRecord {
    id: String
    table_id: String
    token: String
    started: Timestamp
    ended: Timestamp
    status: String
    source: S3BucketSource
    format: String
    options: InputFormatOptions
    compression: String
    parameters: TableCreationParameters
    number: Long
    delimiter: String
    header: Strings
    key: String
    object: String
    objects: Long
    offset: Long
    index: Long
    bytes: Long
    items: Long
    imported: Long
    errors: Long
    failure_code: String
    failure_message: String
    // Who began it.
    principal_arn: String
    principal_id: String
    principal_role: String
    session_policy: String
    is_root: Boolean
}
// Of an item that is not imported, in the log of errors.
structure ImportPointer { bucket: String, key: String, itemIndex: Long }
structure ImportErrorLine { itemS3Pointer: ImportPointer, importArn: String, errorMessages: Strings }
// What the sweeper does bit by bit: deletes a range of keys, or brings the items of a table into an index, into the
// order of expiry or into a backup, or those of a backup into a table, or of the table with the number source as it was
// at a moment; begin is where it goes on.
structure JobRecord {
    kind: String
    begin: Blob
    end: Blob
    account: String
    region: String
    table: String
    number: Long
    index: Long
    backup: String
    source: Long
    undo: Long
    moment: Long
}
// Where a SELECT goes on: in which of its partitions, and after which key; digest is the statement's.
structure StatementToken { digest: Long, partition: Long, last: Attributes }
// at: no later than the next change of a table with undo records.
structure CounterRecord { count: Long, bytes: Long, at: Long }
// reads: what the items of the request take to be read, table by table.
structure TokenRead { table: String, units: Double }
list TokenReads { member: TokenRead }
structure TokenRecord { digest: Blob, at: Long, reads: TokenReads }
