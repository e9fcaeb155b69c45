$version: "2"

// IAM: users and their access keys, roles, policies; and the records that the service stores.
namespace com.amazonaws.iam

/// Says who may do what: users, roles, access keys and policies.
@service(sdkId: "IAM", endpointPrefix: "iam")
@sigv4(name: "iam")
@awsQuery
@xmlNamespace(uri: "https://iam.amazonaws.com/doc/2010-05-08/")
service AWSIdentityManagementV20100508 { version: "2010-05-08" }

// ---- users ----

/// Makes a user, who can have access keys and policies.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation CreateUser {
    input := { Path: Path, @required UserName: UserName, PermissionsBoundary: Arn, Tags: TagList }
    output := { User: User }
    errors: [LimitExceededException, EntityAlreadyExistsException, NoSuchEntityException
        InvalidInputException, ConcurrentModificationException, ServiceFailureException]
}

/// Describes a user; without a name, the one who asks.
@readonly
@resource("arn:aws:iam::{account}:user/{UserName}")
operation GetUser {
    input := { UserName: UserName }
    output := { @required User: User }
    errors: [NoSuchEntityException, ServiceFailureException]
}

/// Deletes a user who has no access keys and no policies left.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation DeleteUser {
    input := { @required UserName: UserName }
    errors: [LimitExceededException, NoSuchEntityException, DeleteConflictException
        ConcurrentModificationException, ServiceFailureException]
}

/// Lists the users of the account, by path.
@readonly
@resource("arn:aws:iam::{account}:user/")
operation ListUsers {
    input := { PathPrefix: PathPrefix, Marker: Marker, MaxItems: MaxItems }
    output := { @required Users: UserList, IsTruncated: Boolean, Marker: String }
    errors: [ServiceFailureException]
}

/// Adds tags to a user.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation TagUser {
    input := { @required UserName: UserName, @required Tags: TagList }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException
        ConcurrentModificationException, ServiceFailureException]
}

/// Takes tags off a user.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation UntagUser {
    input := { @required UserName: UserName, @required TagKeys: TagKeyList }
    errors: [NoSuchEntityException, ConcurrentModificationException, ServiceFailureException]
}

/// Lists the tags of a user.
@readonly
@resource("arn:aws:iam::{account}:user/{UserName}")
operation ListUserTags {
    input := { @required UserName: UserName, Marker: Marker, MaxItems: MaxItems }
    output := { @required Tags: TagList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, ServiceFailureException]
}

// ---- access keys ----

/// Makes an access key; its secret is shown this once.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation CreateAccessKey {
    input := { UserName: UserName }
    output := { @required AccessKey: AccessKey }
    errors: [NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

/// Lists the access keys of a user, without their secrets.
@readonly
@resource("arn:aws:iam::{account}:user/{UserName}")
operation ListAccessKeys {
    input := { UserName: UserName, Marker: Marker, MaxItems: MaxItems }
    output := { @required AccessKeyMetadata: AccessKeyMetadataList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, ServiceFailureException]
}

/// Switches an access key on or off.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation UpdateAccessKey {
    input := { UserName: UserName, @required AccessKeyId: AccessKeyId, @required Status: StatusType }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException, ServiceFailureException]
}

/// Deletes an access key: what it signs is refused from then on.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation DeleteAccessKey {
    input := { UserName: UserName, @required AccessKeyId: AccessKeyId }
    errors: [NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

// ---- roles ----

/// Makes a role with the policy that says who may take it.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation CreateRole {
    input := {
        Path: Path
        @required RoleName: RoleName
        @required AssumeRolePolicyDocument: PolicyDocument
        Description: RoleDescription
        MaxSessionDuration: RoleMaxSessionDuration
        PermissionsBoundary: Arn
        Tags: TagList
    }
    output := { @required Role: Role }
    errors: [LimitExceededException, InvalidInputException, EntityAlreadyExistsException
        MalformedPolicyDocumentException, NoSuchEntityException, ConcurrentModificationException
        ServiceFailureException]
}

/// Describes a role.
@readonly
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation GetRole {
    input := { @required RoleName: RoleName }
    output := { @required Role: Role }
    errors: [NoSuchEntityException, ServiceFailureException]
}

/// Changes the description and the longest session of a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation UpdateRole {
    input := {
        @required RoleName: RoleName
        Description: RoleDescription
        MaxSessionDuration: RoleMaxSessionDuration
    }
    output := {}
    errors: [UnmodifiableEntityException, NoSuchEntityException, InvalidInputException
        ServiceFailureException]
}

/// Changes the description of a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation UpdateRoleDescription {
    input := { @required RoleName: RoleName, @required Description: RoleDescription }
    output := { Role: Role }
    errors: [NoSuchEntityException, UnmodifiableEntityException, ServiceFailureException]
}

/// Changes who may take a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation UpdateAssumeRolePolicy {
    input := { @required RoleName: RoleName, @required PolicyDocument: PolicyDocument }
    errors: [NoSuchEntityException, MalformedPolicyDocumentException, LimitExceededException
        UnmodifiableEntityException, ServiceFailureException]
}

/// Deletes a role that has no policies left.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation DeleteRole {
    input := { @required RoleName: RoleName }
    errors: [NoSuchEntityException, DeleteConflictException, LimitExceededException
        UnmodifiableEntityException, ConcurrentModificationException, ServiceFailureException]
}

/// Lists the roles of the account, by path.
@readonly
@resource("arn:aws:iam::{account}:role/")
operation ListRoles {
    input := { PathPrefix: PathPrefix, Marker: Marker, MaxItems: MaxItems }
    output := { @required Roles: RoleList, IsTruncated: Boolean, Marker: String }
    errors: [ServiceFailureException]
}

/// Adds tags to a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation TagRole {
    input := { @required RoleName: RoleName, @required Tags: TagList }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException
        ConcurrentModificationException, ServiceFailureException]
}

/// Takes tags off a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation UntagRole {
    input := { @required RoleName: RoleName, @required TagKeys: TagKeyList }
    errors: [NoSuchEntityException, ConcurrentModificationException, ServiceFailureException]
}

/// Lists the tags of a role.
@readonly
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation ListRoleTags {
    input := { @required RoleName: RoleName, Marker: Marker, MaxItems: MaxItems }
    output := { @required Tags: TagList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, ServiceFailureException]
}

/// Lists the instance profiles of a role: there are none, as there are no instances.
@readonly
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation ListInstanceProfilesForRole {
    input := { @required RoleName: RoleName, Marker: Marker, MaxItems: MaxItems }
    output := { @required InstanceProfiles: InstanceProfileList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, ServiceFailureException]
}

// ---- inline policies ----

/// Writes a policy that is part of a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation PutRolePolicy {
    input := {
        @required RoleName: RoleName
        @required PolicyName: PolicyName
        @required PolicyDocument: PolicyDocument
    }
    errors: [LimitExceededException, MalformedPolicyDocumentException, NoSuchEntityException
        UnmodifiableEntityException, ServiceFailureException]
}

/// Reads a policy that is part of a role.
@readonly
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation GetRolePolicy {
    input := { @required RoleName: RoleName, @required PolicyName: PolicyName }
    output := {
        @required RoleName: RoleName
        @required PolicyName: PolicyName
        @required PolicyDocument: PolicyDocument
    }
    errors: [NoSuchEntityException, ServiceFailureException]
}

/// Deletes a policy that is part of a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation DeleteRolePolicy {
    input := { @required RoleName: RoleName, @required PolicyName: PolicyName }
    errors: [NoSuchEntityException, LimitExceededException, UnmodifiableEntityException
        ServiceFailureException]
}

/// Lists the policies that are part of a role.
@readonly
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation ListRolePolicies {
    input := { @required RoleName: RoleName, Marker: Marker, MaxItems: MaxItems }
    output := { @required PolicyNames: PolicyNameList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, ServiceFailureException]
}

/// Writes a policy that is part of a user.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation PutUserPolicy {
    input := {
        @required UserName: UserName
        @required PolicyName: PolicyName
        @required PolicyDocument: PolicyDocument
    }
    errors: [LimitExceededException, MalformedPolicyDocumentException, NoSuchEntityException
        ServiceFailureException]
}

/// Reads a policy that is part of a user.
@readonly
@resource("arn:aws:iam::{account}:user/{UserName}")
operation GetUserPolicy {
    input := { @required UserName: UserName, @required PolicyName: PolicyName }
    output := {
        @required UserName: UserName
        @required PolicyName: PolicyName
        @required PolicyDocument: PolicyDocument
    }
    errors: [NoSuchEntityException, ServiceFailureException]
}

/// Deletes a policy that is part of a user.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation DeleteUserPolicy {
    input := { @required UserName: UserName, @required PolicyName: PolicyName }
    errors: [NoSuchEntityException, LimitExceededException, ServiceFailureException]
}

/// Lists the policies that are part of a user.
@readonly
@resource("arn:aws:iam::{account}:user/{UserName}")
operation ListUserPolicies {
    input := { @required UserName: UserName, Marker: Marker, MaxItems: MaxItems }
    output := { @required PolicyNames: PolicyNameList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, ServiceFailureException]
}

// ---- managed policies ----

/// Makes a policy that can be attached to users and roles.
@resource("arn:aws:iam::{account}:policy/{PolicyName}")
operation CreatePolicy {
    input := {
        @required PolicyName: PolicyName
        Path: PolicyPath
        @required PolicyDocument: PolicyDocument
        Description: PolicyDescription
        Tags: TagList
    }
    output := { Policy: Policy }
    errors: [InvalidInputException, LimitExceededException, EntityAlreadyExistsException
        MalformedPolicyDocumentException, ConcurrentModificationException, ServiceFailureException]
}

/// Describes a managed policy.
@readonly
@resource("{PolicyArn}")
operation GetPolicy {
    input := { @required PolicyArn: Arn }
    output := { Policy: Policy }
    errors: [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

/// Deletes a managed policy that is attached to nothing and has one version.
@resource("{PolicyArn}")
operation DeletePolicy {
    input := { @required PolicyArn: Arn }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException, DeleteConflictException
        ServiceFailureException]
}

/// Lists the managed policies: those of the account, those of AWS, or both.
@readonly
@resource("arn:aws:iam::{account}:policy/")
operation ListPolicies {
    input := {
        Scope: PolicyScope
        OnlyAttached: Boolean
        PathPrefix: PolicyPathPrefix
        PolicyUsageFilter: PolicyUsage
        Marker: Marker
        MaxItems: MaxItems
    }
    output := { Policies: PolicyList, IsTruncated: Boolean, Marker: String }
    errors: [ServiceFailureException]
}

/// Adds a version to a managed policy.
@resource("{PolicyArn}")
operation CreatePolicyVersion {
    input := { @required PolicyArn: Arn, @required PolicyDocument: PolicyDocument, SetAsDefault: Boolean }
    output := { PolicyVersion: PolicyVersion }
    errors: [NoSuchEntityException, MalformedPolicyDocumentException, InvalidInputException
        LimitExceededException, ServiceFailureException]
}

/// Reads a version of a managed policy.
@readonly
@resource("{PolicyArn}")
operation GetPolicyVersion {
    input := { @required PolicyArn: Arn, @required VersionId: PolicyVersionId }
    output := { PolicyVersion: PolicyVersion }
    errors: [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

/// Deletes a version of a managed policy that is not the default one.
@resource("{PolicyArn}")
operation DeletePolicyVersion {
    input := { @required PolicyArn: Arn, @required VersionId: PolicyVersionId }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException, DeleteConflictException
        ServiceFailureException]
}

/// Lists the versions of a managed policy, newest first.
@readonly
@resource("{PolicyArn}")
operation ListPolicyVersions {
    input := { @required PolicyArn: Arn, Marker: Marker, MaxItems: MaxItems }
    output := { Versions: PolicyVersionList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

/// Says which version of a managed policy is in force.
@resource("{PolicyArn}")
operation SetDefaultPolicyVersion {
    input := { @required PolicyArn: Arn, @required VersionId: PolicyVersionId }
    errors: [NoSuchEntityException, InvalidInputException, LimitExceededException, ServiceFailureException]
}

/// Adds tags to a managed policy.
@resource("{PolicyArn}")
operation TagPolicy {
    input := { @required PolicyArn: Arn, @required Tags: TagList }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException
        ConcurrentModificationException, ServiceFailureException]
}

/// Takes tags off a managed policy.
@resource("{PolicyArn}")
operation UntagPolicy {
    input := { @required PolicyArn: Arn, @required TagKeys: TagKeyList }
    errors: [NoSuchEntityException, InvalidInputException, ConcurrentModificationException
        ServiceFailureException]
}

/// Lists the tags of a managed policy.
@readonly
@resource("{PolicyArn}")
operation ListPolicyTags {
    input := { @required PolicyArn: Arn, Marker: Marker, MaxItems: MaxItems }
    output := { @required Tags: TagList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

// ---- attachments ----

/// Attaches a managed policy to a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation AttachRolePolicy {
    input := { @required RoleName: RoleName, @required PolicyArn: Arn }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException
        PolicyNotAttachableException, UnmodifiableEntityException, ServiceFailureException]
}

/// Detaches a managed policy from a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation DetachRolePolicy {
    input := { @required RoleName: RoleName, @required PolicyArn: Arn }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException
        UnmodifiableEntityException, ServiceFailureException]
}

/// Lists the managed policies that are attached to a role.
@readonly
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation ListAttachedRolePolicies {
    input := {
        @required RoleName: RoleName
        PathPrefix: PolicyPathPrefix
        Marker: Marker
        MaxItems: MaxItems
    }
    output := { AttachedPolicies: AttachedPolicyList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

/// Attaches a managed policy to a user.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation AttachUserPolicy {
    input := { @required UserName: UserName, @required PolicyArn: Arn }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException
        PolicyNotAttachableException, ServiceFailureException]
}

/// Detaches a managed policy from a user.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation DetachUserPolicy {
    input := { @required UserName: UserName, @required PolicyArn: Arn }
    errors: [NoSuchEntityException, LimitExceededException, InvalidInputException, ServiceFailureException]
}

/// Lists the managed policies that are attached to a user.
@readonly
@resource("arn:aws:iam::{account}:user/{UserName}")
operation ListAttachedUserPolicies {
    input := {
        @required UserName: UserName
        PathPrefix: PolicyPathPrefix
        Marker: Marker
        MaxItems: MaxItems
    }
    output := { AttachedPolicies: AttachedPolicyList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

/// Lists whom a managed policy is attached to.
@readonly
@resource("{PolicyArn}")
operation ListEntitiesForPolicy {
    input := {
        @required PolicyArn: Arn
        EntityFilter: EntityType
        PathPrefix: PathPrefix
        PolicyUsageFilter: PolicyUsage
        Marker: Marker
        MaxItems: MaxItems
    }
    output := {
        PolicyGroups: PolicyGroupList
        PolicyUsers: PolicyUserList
        PolicyRoles: PolicyRoleList
        IsTruncated: Boolean
        Marker: String
    }
    errors: [NoSuchEntityException, InvalidInputException, ServiceFailureException]
}

// ---- permissions boundaries ----

/// Sets the policy beyond which a role's other policies allow nothing.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation PutRolePermissionsBoundary {
    input := { @required RoleName: RoleName, @required PermissionsBoundary: Arn }
    errors: [NoSuchEntityException, InvalidInputException, UnmodifiableEntityException
        PolicyNotAttachableException, ServiceFailureException]
}

/// Takes the permissions boundary off a role.
@resource("arn:aws:iam::{account}:role/{RoleName}")
operation DeleteRolePermissionsBoundary {
    input := { @required RoleName: RoleName }
    errors: [NoSuchEntityException, UnmodifiableEntityException, ServiceFailureException]
}

/// Sets the policy beyond which a user's other policies allow nothing.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation PutUserPermissionsBoundary {
    input := { @required UserName: UserName, @required PermissionsBoundary: Arn }
    errors: [NoSuchEntityException, InvalidInputException, PolicyNotAttachableException, ServiceFailureException]
}

/// Takes the permissions boundary off a user.
@resource("arn:aws:iam::{account}:user/{UserName}")
operation DeleteUserPermissionsBoundary {
    input := { @required UserName: UserName }
    errors: [NoSuchEntityException, ServiceFailureException]
}

// ---- the account ----

/// Says what the policies of a user or role would allow.
@readonly
@resource("{PolicySourceArn}")
operation SimulatePrincipalPolicy {
    input := {
        @required PolicySourceArn: Arn
        PolicyInputList: PolicyDocumentList
        @required ActionNames: ActionNameList
        ResourceArns: ResourceNameList
        CallerArn: String
        ContextEntries: ContextEntryList
        Marker: Marker
        MaxItems: MaxItems
    }
    output := { EvaluationResults: EvaluationResultList, IsTruncated: Boolean, Marker: String }
    errors: [NoSuchEntityException, InvalidInputException, PolicyEvaluationException
        ServiceFailureException]
}

/// Counts what the account has, beside its quotas.
@readonly
operation GetAccountSummary {
    output := { SummaryMap: SummaryMap }
    errors: [ServiceFailureException]
}

// ---- for other services ----

/// The role of an ARN in whichever account, with its documents in plain text.
@internal
@readonly
operation ResolveRole {
    input := { @required RoleArn: Arn }
    output := { Role: Role }
    errors: [NoSuchEntityException]
}

/// The document in force of a managed policy, in plain text.
@internal
@readonly
operation ResolvePolicy {
    input := { @required PolicyArn: Arn }
    output := { PolicyDocument: PolicyDocument }
    errors: [NoSuchEntityException]
}

// ---- shapes ----

@length(min: 1, max: 64) @pattern("[\\w+=,.@-]+")
string UserName
@length(min: 1, max: 64) @pattern("[\\w+=,.@-]+")
string RoleName
@length(min: 1, max: 128) @pattern("[\\w+=,.@-]+")
string PolicyName
@length(min: 1, max: 512) @pattern("(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)")
string Path
@length(min: 1, max: 512) @pattern("\\u002F[\\u0021-\\u007F]*")
string PathPrefix
@length(min: 1, max: 512) @pattern("((/[A-Za-z0-9\\.,\\+@=_-]+)*)/")
string PolicyPath
@length(min: 1, max: 512) @pattern("((/[A-Za-z0-9\\.,\\+@=_-]+)*)/?")
string PolicyPathPrefix
@length(min: 20, max: 2048)
string Arn
@length(min: 1, max: 131072) @pattern("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+")
string PolicyDocument
@length(max: 1000) @pattern("[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*")
string RoleDescription
@length(max: 1000)
string PolicyDescription
@range(min: 3600, max: 43200)
integer RoleMaxSessionDuration
@length(min: 16, max: 128) @pattern("[\\w]+")
string AccessKeyId
@sensitive
string AccessKeySecret
@length(min: 1, max: 320)
string Marker
@range(min: 1, max: 1000)
integer MaxItems
@pattern("v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?")
string PolicyVersionId
@length(min: 3, max: 128)
string ActionName
@length(min: 1, max: 2048)
string ResourceName
@length(min: 5, max: 256)
string ContextKeyName
@length(min: 1, max: 128) @pattern("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+")
string TagKey
@length(min: 0, max: 256) @pattern("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*")
string TagValue

enum StatusType { Active, Inactive }
enum PolicyScope { All, AWS, Local }
enum PolicyUsage { PermissionsPolicy, PermissionsBoundary }
enum EntityType { User, Role, Group, LocalManagedPolicy, AWSManagedPolicy }
enum PolicyEvaluationDecision { allowed, explicitDeny, implicitDeny }

structure Tag { @required Key: TagKey, @required Value: TagValue }
@length(max: 50)
list TagList { member: Tag }
@length(max: 50)
list TagKeyList { member: TagKey }

structure AttachedPermissionsBoundary { PermissionsBoundaryType: String, PermissionsBoundaryArn: Arn }

structure User {
    @required Path: Path
    @required UserName: UserName
    @required UserId: String
    @required Arn: Arn
    @required CreateDate: Timestamp
    PermissionsBoundary: AttachedPermissionsBoundary
    Tags: TagList
}
list UserList { member: User }

structure AccessKey {
    @required UserName: UserName
    @required AccessKeyId: AccessKeyId
    @required Status: StatusType
    @required SecretAccessKey: AccessKeySecret
    CreateDate: Timestamp
}
structure AccessKeyMetadata {
    UserName: UserName
    AccessKeyId: AccessKeyId
    Status: StatusType
    CreateDate: Timestamp
}
list AccessKeyMetadataList { member: AccessKeyMetadata }

structure Role {
    @required Path: Path
    @required RoleName: RoleName
    @required RoleId: String
    @required Arn: Arn
    @required CreateDate: Timestamp
    AssumeRolePolicyDocument: PolicyDocument
    Description: RoleDescription
    MaxSessionDuration: RoleMaxSessionDuration
    PermissionsBoundary: AttachedPermissionsBoundary
    Tags: TagList
}
list RoleList { member: Role }
structure InstanceProfile { InstanceProfileName: String }
list InstanceProfileList { member: InstanceProfile }

structure Policy {
    PolicyName: PolicyName
    PolicyId: String
    Arn: Arn
    Path: PolicyPath
    DefaultVersionId: PolicyVersionId
    AttachmentCount: Integer
    PermissionsBoundaryUsageCount: Integer
    IsAttachable: Boolean
    Description: PolicyDescription
    CreateDate: Timestamp
    UpdateDate: Timestamp
    Tags: TagList
}
list PolicyList { member: Policy }
list PolicyNameList { member: PolicyName }
list PolicyDocumentList { member: PolicyDocument }

structure PolicyVersion {
    Document: PolicyDocument
    VersionId: PolicyVersionId
    IsDefaultVersion: Boolean
    CreateDate: Timestamp
}
list PolicyVersionList { member: PolicyVersion }

structure AttachedPolicy { PolicyName: PolicyName, PolicyArn: Arn }
list AttachedPolicyList { member: AttachedPolicy }
structure PolicyGroup { GroupName: String, GroupId: String }
list PolicyGroupList { member: PolicyGroup }
structure PolicyUser { UserName: UserName, UserId: String }
list PolicyUserList { member: PolicyUser }
structure PolicyRole { RoleName: RoleName, RoleId: String }
list PolicyRoleList { member: PolicyRole }

@length(min: 1, max: 100)
list ActionNameList { member: ActionName }
@length(max: 100)
list ResourceNameList { member: ResourceName }
list ContextKeyValueList { member: String }
structure ContextEntry {
    ContextKeyName: ContextKeyName
    ContextKeyValues: ContextKeyValueList
    ContextKeyType: String
}
@length(max: 100)
list ContextEntryList { member: ContextEntry }
structure Statement { SourcePolicyId: String, SourcePolicyType: String }
list StatementList { member: Statement }
list ContextKeyNameList { member: ContextKeyName }
structure EvaluationResult {
    @required EvalActionName: ActionName
    EvalResourceName: ResourceName
    @required EvalDecision: PolicyEvaluationDecision
    MatchedStatements: StatementList
    MissingContextValues: ContextKeyNameList
}
list EvaluationResultList { member: EvaluationResult }
map SummaryMap { key: String, value: Integer }

// ---- what is stored and not shown ----

/// An access key as it is kept.
structure AccessKeyRecord {
    @required Account: String
    @required UserName: UserName
    @required AccessKeyId: AccessKeyId
    @required Secret: AccessKeySecret
    @required Status: StatusType
    @required CreateDate: Timestamp
}
/// A managed policy as it is kept; its versions are records of their own.
structure PolicyRecord {
    @required Policy: Policy
    @required LastVersion: Integer
}

// ---- errors ----

@error("client") @httpError(409) @awsQueryError(code: "ConcurrentModification", httpResponseCode: 409)
structure ConcurrentModificationException { message: String }
@error("client") @httpError(409) @awsQueryError(code: "DeleteConflict", httpResponseCode: 409)
structure DeleteConflictException { message: String }
@error("client") @httpError(409) @awsQueryError(code: "EntityAlreadyExists", httpResponseCode: 409)
structure EntityAlreadyExistsException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "InvalidInput", httpResponseCode: 400)
structure InvalidInputException { message: String }
@error("client") @httpError(409) @awsQueryError(code: "LimitExceeded", httpResponseCode: 409)
structure LimitExceededException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "MalformedPolicyDocument", httpResponseCode: 400)
structure MalformedPolicyDocumentException { message: String }
@error("client") @httpError(404) @awsQueryError(code: "NoSuchEntity", httpResponseCode: 404)
structure NoSuchEntityException { message: String }
@error("server") @httpError(500) @awsQueryError(code: "PolicyEvaluation", httpResponseCode: 500)
structure PolicyEvaluationException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "PolicyNotAttachable", httpResponseCode: 400)
structure PolicyNotAttachableException { message: String }
@error("server") @httpError(500) @awsQueryError(code: "ServiceFailure", httpResponseCode: 500)
structure ServiceFailureException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "UnmodifiableEntity", httpResponseCode: 400)
structure UnmodifiableEntityException { message: String }
