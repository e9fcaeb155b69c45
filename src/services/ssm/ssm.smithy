$version: "2"

// Systems Manager's parameters: named values with versions, labels and tags. And the records that are stored.
namespace com.amazonaws.ssm

/// Keeps settings and secrets under names and paths, with their history.
@service(sdkId: "SSM", endpointPrefix: "ssm")
@sigv4(name: "ssm")
@awsJson1_1
@xmlNamespace(uri: "http://ssm.amazonaws.com/doc/2014-11-06/")
service AmazonSSM { version: "2014-11-06" }

/// Adds a parameter, or with Overwrite a new version of it.
@action("ssm:PutParameter")
@resource("arn:aws:ssm:{region}:{account}:parameter/{Name}")
operation PutParameter {
    input := {
        @required Name: PSParameterName
        Description: ParameterDescription
        @required Value: PSParameterValue
        Type: ParameterType
        KeyId: ParameterKeyId
        Overwrite: Boolean
        AllowedPattern: AllowedPattern
        Tags: TagList
        Tier: ParameterTier
        Policies: ParameterPolicies
        DataType: ParameterDataType
    }
    output := { Version: Long, Tier: ParameterTier }
    errors: [InternalServerError, InvalidKeyId, ParameterLimitExceeded, TooManyUpdates, ParameterAlreadyExists,
        HierarchyLevelLimitExceededException, HierarchyTypeMismatchException, InvalidAllowedPatternException,
        ParameterMaxVersionLimitExceeded, ParameterPatternMismatchException, UnsupportedParameterType,
        PoliciesLimitExceededException, InvalidPolicyTypeException, InvalidPolicyAttributeException,
        IncompatiblePolicyException]
}

/// Reads one parameter, by its name and perhaps a version or label.
@readonly
@resource("arn:aws:ssm:{region}:{account}:parameter/{Name}")
operation GetParameter {
    input := { @required Name: PSParameterName, WithDecryption: Boolean }
    output := { Parameter: Parameter }
    errors: [InternalServerError, InvalidKeyId, ParameterNotFound, ParameterVersionNotFound]
}

/// Reads up to ten parameters; those that don't exist are named apart.
@readonly
operation GetParameters {
    input := { @required Names: ParameterNameList, WithDecryption: Boolean }
    output := { Parameters: ParameterList, InvalidParameters: ParameterNameList }
    errors: [InvalidKeyId, InternalServerError]
}

/// Reads the parameters below a path.
@readonly
@resource("arn:aws:ssm:{region}:{account}:parameter/{Path}")
operation GetParametersByPath {
    input := {
        @required Path: PSParameterName
        Recursive: Boolean
        ParameterFilters: ParameterStringFilterList
        WithDecryption: Boolean
        MaxResults: GetParametersByPathMaxResults
        NextToken: String
    }
    output := { Parameters: ParameterList, NextToken: String }
    errors: [InternalServerError, InvalidFilterKey, InvalidFilterOption, InvalidFilterValue, InvalidKeyId,
        InvalidNextToken]
}

/// Lists the versions of a parameter, oldest first.
@readonly
@resource("arn:aws:ssm:{region}:{account}:parameter/{Name}")
operation GetParameterHistory {
    input := {
        @required Name: PSParameterName
        WithDecryption: Boolean
        MaxResults: MaxResults
        NextToken: String
    }
    output := { Parameters: ParameterHistoryList, NextToken: String }
    errors: [InternalServerError, ParameterNotFound, InvalidNextToken, InvalidKeyId]
}

/// Deletes a parameter with all its versions.
@resource("arn:aws:ssm:{region}:{account}:parameter/{Name}")
operation DeleteParameter {
    input := { @required Name: PSParameterName }
    output := {}
    errors: [InternalServerError, ParameterNotFound]
}

/// Deletes up to ten parameters; those that don't exist are named apart.
operation DeleteParameters {
    input := { @required Names: ParameterNameList }
    output := { DeletedParameters: ParameterNameList, InvalidParameters: ParameterNameList }
    errors: [InternalServerError]
}

/// Lists what is known of parameters, without their values.
@readonly
operation DescribeParameters {
    input := {
        Filters: ParametersFilterList
        ParameterFilters: ParameterStringFilterList
        MaxResults: MaxResults
        NextToken: String
        Shared: Boolean
    }
    output := { Parameters: ParameterMetadataList, NextToken: String }
    errors: [InternalServerError, InvalidFilterKey, InvalidFilterOption, InvalidFilterValue, InvalidNextToken]
}

/// Puts labels on a version, taking them off the others.
@resource("arn:aws:ssm:{region}:{account}:parameter/{Name}")
operation LabelParameterVersion {
    input := {
        @required Name: PSParameterName
        ParameterVersion: Long
        @required Labels: ParameterLabelList
    }
    output := { InvalidLabels: ParameterLabelList, ParameterVersion: Long }
    errors: [InternalServerError, TooManyUpdates, ParameterNotFound, ParameterVersionNotFound,
        ParameterVersionLabelLimitExceeded]
}

/// Takes labels off a version.
@resource("arn:aws:ssm:{region}:{account}:parameter/{Name}")
operation UnlabelParameterVersion {
    input := {
        @required Name: PSParameterName
        @required ParameterVersion: Long
        @required Labels: ParameterLabelList
    }
    output := { RemovedLabels: ParameterLabelList, InvalidLabels: ParameterLabelList }
    errors: [InternalServerError, TooManyUpdates, ParameterNotFound, ParameterVersionNotFound]
}

/// Adds tags to a parameter.
@resource("arn:aws:ssm:{region}:{account}:parameter/{ResourceId}")
operation AddTagsToResource {
    input := {
        @required ResourceType: ResourceTypeForTagging
        @required ResourceId: String
        @required Tags: TagList
    }
    output := {}
    errors: [InvalidResourceType, InvalidResourceId, InternalServerError, TooManyTagsError, TooManyUpdates]
}

/// Takes tags off a parameter.
@resource("arn:aws:ssm:{region}:{account}:parameter/{ResourceId}")
operation RemoveTagsFromResource {
    input := {
        @required ResourceType: ResourceTypeForTagging
        @required ResourceId: String
        @required TagKeys: KeyList
    }
    output := {}
    errors: [InvalidResourceType, InvalidResourceId, InternalServerError, TooManyUpdates]
}

/// Lists the tags of a parameter.
@readonly
@resource("arn:aws:ssm:{region}:{account}:parameter/{ResourceId}")
operation ListTagsForResource {
    input := { @required ResourceType: ResourceTypeForTagging, @required ResourceId: String }
    output := { TagList: TagList }
    errors: [InvalidResourceType, InvalidResourceId, InternalServerError]
}

// ---- shapes ----

@length(min: 1, max: 2048) string PSParameterName
@length(max: 1024) string ParameterDescription
@sensitive string PSParameterValue
enum ParameterType { STRING = "String", STRINGLIST = "StringList", SECURESTRING = "SecureString" }
@length(min: 1, max: 256) @pattern("([a-zA-Z0-9:/_-]+)") string ParameterKeyId
@length(max: 1024) string AllowedPattern
@length(max: 1000) list TagList { member: Tag }
structure Tag { @required Key: TagKey, @required Value: TagValue }
@length(min: 1, max: 128) @pattern("([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)") string TagKey
@length(max: 256) @pattern("([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)") string TagValue
enum ParameterTier { STANDARD = "Standard", ADVANCED = "Advanced", INTELLIGENT_TIERING = "Intelligent-Tiering" }
@length(min: 1, max: 4096) string ParameterPolicies
@length(max: 128) string ParameterDataType
structure Parameter {
    Name: PSParameterName
    Type: ParameterType
    Value: PSParameterValue
    Version: Long
    Selector: PSParameterSelector
    SourceResult: String
    LastModifiedDate: Timestamp
    ARN: String
    DataType: ParameterDataType
}
@length(max: 128) string PSParameterSelector
@length(min: 1, max: 10) list ParameterNameList { member: PSParameterName }
list ParameterList { member: Parameter }
list ParameterStringFilterList { member: ParameterStringFilter }
structure ParameterStringFilter {
    @required Key: ParameterStringFilterKey
    Option: ParameterStringQueryOption
    Values: ParameterStringFilterValueList
}
@length(min: 1, max: 132) @pattern("(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)")
string ParameterStringFilterKey
@length(min: 1, max: 10) string ParameterStringQueryOption
@length(min: 1, max: 50) list ParameterStringFilterValueList { member: ParameterStringFilterValue }
@length(min: 1, max: 1024) string ParameterStringFilterValue
@range(min: 1, max: 10) integer GetParametersByPathMaxResults
@range(min: 1, max: 50) integer MaxResults
list ParameterHistoryList { member: ParameterHistory }
structure ParameterHistory {
    Name: PSParameterName
    Type: ParameterType
    KeyId: ParameterKeyId
    LastModifiedDate: Timestamp
    LastModifiedUser: String
    Description: ParameterDescription
    Value: PSParameterValue
    AllowedPattern: AllowedPattern
    Version: Long
    Labels: ParameterLabelList
    Tier: ParameterTier
    Policies: ParameterPolicyList
    DataType: ParameterDataType
}
@length(min: 1, max: 10) list ParameterLabelList { member: ParameterLabel }
@length(min: 1, max: 100) string ParameterLabel
list ParameterPolicyList { member: ParameterInlinePolicy }
structure ParameterInlinePolicy { PolicyText: String, PolicyType: String, PolicyStatus: String }
list ParametersFilterList { member: ParametersFilter }
structure ParametersFilter { @required Key: ParametersFilterKey, @required Values: ParametersFilterValueList }
enum ParametersFilterKey { NAME = "Name", TYPE = "Type", KEYID = "KeyId" }
@length(min: 1, max: 50) list ParametersFilterValueList { member: ParametersFilterValue }
@length(min: 1, max: 1024) string ParametersFilterValue
list ParameterMetadataList { member: ParameterMetadata }
structure ParameterMetadata {
    Name: PSParameterName
    ARN: String
    Type: ParameterType
    KeyId: ParameterKeyId
    LastModifiedDate: Timestamp
    LastModifiedUser: String
    Description: ParameterDescription
    AllowedPattern: AllowedPattern
    Version: Long
    Tier: ParameterTier
    Policies: ParameterPolicyList
    DataType: ParameterDataType
}
enum ResourceTypeForTagging {
    DOCUMENT = "Document", MANAGEDINSTANCE = "ManagedInstance", MAINTENANCEWINDOW = "MaintenanceWindow",
    PARAMETER = "Parameter", PATCHBASELINE = "PatchBaseline", OPSITEM = "OpsItem",
    OPSMETADATA = "OpsMetadata", AUTOMATION = "Automation", ASSOCIATION = "Association",
    CLOUDCONNECTOR = "CloudConnector"
}
list KeyList { member: TagKey }

// ---- errors ----

@error("server")
structure InternalServerError { Message: String }
@error("client")
structure InvalidKeyId { message: String }
@error("client")
structure ParameterLimitExceeded { message: String }
@error("client")
structure TooManyUpdates { Message: String }
@error("client")
structure ParameterAlreadyExists { message: String }
@error("client")
structure HierarchyLevelLimitExceededException { message: String }
@error("client")
structure HierarchyTypeMismatchException { message: String }
@error("client")
structure InvalidAllowedPatternException { message: String }
@error("client")
structure ParameterMaxVersionLimitExceeded { message: String }
@error("client")
structure ParameterPatternMismatchException { message: String }
@error("client")
structure UnsupportedParameterType { message: String }
@error("client")
structure PoliciesLimitExceededException { message: String }
@error("client")
structure InvalidPolicyTypeException { message: String }
@error("client")
structure InvalidPolicyAttributeException { message: String }
@error("client")
structure IncompatiblePolicyException { message: String }
@error("client")
structure ParameterNotFound { message: String }
@error("client")
structure ParameterVersionNotFound { message: String }
@error("client")
structure InvalidFilterKey { message: String }
@error("client")
structure InvalidFilterOption { message: String }
@error("client")
structure InvalidFilterValue { Message: String }
@error("client")
structure InvalidNextToken { Message: String }
@error("client")
structure ParameterVersionLabelLimitExceeded { message: String }
@error("client")
structure InvalidResourceType { message: String }
@error("client")
structure InvalidResourceId { message: String }
@error("client")
structure TooManyTagsError { message: String }

// ---- records ----

/// A parameter; key (ssm, account, region, parameter, name).
structure ParameterRecord { Version: Long, Oldest: Long, Tags: TagList }
/// One of its versions; key (ssm, account, region, version, name, number).
structure VersionRecord {
    Type: String
    Value: String
    /// Of a SecureString instead: nonce, tag and text, by AES-256-GCM.
    Sealed: Blob
    Modified: Timestamp
    User: String
    Description: String
    AllowedPattern: String
    Tier: String
    DataType: String
    KeyId: String
    Labels: ParameterLabelList
}
