$version: "2"

// STS: who calls, and credentials that end.
namespace com.amazonaws.sts

/// Gives temporary credentials, and tells callers who they are.
@service(sdkId: "STS", endpointPrefix: "sts")
@sigv4(name: "sts")
@awsQuery
@xmlNamespace(uri: "https://sts.amazonaws.com/doc/2011-06-15/")
service AWSSecurityTokenServiceV20110615 { version: "2011-06-15" }

/// Says whose credentials signed the request.
@waits
operation GetCallerIdentity {
    input := {}
    output := { UserId: String, Account: String, Arn: Arn }
}

/// Takes a role: gives credentials that have its permissions for a while.
@readonly
@resource("{RoleArn}")
operation AssumeRole {
    input := {
        @required RoleArn: Arn
        @required RoleSessionName: RoleSessionName
        PolicyArns: PolicyDescriptorList
        @length(min: 1) Policy: String
        @range(min: 900, max: 43200) DurationSeconds: Integer
        Tags: TagList
        TransitiveTagKeys: TagKeyList
        @length(min: 2, max: 1224) @pattern("[\\w+=,.@:\\/-]*") ExternalId: String
        @length(min: 9, max: 256) SerialNumber: String
        @length(min: 6, max: 6) @pattern("[\\d]*") TokenCode: String
        @length(min: 2, max: 256) @pattern("[\\w+=,.@-]*") SourceIdentity: String
    }
    output := {
        Credentials: Credentials
        AssumedRoleUser: AssumedRoleUser
        PackedPolicySize: Integer
        SourceIdentity: String
    }
    errors: [MalformedPolicyDocumentException, PackedPolicyTooLargeException, RegionDisabledException
        ExpiredTokenException]
}

/// Gives a user temporary credentials of the user's own permissions.
@waits
operation GetSessionToken {
    input := {
        @range(min: 900, max: 129600) DurationSeconds: Integer
        @length(min: 9, max: 256) SerialNumber: String
        @length(min: 6, max: 6) @pattern("[\\d]*") TokenCode: String
    }
    output := { Credentials: Credentials }
    errors: [RegionDisabledException]
}

/// Whether the caller may pass a role to a service (iam:PassRole), and the service may take it. Services ask it in strict mode.
@internal
@waits
operation PassRole {
    input := { @required RoleArn: Arn, @required Service: String }
    output := { IsTrusted: Boolean }
}

@length(min: 20, max: 2048)
string Arn
@length(min: 2, max: 64) @pattern("[\\w+=,.@-]*")
string RoleSessionName
structure PolicyDescriptor { arn: Arn }
@length(max: 10)
list PolicyDescriptorList { member: PolicyDescriptor }
structure Tag { @required @length(min: 1, max: 128) Key: String, @required @length(max: 256) Value: String }
@length(max: 50)
list TagList { member: Tag }
@length(max: 50)
list TagKeyList { member: String }

structure Credentials {
    @required AccessKeyId: String
    @required @sensitive SecretAccessKey: String
    @required SessionToken: String
    @required Expiration: Timestamp
}
structure AssumedRoleUser { @required AssumedRoleId: String, @required Arn: Arn }

@error("client") @httpError(400) @awsQueryError(code: "MalformedPolicyDocument", httpResponseCode: 400)
structure MalformedPolicyDocumentException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "PackedPolicyTooLarge", httpResponseCode: 400)
structure PackedPolicyTooLargeException { message: String }
@error("client") @httpError(403) @awsQueryError(code: "RegionDisabledException", httpResponseCode: 403)
structure RegionDisabledException { message: String }
@error("client") @httpError(400) @awsQueryError(code: "ExpiredTokenException", httpResponseCode: 400)
structure ExpiredTokenException { message: String }
