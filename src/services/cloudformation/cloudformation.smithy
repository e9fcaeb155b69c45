$version: "2"

// CloudFormation: stacks, change sets, templates, exports. And the records that are stored.
namespace com.amazonaws.cloudformation

/// Makes, changes and deletes the resources of templates, whole or not at all.
@service(sdkId: "CloudFormation", endpointPrefix: "cloudformation")
@sigv4(name: "cloudformation")
@awsQuery
@xmlNamespace(uri: "http://cloudformation.amazonaws.com/doc/2010-05-15/")
service CloudFormation { version: "2010-05-15" }

/// Makes a stack of a template's resources; answers at once, the work goes on by itself.
@waits
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation CreateStack {
    input := {
        @required StackName: String
        TemplateBody: TemplateBody
        TemplateURL: TemplateURL
        Parameters: Parameters
        DisableRollback: Boolean
        RollbackConfiguration: RollbackConfiguration
        TimeoutInMinutes: TimeoutMinutes
        NotificationARNs: NotificationARNs
        Capabilities: Capabilities
        ResourceTypes: ResourceTypes
        RoleARN: RoleARN
        OnFailure: OnFailure
        StackPolicyBody: StackPolicyBody
        StackPolicyURL: StackPolicyURL
        Tags: Tags
        ClientRequestToken: ClientRequestToken
        EnableTerminationProtection: Boolean
        RetainExceptOnCreate: Boolean
        DeploymentConfig: DeploymentConfig
        DisableValidation: Boolean
    }
    output := { StackId: String, OperationId: String }
    errors: [LimitExceededException, AlreadyExistsException, TokenAlreadyExistsException,
        InsufficientCapabilitiesException]
}

/// Changes a stack to what a template or other parameters say.
@waits
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation UpdateStack {
    input := {
        @required StackName: String
        TemplateBody: TemplateBody
        TemplateURL: TemplateURL
        UsePreviousTemplate: Boolean
        StackPolicyDuringUpdateBody: StackPolicyDuringUpdateBody
        StackPolicyDuringUpdateURL: StackPolicyDuringUpdateURL
        Parameters: Parameters
        Capabilities: Capabilities
        ResourceTypes: ResourceTypes
        RoleARN: RoleARN
        RollbackConfiguration: RollbackConfiguration
        StackPolicyBody: StackPolicyBody
        StackPolicyURL: StackPolicyURL
        NotificationARNs: NotificationARNs
        Tags: Tags
        DisableRollback: Boolean
        ClientRequestToken: ClientRequestToken
        RetainExceptOnCreate: Boolean
        DeploymentConfig: DeploymentConfig
        DisableValidation: Boolean
    }
    output := { StackId: String, OperationId: String }
    errors: [InsufficientCapabilitiesException, TokenAlreadyExistsException]
}

/// Deletes a stack with its resources.
@waits
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation DeleteStack {
    input := {
        @required StackName: String
        RetainResources: RetainResources
        RoleARN: RoleARN
        ClientRequestToken: ClientRequestToken
        DeletionMode: DeletionMode
        DeploymentConfig: DeploymentConfig
    }
    errors: [TokenAlreadyExistsException]
}

/// Describes one stack, or all that are not deleted.
@readonly
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation DescribeStacks {
    input := { StackName: String, NextToken: NextToken }
    output := { Stacks: Stacks, NextToken: NextToken }
}

/// Lists what happened to a stack, newest first.
@readonly
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation DescribeStackEvents {
    input := { @required StackName: String, NextToken: NextToken }
    output := { StackEvents: StackEvents, NextToken: NextToken }
}

/// Describes one resource of a stack.
@readonly
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation DescribeStackResource {
    input := { @required StackName: String, @required LogicalResourceId: String }
    output := { StackResourceDetail: StackResourceDetail }
}

/// Describes the resources of a stack, or the stack of a resource.
@readonly
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation DescribeStackResources {
    input := { StackName: String, LogicalResourceId: String, PhysicalResourceId: String }
    output := { StackResources: StackResources }
}

/// Lists the resources of a stack.
@readonly
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation ListStackResources {
    input := { @required StackName: String, NextToken: NextToken }
    output := { StackResourceSummaries: StackResourceSummaries, NextToken: NextToken }
}

/// Lists stacks by status, also deleted ones.
@readonly
operation ListStacks {
    input := { NextToken: NextToken, StackStatusFilter: StackStatusFilter }
    output := { StackSummaries: StackSummaries, NextToken: NextToken }
}

/// The template of a stack or change set, as it was given or as its transform left it.
@readonly
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation GetTemplate {
    input := { StackName: String, ChangeSetName: ChangeSetNameOrId, TemplateStage: TemplateStage }
    output := { TemplateBody: TemplateBody, StagesAvailable: StageList }
    errors: [ChangeSetNotFoundException]
}

/// What a template declares: parameters, resource types, capabilities.
@waits
operation GetTemplateSummary {
    input := {
        TemplateBody: TemplateBody
        TemplateURL: TemplateURL
        StackName: StackNameOrId
        StackSetName: StackSetNameOrId
        CallAs: CallAs
        TemplateSummaryConfig: TemplateSummaryConfig
    }
    output := {
        Parameters: ParameterDeclarations
        Description: Description
        Capabilities: Capabilities
        CapabilitiesReason: String
        ResourceTypes: ResourceTypes
        Version: String
        Metadata: String
        DeclaredTransforms: TransformsList
        ResourceIdentifierSummaries: ResourceIdentifierSummaries
        Warnings: Warnings
    }
    errors: [StackSetNotFoundException]
}

/// Checks a template and lists its parameters.
@waits
operation ValidateTemplate {
    input := { TemplateBody: TemplateBody, TemplateURL: TemplateURL }
    output := {
        Parameters: TemplateParameters
        Description: Description
        Capabilities: Capabilities
        CapabilitiesReason: String
        DeclaredTransforms: TransformsList
    }
}

/// Works out what a template would change, for a new stack or one that there is.
@waits
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation CreateChangeSet {
    input := {
        @required StackName: StackNameOrId
        TemplateBody: TemplateBody
        TemplateURL: TemplateURL
        UsePreviousTemplate: Boolean
        Parameters: Parameters
        Capabilities: Capabilities
        ResourceTypes: ResourceTypes
        RoleARN: RoleARN
        RollbackConfiguration: RollbackConfiguration
        NotificationARNs: NotificationARNs
        Tags: Tags
        @required ChangeSetName: ChangeSetName
        ClientToken: ClientToken
        Description: Description
        ChangeSetType: ChangeSetType
        ResourcesToImport: ResourcesToImport
        IncludeNestedStacks: Boolean
        OnStackFailure: OnStackFailure
        ImportExistingResources: Boolean
        DeploymentMode: DeploymentMode
        DeploymentConfig: DeploymentConfig
        DisableValidation: Boolean
    }
    output := { Id: ChangeSetId, StackId: String }
    errors: [AlreadyExistsException, InsufficientCapabilitiesException, LimitExceededException]
}

/// Describes a change set and its changes.
@readonly
operation DescribeChangeSet {
    input := {
        @required ChangeSetName: ChangeSetNameOrId
        StackName: StackNameOrId
        NextToken: NextToken
        IncludePropertyValues: Boolean
    }
    output := {
        ChangeSetName: ChangeSetName
        ChangeSetId: ChangeSetId
        StackId: String
        StackName: String
        Description: Description
        Parameters: Parameters
        CreationTime: Timestamp
        ExecutionStatus: ExecutionStatus
        Status: ChangeSetStatus
        StatusReason: String
        StackDriftStatus: StackDriftStatus
        NotificationARNs: NotificationARNs
        RollbackConfiguration: RollbackConfiguration
        Capabilities: Capabilities
        Tags: Tags
        Changes: Changes
        NextToken: NextToken
        IncludeNestedStacks: Boolean
        ParentChangeSetId: ChangeSetId
        RootChangeSetId: ChangeSetId
        OnStackFailure: OnStackFailure
        ImportExistingResources: Boolean
        DeploymentMode: DeploymentMode
        DeploymentConfig: DeploymentConfig
    }
    errors: [ChangeSetNotFoundException]
}

/// Makes the changes of a change set.
@waits
operation ExecuteChangeSet {
    input := {
        @required ChangeSetName: ChangeSetNameOrId
        StackName: StackNameOrId
        ClientRequestToken: ClientRequestToken
        DisableRollback: Boolean
        RetainExceptOnCreate: Boolean
    }
    output := {}
    errors: [InvalidChangeSetStatusException, ChangeSetNotFoundException, InsufficientCapabilitiesException,
        TokenAlreadyExistsException]
}

/// Deletes a change set.
operation DeleteChangeSet {
    input := { @required ChangeSetName: ChangeSetNameOrId, StackName: StackNameOrId }
    output := {}
    errors: [InvalidChangeSetStatusException]
}

/// Lists the change sets of a stack.
@readonly
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation ListChangeSets {
    input := { @required StackName: StackNameOrId, NextToken: NextToken }
    output := { Summaries: ChangeSetSummaries, NextToken: NextToken }
}

/// Lists the values that stacks export.
@readonly
operation ListExports {
    input := { NextToken: NextToken }
    output := { Exports: Exports, NextToken: NextToken }
}

/// Lists the stacks that import an exported value.
@readonly
operation ListImports {
    input := { @required ExportName: String, NextToken: NextToken }
    output := { Imports: Imports, NextToken: NextToken }
}

/// Stores a stack's policy for updates.
@waits
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation SetStackPolicy {
    input := {
        @required StackName: String
        StackPolicyBody: StackPolicyBody
        StackPolicyURL: StackPolicyURL
    }
}

/// Reads a stack's policy.
@readonly
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation GetStackPolicy {
    input := { @required StackName: String }
    output := { StackPolicyBody: StackPolicyBody }
}

/// Ends an update that is going on, and rolls it back.
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation CancelUpdateStack {
    input := { @required StackName: String, ClientRequestToken: ClientRequestToken }
    errors: [TokenAlreadyExistsException]
}

/// Tries a rollback again that failed.
@waits
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation ContinueUpdateRollback {
    input := {
        @required StackName: StackNameOrId
        RoleARN: RoleARN
        ResourcesToSkip: ResourcesToSkip
        ClientRequestToken: ClientRequestToken
        ForceRollback: Boolean
    }
    output := {}
    errors: [TokenAlreadyExistsException]
}

/// Switches a stack's protection from deletion.
@resource("arn:aws:cloudformation:{region}:{account}:stack/{StackName}/*")
operation UpdateTerminationProtection {
    input := { @required EnableTerminationProtection: Boolean, @required StackName: StackNameOrId }
    output := { StackId: String }
}

// ---- shapes ----

@length(min: 1) string TemplateBody
@length(min: 1, max: 5120) string TemplateURL
list Parameters { member: Parameter }
structure Parameter {
    ParameterKey: String
    ParameterValue: String
    UsePreviousValue: Boolean
    ResolvedValue: String
}
structure RollbackConfiguration { RollbackTriggers: RollbackTriggers, MonitoringTimeInMinutes: MonitoringTimeInMinutes }
@length(max: 5) list RollbackTriggers { member: RollbackTrigger }
structure RollbackTrigger { @required Arn: String, @required Type: String }
@range(min: 0, max: 180) integer MonitoringTimeInMinutes
@range(min: 1) integer TimeoutMinutes
@length(max: 5) list NotificationARNs { member: String }
list Capabilities { member: Capability }
enum Capability {
    CAPABILITY_IAM = "CAPABILITY_IAM", CAPABILITY_NAMED_IAM = "CAPABILITY_NAMED_IAM",
    CAPABILITY_AUTO_EXPAND = "CAPABILITY_AUTO_EXPAND"
}
list ResourceTypes { member: ResourceType }
@length(min: 1, max: 256) string ResourceType
@length(min: 20, max: 2048) string RoleARN
enum OnFailure { DO_NOTHING = "DO_NOTHING", ROLLBACK = "ROLLBACK", DELETE = "DELETE" }
@length(min: 1, max: 16384) string StackPolicyBody
@length(min: 1, max: 5120) string StackPolicyURL
@length(max: 50) list Tags { member: Tag }
structure Tag { @required Key: TagKey, @required Value: TagValue }
@length(min: 1, max: 128) string TagKey
@length(min: 1, max: 256) string TagValue
@length(min: 1, max: 128) @pattern("[a-zA-Z0-9][-a-zA-Z0-9]*") string ClientRequestToken
structure DeploymentConfig { Mode: DeploymentConfigMode, DisableRollback: Boolean }
enum DeploymentConfigMode { STANDARD = "STANDARD", EXPRESS = "EXPRESS" }
@length(min: 1, max: 16384) string StackPolicyDuringUpdateBody
@length(min: 1, max: 5120) string StackPolicyDuringUpdateURL
list RetainResources { member: String }
enum DeletionMode { STANDARD = "STANDARD", FORCE_DELETE_STACK = "FORCE_DELETE_STACK" }
@length(min: 1, max: 1024) string NextToken
list Stacks { member: Stack }
structure Stack {
    StackId: String
    @required StackName: String
    ChangeSetId: ChangeSetId
    Description: Description
    Parameters: Parameters
    @required CreationTime: Timestamp
    DeletionTime: Timestamp
    LastUpdatedTime: Timestamp
    RollbackConfiguration: RollbackConfiguration
    @required StackStatus: StackStatus
    StackStatusReason: String
    DisableRollback: Boolean
    DeploymentConfig: DeploymentConfig
    NotificationARNs: NotificationARNs
    TimeoutInMinutes: TimeoutMinutes
    Capabilities: Capabilities
    Outputs: Outputs
    RoleARN: RoleARN
    Tags: Tags
    EnableTerminationProtection: Boolean
    ParentId: String
    RootId: String
    DriftInformation: StackDriftInformation
    RetainExceptOnCreate: Boolean
    DeletionMode: DeletionMode
    DetailedStatus: DetailedStatus
    LastOperations: LastOperations
    AliasName: AliasName
}
@length(min: 1) @pattern("arn:[-a-zA-Z0-9:/]*") string ChangeSetId
@length(min: 1, max: 1024) string Description
enum StackStatus {
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS", CREATE_FAILED = "CREATE_FAILED",
    CREATE_COMPLETE = "CREATE_COMPLETE", ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS",
    ROLLBACK_FAILED = "ROLLBACK_FAILED", ROLLBACK_COMPLETE = "ROLLBACK_COMPLETE",
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS", DELETE_FAILED = "DELETE_FAILED",
    DELETE_COMPLETE = "DELETE_COMPLETE", UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS",
    UPDATE_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    UPDATE_COMPLETE = "UPDATE_COMPLETE", UPDATE_FAILED = "UPDATE_FAILED",
    UPDATE_ROLLBACK_IN_PROGRESS = "UPDATE_ROLLBACK_IN_PROGRESS",
    UPDATE_ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED",
    UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    UPDATE_ROLLBACK_COMPLETE = "UPDATE_ROLLBACK_COMPLETE", REVIEW_IN_PROGRESS = "REVIEW_IN_PROGRESS",
    IMPORT_IN_PROGRESS = "IMPORT_IN_PROGRESS", IMPORT_COMPLETE = "IMPORT_COMPLETE",
    IMPORT_ROLLBACK_IN_PROGRESS = "IMPORT_ROLLBACK_IN_PROGRESS",
    IMPORT_ROLLBACK_FAILED = "IMPORT_ROLLBACK_FAILED",
    IMPORT_ROLLBACK_COMPLETE = "IMPORT_ROLLBACK_COMPLETE"
}
list Outputs { member: Output }
structure Output { OutputKey: String, OutputValue: String, Description: Description, ExportName: String }
structure StackDriftInformation { @required StackDriftStatus: StackDriftStatus, LastCheckTimestamp: Timestamp }
enum StackDriftStatus {
    DRIFTED = "DRIFTED", IN_SYNC = "IN_SYNC", UNKNOWN = "UNKNOWN", NOT_CHECKED = "NOT_CHECKED"
}
enum DetailedStatus {
    CONFIGURATION_COMPLETE = "CONFIGURATION_COMPLETE", VALIDATION_FAILED = "VALIDATION_FAILED"
}
list LastOperations { member: OperationEntry }
structure OperationEntry { OperationType: OperationType, OperationId: String }
enum OperationType {
    CREATE_STACK = "CREATE_STACK", UPDATE_STACK = "UPDATE_STACK", DELETE_STACK = "DELETE_STACK",
    CONTINUE_ROLLBACK = "CONTINUE_ROLLBACK", ROLLBACK = "ROLLBACK",
    CREATE_CHANGESET = "CREATE_CHANGESET"
}
@length(min: 1, max: 128) string AliasName
list StackEvents { member: StackEvent }
structure StackEvent {
    @required StackId: String
    @required EventId: String
    @required StackName: String
    OperationId: String
    LogicalResourceId: String
    PhysicalResourceId: String
    ResourceType: ResourceType
    @required Timestamp: Timestamp
    ResourceStatus: ResourceStatus
    ResourceStatusReason: String
    ResourceProperties: String
    ClientRequestToken: ClientRequestToken
    HookType: HookType
    HookStatus: HookStatus
    HookStatusReason: HookStatusReason
    HookInvocationPoint: HookInvocationPoint
    HookInvocationId: HookInvocationId
    HookFailureMode: HookFailureMode
    DetailedStatus: DetailedStatus
}
enum ResourceStatus {
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS", CREATE_FAILED = "CREATE_FAILED",
    CREATE_COMPLETE = "CREATE_COMPLETE", DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS",
    DELETE_FAILED = "DELETE_FAILED", DELETE_COMPLETE = "DELETE_COMPLETE",
    DELETE_SKIPPED = "DELETE_SKIPPED", UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS",
    UPDATE_FAILED = "UPDATE_FAILED", UPDATE_COMPLETE = "UPDATE_COMPLETE",
    IMPORT_FAILED = "IMPORT_FAILED", IMPORT_COMPLETE = "IMPORT_COMPLETE",
    IMPORT_IN_PROGRESS = "IMPORT_IN_PROGRESS",
    IMPORT_ROLLBACK_IN_PROGRESS = "IMPORT_ROLLBACK_IN_PROGRESS",
    IMPORT_ROLLBACK_FAILED = "IMPORT_ROLLBACK_FAILED",
    IMPORT_ROLLBACK_COMPLETE = "IMPORT_ROLLBACK_COMPLETE", EXPORT_FAILED = "EXPORT_FAILED",
    EXPORT_COMPLETE = "EXPORT_COMPLETE", EXPORT_IN_PROGRESS = "EXPORT_IN_PROGRESS",
    EXPORT_ROLLBACK_IN_PROGRESS = "EXPORT_ROLLBACK_IN_PROGRESS",
    EXPORT_ROLLBACK_FAILED = "EXPORT_ROLLBACK_FAILED",
    EXPORT_ROLLBACK_COMPLETE = "EXPORT_ROLLBACK_COMPLETE",
    UPDATE_ROLLBACK_IN_PROGRESS = "UPDATE_ROLLBACK_IN_PROGRESS",
    UPDATE_ROLLBACK_COMPLETE = "UPDATE_ROLLBACK_COMPLETE",
    UPDATE_ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED", ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS",
    ROLLBACK_COMPLETE = "ROLLBACK_COMPLETE", ROLLBACK_FAILED = "ROLLBACK_FAILED"
}
@length(min: 1, max: 255) string HookType
enum HookStatus {
    HOOK_IN_PROGRESS = "HOOK_IN_PROGRESS", HOOK_COMPLETE_SUCCEEDED = "HOOK_COMPLETE_SUCCEEDED",
    HOOK_COMPLETE_FAILED = "HOOK_COMPLETE_FAILED", HOOK_FAILED = "HOOK_FAILED"
}
@length(min: 1, max: 1024) string HookStatusReason
enum HookInvocationPoint { PRE_PROVISION = "PRE_PROVISION" }
@length(min: 36, max: 36) @pattern("[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}")
string HookInvocationId
enum HookFailureMode { FAIL = "FAIL", WARN = "WARN" }
structure StackResourceDetail {
    StackName: String
    StackId: String
    @required LogicalResourceId: String
    PhysicalResourceId: String
    @required ResourceType: ResourceType
    @required LastUpdatedTimestamp: Timestamp
    @required ResourceStatus: ResourceStatus
    ResourceStatusReason: String
    Description: Description
    Metadata: String
    DriftInformation: StackResourceDriftInformation
    ModuleInfo: ModuleInfo
}
structure StackResourceDriftInformation { @required StackResourceDriftStatus: StackResourceDriftStatus, LastCheckTimestamp: Timestamp }
enum StackResourceDriftStatus {
    IN_SYNC = "IN_SYNC", MODIFIED = "MODIFIED", DELETED = "DELETED", NOT_CHECKED = "NOT_CHECKED",
    UNKNOWN = "UNKNOWN", UNSUPPORTED = "UNSUPPORTED"
}
structure ModuleInfo { TypeHierarchy: String, LogicalIdHierarchy: String }
list StackResources { member: StackResource }
structure StackResource {
    StackName: String
    StackId: String
    @required LogicalResourceId: String
    PhysicalResourceId: String
    @required ResourceType: ResourceType
    @required Timestamp: Timestamp
    @required ResourceStatus: ResourceStatus
    ResourceStatusReason: String
    Description: Description
    DriftInformation: StackResourceDriftInformation
    ModuleInfo: ModuleInfo
}
list StackResourceSummaries { member: StackResourceSummary }
structure StackResourceSummary {
    @required LogicalResourceId: String
    PhysicalResourceId: String
    @required ResourceType: ResourceType
    @required LastUpdatedTimestamp: Timestamp
    @required ResourceStatus: ResourceStatus
    ResourceStatusReason: String
    DriftInformation: StackResourceDriftInformationSummary
    ModuleInfo: ModuleInfo
}
structure StackResourceDriftInformationSummary { @required StackResourceDriftStatus: StackResourceDriftStatus, LastCheckTimestamp: Timestamp }
list StackStatusFilter { member: StackStatus }
list StackSummaries { member: StackSummary }
structure StackSummary {
    StackId: String
    @required StackName: String
    TemplateDescription: String
    @required CreationTime: Timestamp
    LastUpdatedTime: Timestamp
    DeletionTime: Timestamp
    @required StackStatus: StackStatus
    StackStatusReason: String
    ParentId: String
    RootId: String
    DriftInformation: StackDriftInformationSummary
    LastOperations: LastOperations
}
structure StackDriftInformationSummary { @required StackDriftStatus: StackDriftStatus, LastCheckTimestamp: Timestamp }
@length(min: 1, max: 1600) @pattern("[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/]*") string ChangeSetNameOrId
enum TemplateStage { ORIGINAL = "Original", PROCESSED = "Processed" }
list StageList { member: TemplateStage }
@length(min: 1) @pattern("([a-zA-Z][-a-zA-Z0-9]*)|(arn:\\b(aws|aws-us-gov|aws-cn)\\b:[-a-zA-Z0-9:/._+]*)")
string StackNameOrId
@pattern("[a-zA-Z][-a-zA-Z0-9]*(?::[a-zA-Z0-9]{8}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{4}-[a-zA-Z0-9]{12})?") string StackSetNameOrId
enum CallAs { SELF = "SELF", DELEGATED_ADMIN = "DELEGATED_ADMIN" }
structure TemplateSummaryConfig { TreatUnrecognizedResourceTypesAsWarnings: Boolean }
list ParameterDeclarations { member: ParameterDeclaration }
structure ParameterDeclaration {
    ParameterKey: String
    DefaultValue: String
    ParameterType: String
    NoEcho: Boolean
    Description: Description
    ParameterConstraints: ParameterConstraints
}
structure ParameterConstraints { AllowedValues: AllowedValues }
list AllowedValues { member: String }
list TransformsList { member: String }
list ResourceIdentifierSummaries { member: ResourceIdentifierSummary }
structure ResourceIdentifierSummary {
    ResourceType: ResourceType
    LogicalResourceIds: LogicalResourceIds
    ResourceIdentifiers: ResourceIdentifiers
}
@length(min: 1, max: 200) list LogicalResourceIds { member: String }
list ResourceIdentifiers { member: ResourceIdentifierPropertyKey }
@length(min: 1, max: 2048) string ResourceIdentifierPropertyKey
structure Warnings { UnrecognizedResourceTypes: ResourceTypes }
list TemplateParameters { member: TemplateParameter }
structure TemplateParameter { ParameterKey: String, DefaultValue: String, NoEcho: Boolean, Description: Description }
@length(min: 1, max: 128) @pattern("[a-zA-Z][-a-zA-Z0-9]*") string ChangeSetName
@length(min: 1, max: 128) string ClientToken
enum ChangeSetType { CREATE = "CREATE", UPDATE = "UPDATE", IMPORT = "IMPORT" }
@length(max: 200) list ResourcesToImport { member: ResourceToImport }
structure ResourceToImport {
    @required ResourceType: ResourceType
    @required LogicalResourceId: String
    @required ResourceIdentifier: ResourceIdentifierProperties
}
@length(min: 1, max: 256) map ResourceIdentifierProperties { key: ResourceIdentifierPropertyKey, value: ResourceIdentifierPropertyValue }
@length(min: 1, max: 2048) string ResourceIdentifierPropertyValue
enum OnStackFailure { DO_NOTHING = "DO_NOTHING", ROLLBACK = "ROLLBACK", DELETE = "DELETE" }
enum DeploymentMode { REVERT_DRIFT = "REVERT_DRIFT" }
enum ExecutionStatus {
    UNAVAILABLE = "UNAVAILABLE", AVAILABLE = "AVAILABLE", EXECUTE_IN_PROGRESS = "EXECUTE_IN_PROGRESS",
    EXECUTE_COMPLETE = "EXECUTE_COMPLETE", EXECUTE_FAILED = "EXECUTE_FAILED", OBSOLETE = "OBSOLETE"
}
enum ChangeSetStatus {
    CREATE_PENDING = "CREATE_PENDING", CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS",
    CREATE_COMPLETE = "CREATE_COMPLETE", DELETE_PENDING = "DELETE_PENDING",
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS", DELETE_COMPLETE = "DELETE_COMPLETE",
    DELETE_FAILED = "DELETE_FAILED", FAILED = "FAILED"
}
list Changes { member: Change }
structure Change { Type: ChangeType, HookInvocationCount: HookInvocationCount, ResourceChange: ResourceChange }
enum ChangeType { RESOURCE = "Resource" }
@range(min: 1, max: 100) integer HookInvocationCount
structure ResourceChange {
    PolicyAction: PolicyAction
    Action: ChangeAction
    LogicalResourceId: String
    PhysicalResourceId: String
    ResourceType: ResourceType
    Replacement: Replacement
    Scope: Scope
    ResourceDriftStatus: StackResourceDriftStatus
    ResourceDriftIgnoredAttributes: ResourceDriftIgnoredAttributes
    Details: ResourceChangeDetails
    ChangeSetId: ChangeSetId
    ModuleInfo: ModuleInfo
    BeforeContext: String
    AfterContext: String
    PreviousDeploymentContext: String
}
enum PolicyAction {
    DELETE = "Delete", RETAIN = "Retain", SNAPSHOT = "Snapshot", REPLACEANDDELETE = "ReplaceAndDelete",
    REPLACEANDRETAIN = "ReplaceAndRetain", REPLACEANDSNAPSHOT = "ReplaceAndSnapshot"
}
enum ChangeAction {
    ADD = "Add", MODIFY = "Modify", REMOVE = "Remove", IMPORT = "Import", DYNAMIC = "Dynamic",
    SYNCWITHACTUAL = "SyncWithActual"
}
enum Replacement { TRUE = "True", FALSE = "False", CONDITIONAL = "Conditional" }
list Scope { member: ResourceAttribute }
enum ResourceAttribute {
    PROPERTIES = "Properties", METADATA = "Metadata", CREATIONPOLICY = "CreationPolicy",
    UPDATEPOLICY = "UpdatePolicy", DELETIONPOLICY = "DeletionPolicy",
    UPDATEREPLACEPOLICY = "UpdateReplacePolicy", TAGS = "Tags"
}
list ResourceDriftIgnoredAttributes { member: ResourceDriftIgnoredAttribute }
structure ResourceDriftIgnoredAttribute { Path: String, Reason: DriftIgnoredReason }
enum DriftIgnoredReason {
    MANAGED_BY_AWS = "MANAGED_BY_AWS", WRITE_ONLY_PROPERTY = "WRITE_ONLY_PROPERTY",
    SENSITIVE_PROPERTY = "SENSITIVE_PROPERTY"
}
list ResourceChangeDetails { member: ResourceChangeDetail }
structure ResourceChangeDetail {
    Target: ResourceTargetDefinition
    Evaluation: EvaluationType
    ChangeSource: ChangeSource
    CausingEntity: String
}
structure ResourceTargetDefinition {
    Attribute: ResourceAttribute
    Name: String
    RequiresRecreation: RequiresRecreation
    Path: String
    BeforeValue: String
    AfterValue: String
    BeforeValueFrom: BeforeValueFrom
    AfterValueFrom: AfterValueFrom
    Drift: LiveResourceDrift
    AttributeChangeType: AttributeChangeType
}
enum RequiresRecreation { NEVER = "Never", CONDITIONALLY = "Conditionally", ALWAYS = "Always" }
enum BeforeValueFrom { PREVIOUS_DEPLOYMENT_STATE = "PREVIOUS_DEPLOYMENT_STATE", ACTUAL_STATE = "ACTUAL_STATE" }
enum AfterValueFrom { TEMPLATE = "TEMPLATE" }
structure LiveResourceDrift { PreviousValue: String, ActualValue: String, DriftDetectionTimestamp: Timestamp }
enum AttributeChangeType { ADD = "Add", REMOVE = "Remove", MODIFY = "Modify", SYNCWITHACTUAL = "SyncWithActual" }
enum EvaluationType { STATIC = "Static", DYNAMIC = "Dynamic" }
enum ChangeSource {
    RESOURCEREFERENCE = "ResourceReference", PARAMETERREFERENCE = "ParameterReference",
    RESOURCEATTRIBUTE = "ResourceAttribute", DIRECTMODIFICATION = "DirectModification",
    AUTOMATIC = "Automatic", NOMODIFICATION = "NoModification"
}
list ChangeSetSummaries { member: ChangeSetSummary }
structure ChangeSetSummary {
    StackId: String
    StackName: String
    ChangeSetId: ChangeSetId
    ChangeSetName: ChangeSetName
    ExecutionStatus: ExecutionStatus
    Status: ChangeSetStatus
    StatusReason: String
    CreationTime: Timestamp
    Description: Description
    IncludeNestedStacks: Boolean
    ParentChangeSetId: ChangeSetId
    RootChangeSetId: ChangeSetId
    ImportExistingResources: Boolean
}
list Exports { member: Export }
structure Export { ExportingStackId: String, Name: String, Value: String }
list Imports { member: String }
list ResourcesToSkip { member: ResourceToSkip }
@pattern("[a-zA-Z0-9]+|[a-zA-Z][-a-zA-Z0-9]*\\.[a-zA-Z0-9]+") string ResourceToSkip

// ---- errors ----

@error("client") @awsQueryError(code: "LimitExceededException", httpResponseCode: 400)
structure LimitExceededException { message: String }
@error("client") @awsQueryError(code: "AlreadyExistsException", httpResponseCode: 400)
structure AlreadyExistsException { message: String }
@error("client") @awsQueryError(code: "TokenAlreadyExistsException", httpResponseCode: 400)
structure TokenAlreadyExistsException { message: String }
@error("client") @awsQueryError(code: "InsufficientCapabilitiesException", httpResponseCode: 400)
structure InsufficientCapabilitiesException { message: String }
@error("client") @httpError(404) @awsQueryError(code: "ChangeSetNotFound", httpResponseCode: 404)
structure ChangeSetNotFoundException { message: String }
@error("client") @httpError(404) @awsQueryError(code: "StackSetNotFoundException", httpResponseCode: 404)
structure StackSetNotFoundException { message: String }
@error("client") @awsQueryError(code: "InvalidChangeSetStatus", httpResponseCode: 400)
structure InvalidChangeSetStatusException { message: String }

@error("client") @awsQueryError(code: "ValidationError", httpResponseCode: 400)
structure ValidationError { Message: String }

// ---- records ----

/// What a stack is made of, or is to be made of.
structure StackContent {
    Template: String
    /// The template after its transforms, in JSON.
    Processed: String
    Description: String
    Parameters: ParameterRecords
    Capabilities: Capabilities
    Tags: Tags
    NotificationARNs: NotificationARNs
    RoleARN: RoleARN
}
structure ParameterRecord { Key: String, Given: String, Value: String, Hidden: Boolean }
list ParameterRecords { member: ParameterRecord }
list Names { member: String }

/// A stack; key (cloudformation, account, region, stack, uuid).
structure StackRecord {
    Id: String
    StackId: String
    Name: String
    Status: String
    Reason: String
    Created: Timestamp
    Updated: Timestamp
    Deleted: Timestamp
    Current: StackContent
    Next: StackContent
    /// Of a stack in a stack: what it was before the parent's operation of that number.
    Previous: StackContent
    ParentOperation: Long
    Outputs: Outputs
    DisableRollback: Boolean
    OnFailure: String
    TimeoutInMinutes: Integer
    Protected: Boolean
    Policy: String
    ChangeSetId: String
    ParentId: String
    RootId: String
    Token: String
    Retained: Names
    Cancelled: Boolean
    /// Counts operations: names of replacements and tokens come of it.
    Operation: Long
    PrincipalArn: String
    PrincipalId: String
    PrincipalRole: String
    /// What narrows that role's session.
    SessionPolicy: String
    IsRoot: Boolean
    /// The role that makes the resources.
    RoleARN: String
    /// The policy of one update, in place of the stack's.
    UpdatePolicy: String
    RetainExceptOnCreate: Boolean
    /// FORCE_DELETE_STACK: what can't be deleted is left.
    Forced: Boolean
}

/// A resource of a stack; keys (.., resource, uuid, logical id), and the same under "before" and "old".
structure ResourceRecord {
    LogicalId: String
    Type: String
    PhysicalId: String
    Status: String
    Reason: String
    Updated: Timestamp
    Properties: String
    Attributes: String
    Metadata: String
    Description: String
    DependsOn: Names
    DeletionPolicy: String
    UpdateReplacePolicy: String
    Operation: Long
    /// The properties without secrets, when that is not what they are: for events.
    Shown: String
    /// Its attributes are secrets.
    Hidden: Boolean
}

/// Key (.., changeset, stack uuid, name).
structure ChangeSetRecord {
    Id: String
    Name: String
    Type: String
    Status: String
    Reason: String
    Execution: String
    Description: String
    Created: Timestamp
    Content: StackContent
    Changes: Changes
    OnStackFailure: String
}

structure ExportRecord { StackId: String, Value: String }
