$version: "2"

// AWS Lambda: functions, their versions, aliases, layers, policies and addresses, and running them.
namespace com.amazonaws.lambda

use aws.protocols#restJson1

/// Runs code without servers: functions, their versions and aliases, layers, policies, addresses, invocations.
@service(sdkId: "Lambda", endpointPrefix: "lambda")
@sigv4(name: "lambda")
@restJson1
service AWSGirApiService { version: "2015-03-31" }

/// Makes a function from a deployment package: a zip archive in the request.
@waits
@http(method: "POST", uri: "/2015-03-31/functions", code: 201)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation CreateFunction {
    input := {
        @required FunctionName: FunctionName
        Runtime: Runtime
        @required Role: RoleArn
        Handler: Handler
        @required Code: FunctionCode
        Description: Description
        Timeout: Timeout
        MemorySize: MemorySize
        Publish: Boolean
        VpcConfig: VpcConfig
        PackageType: PackageType
        DeadLetterConfig: DeadLetterConfig
        Environment: Environment
        KMSKeyArn: KMSKeyArn
        TracingConfig: TracingConfig
        Tags: Tags
        Layers: LayerList
        FileSystemConfigs: FileSystemConfigList
        CodeSigningConfigArn: CodeSigningConfigArn
        ImageConfig: ImageConfig
        Architectures: ArchitecturesList
        EphemeralStorage: EphemeralStorage
        SnapStart: SnapStart
        LoggingConfig: LoggingConfig
    }
    output: FunctionConfiguration
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException, CodeStorageExceededException,
        RequestTooLargeException
    ]
}

/// The configuration of a function or of one of its versions, its tags, and a link to its code.
@readonly
@http(method: "GET", uri: "/2015-03-31/functions/{FunctionName}", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetFunction {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
    }
    output := {
        Configuration: FunctionConfiguration
        Code: FunctionCodeLocation
        Tags: Tags
        Concurrency: Concurrency
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// The configuration of a function or of one of its versions.
@readonly
@http(method: "GET", uri: "/2015-03-31/functions/{FunctionName}/configuration", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetFunctionConfiguration {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
    }
    output: FunctionConfiguration
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Puts new code in place of a function's unpublished version.
@waits
@http(method: "PUT", uri: "/2015-03-31/functions/{FunctionName}/code", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation UpdateFunctionCode {
    input := {
        @required @httpLabel FunctionName: FunctionName
        ZipFile: Blob
        S3Bucket: S3Bucket
        S3Key: S3Key
        S3ObjectVersion: S3ObjectVersion
        ImageUri: String
        Architectures: ArchitecturesList
        Publish: Boolean
        DryRun: Boolean
        RevisionId: String
    }
    output: FunctionConfiguration
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException, CodeStorageExceededException,
        PreconditionFailedException, RequestTooLargeException
    ]
}

/// Changes settings of a function's unpublished version.
@waits
@http(method: "PUT", uri: "/2015-03-31/functions/{FunctionName}/configuration", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation UpdateFunctionConfiguration {
    input := {
        @required @httpLabel FunctionName: FunctionName
        Role: RoleArn
        Handler: Handler
        Description: Description
        Timeout: Timeout
        MemorySize: MemorySize
        VpcConfig: VpcConfig
        Environment: Environment
        Runtime: Runtime
        DeadLetterConfig: DeadLetterConfig
        KMSKeyArn: KMSKeyArn
        TracingConfig: TracingConfig
        RevisionId: String
        Layers: LayerList
        FileSystemConfigs: FileSystemConfigList
        ImageConfig: ImageConfig
        EphemeralStorage: EphemeralStorage
        SnapStart: SnapStart
        LoggingConfig: LoggingConfig
    }
    output: FunctionConfiguration
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException, PreconditionFailedException
    ]
}

/// The functions of the account in this region; with FunctionVersion ALL, each version of them.
@readonly
@http(method: "GET", uri: "/2015-03-31/functions", code: 200)
operation ListFunctions {
    input := {
        @httpQuery("MasterRegion") MasterRegion: MasterRegion
        @httpQuery("FunctionVersion") FunctionVersion: FunctionVersion
        @httpQuery("Marker") Marker: String
        @httpQuery("MaxItems") MaxItems: MaxListItems
    }
    output := {
        NextMarker: String
        Functions: FunctionList
    }
    errors: [InvalidParameterValueException, ServiceException, TooManyRequestsException]
}

/// Removes a function with all that belongs to it, or one published version.
@waits
@http(method: "DELETE", uri: "/2015-03-31/functions/{FunctionName}", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation DeleteFunction {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
    }
    output := {
        @httpResponseCode StatusCode: Integer
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// Freezes the unpublished version under the next number, unless nothing changed since the last one.
@http(method: "POST", uri: "/2015-03-31/functions/{FunctionName}/versions", code: 201)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation PublishVersion {
    input := {
        @required @httpLabel FunctionName: FunctionName
        CodeSha256: String
        Description: Description
        RevisionId: String
    }
    output: FunctionConfiguration
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException, CodeStorageExceededException,
        PreconditionFailedException
    ]
}

/// The unpublished version of a function and its published ones.
@readonly
@http(method: "GET", uri: "/2015-03-31/functions/{FunctionName}/versions", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation ListVersionsByFunction {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Marker") Marker: String
        @httpQuery("MaxItems") MaxItems: MaxListItems
    }
    output := {
        NextMarker: String
        Versions: FunctionList
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Gives a version a name that can be moved to other versions later.
@http(method: "POST", uri: "/2015-03-31/functions/{FunctionName}/aliases", code: 201)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation CreateAlias {
    input := {
        @required @httpLabel FunctionName: FunctionName
        @required Name: Alias
        @required FunctionVersion: VersionWithLatestPublished
        Description: Description
        RoutingConfig: AliasRoutingConfiguration
    }
    output: AliasConfiguration
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// The version or versions that an alias leads to.
@readonly
@http(method: "GET", uri: "/2015-03-31/functions/{FunctionName}/aliases/{Name}", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetAlias {
    input := {
        @required @httpLabel FunctionName: FunctionName
        @required @httpLabel Name: Alias
    }
    output: AliasConfiguration
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Moves an alias to another version, or shares its traffic between two.
@http(method: "PUT", uri: "/2015-03-31/functions/{FunctionName}/aliases/{Name}", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation UpdateAlias {
    input := {
        @required @httpLabel FunctionName: FunctionName
        @required @httpLabel Name: Alias
        FunctionVersion: VersionWithLatestPublished
        Description: Description
        RoutingConfig: AliasRoutingConfiguration
        RevisionId: String
    }
    output: AliasConfiguration
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException, PreconditionFailedException
    ]
}

/// Removes an alias.
@http(method: "DELETE", uri: "/2015-03-31/functions/{FunctionName}/aliases/{Name}", code: 204)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation DeleteAlias {
    input := {
        @required @httpLabel FunctionName: FunctionName
        @required @httpLabel Name: Alias
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// The aliases of a function, or those that lead to one version.
@readonly
@http(method: "GET", uri: "/2015-03-31/functions/{FunctionName}/aliases", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation ListAliases {
    input := {
        @required @httpLabel FunctionName: FunctionName
        @httpQuery("FunctionVersion") FunctionVersion: VersionWithLatestPublished
        @httpQuery("Marker") Marker: String
        @httpQuery("MaxItems") MaxItems: MaxListItems
    }
    output := {
        NextMarker: String
        Aliases: AliasList
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Runs a function: waits for its answer, or only accepts the event and runs it later.
@waits
@http(method: "POST", uri: "/2015-03-31/functions/{FunctionName}/invocations", code: 200)
@action("lambda:InvokeFunction")
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation Invoke {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpHeader("X-Amz-Invocation-Type") InvocationType: InvocationType
        @httpHeader("X-Amz-Log-Type") LogType: LogType
        @httpHeader("X-Amz-Client-Context") ClientContext: String
        @httpPayload Payload: Blob
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
    }
    output := {
        @httpResponseCode StatusCode: Integer
        @httpHeader("X-Amz-Function-Error") FunctionError: String
        @httpHeader("X-Amz-Log-Result") LogResult: String
        @httpPayload Payload: Blob
        @httpHeader("X-Amz-Executed-Version") ExecutedVersion: String
    }
    errors: [
        ResourceNotReadyException, TooManyRequestsException, RequestTooLargeException,
        InvalidRuntimeException, InvalidParameterValueException, ResourceConflictException,
        ServiceException, ResourceNotFoundException, InvalidRequestContentException,
        InvalidZipFileException
    ]
}

/// The old way to leave an event with a function.
@waits
@http(method: "POST", uri: "/2014-11-13/functions/{FunctionName}/invoke-async", code: 202)
@action("lambda:InvokeFunction")
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation InvokeAsync {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @required @httpPayload InvokeArgs: Blob
    }
    output := {
        @httpResponseCode Status: Integer
    }
    errors: [
        InvalidRuntimeException, ResourceConflictException, ServiceException,
        ResourceNotFoundException, InvalidRequestContentException, InvalidParameterValueException
    ]
}

/// Runs a function and passes its answer on while it is being made.
@waits
@http(method: "POST", uri: "/2021-11-15/functions/{FunctionName}/response-streaming-invocations", code: 200)
@action("lambda:InvokeFunction")
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation InvokeWithResponseStream {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpHeader("X-Amz-Log-Type") LogType: LogType
        @httpHeader("X-Amz-Client-Context") ClientContext: String
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
        @httpPayload Payload: Blob
        @httpHeader("X-Amz-Invocation-Type") InvocationType: ResponseStreamingInvocationType
    }
    output := {
        @httpResponseCode StatusCode: Integer
        @httpHeader("X-Amz-Executed-Version") ExecutedVersion: String
        @httpPayload EventStream: InvokeWithResponseStreamResponseEvent
        @httpHeader("Content-Type") ResponseStreamContentType: String
    }
    errors: [
        ResourceNotReadyException, TooManyRequestsException, RequestTooLargeException,
        InvalidRuntimeException, InvalidParameterValueException, ResourceConflictException,
        ServiceException, ResourceNotFoundException, InvalidRequestContentException,
        InvalidZipFileException
    ]
}

/// Lets a service, an account or everyone use a function, a version or an alias.
@http(method: "POST", uri: "/2015-03-31/functions/{FunctionName}/policy", code: 201)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation AddPermission {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @required StatementId: StatementId
        @required Action: Action
        @required Principal: Principal
        SourceArn: Arn
        FunctionUrlAuthType: FunctionUrlAuthType
        InvokedViaFunctionUrl: Boolean
        SourceAccount: SourceOwner
        EventSourceToken: EventSourceToken
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
        RevisionId: String
        PrincipalOrgID: PrincipalOrgID
    }
    output := {
        Statement: String
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, PolicyLengthExceededException, ResourceNotFoundException,
        PreconditionFailedException
    ]
}

/// Takes one statement out of a function's policy.
@http(method: "DELETE", uri: "/2015-03-31/functions/{FunctionName}/policy/{StatementId}", code: 204)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation RemovePermission {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @required @httpLabel StatementId: NamespacedStatementId
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
        @httpQuery("RevisionId") RevisionId: String
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException, PreconditionFailedException
    ]
}

/// The policy of a function, a version or an alias.
@readonly
@http(method: "GET", uri: "/2015-03-31/functions/{FunctionName}/policy", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetPolicy {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
    }
    output := {
        Policy: String
        RevisionId: String
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Puts tags on a function.
@http(method: "POST", uri: "/2017-03-31/tags/{Resource}", code: 204)
@resource("{Resource}")
operation TagResource {
    input := {
        @required @httpLabel Resource: TaggableResource
        @required Tags: Tags
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// Takes tags off a function.
@http(method: "DELETE", uri: "/2017-03-31/tags/{Resource}", code: 204)
@resource("{Resource}")
operation UntagResource {
    input := {
        @required @httpLabel Resource: TaggableResource
        @required @httpQuery("tagKeys") TagKeys: TagKeyList
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// The tags of a function.
@readonly
@http(method: "GET", uri: "/2017-03-31/tags/{Resource}", code: 200)
@resource("{Resource}")
operation ListTags {
    input := {
        @required @httpLabel Resource: TaggableResource
    }
    output := {
        Tags: Tags
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Keeps a part of the account's concurrency for one function, which is its limit too.
@http(method: "PUT", uri: "/2017-10-31/functions/{FunctionName}/concurrency", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation PutFunctionConcurrency {
    input := {
        @required @httpLabel FunctionName: FunctionName
        @required ReservedConcurrentExecutions: ReservedConcurrentExecutions
    }
    output: Concurrency
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// The concurrency that is kept for a function.
@readonly
@http(method: "GET", uri: "/2019-09-30/functions/{FunctionName}/concurrency", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetFunctionConcurrency {
    input := {
        @required @httpLabel FunctionName: FunctionName
    }
    output := {
        ReservedConcurrentExecutions: ReservedConcurrentExecutions
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Gives a function's kept concurrency back.
@http(method: "DELETE", uri: "/2017-10-31/functions/{FunctionName}/concurrency", code: 204)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation DeleteFunctionConcurrency {
    input := {
        @required @httpLabel FunctionName: FunctionName
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// The limits of the account in this region, and what it uses of them.
@readonly
@http(method: "GET", uri: "/2016-08-19/account-settings", code: 200)
operation GetAccountSettings {
    output := {
        AccountLimit: AccountLimit
        AccountUsage: AccountUsage
    }
    errors: [ServiceException, TooManyRequestsException]
}

/// Lets a function drain a queue: its messages come to the function in batches, and are deleted when it has handled them.
@http(method: "POST", uri: "/2015-03-31/event-source-mappings", code: 202)
operation CreateEventSourceMapping {
    input := with [MappingSettings] {
        EventSourceArn: Arn
        @required FunctionName: NamespacedFunctionName
        Enabled: Boolean
        StartingPosition: EventSourcePosition
        StartingPositionTimestamp: Timestamp
        Tags: Tags
        Topics: Topics
        Queues: Queues
    }
    output: EventSourceMappingConfiguration
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// A mapping of an event source to a function, and its state.
@readonly
@http(method: "GET", uri: "/2015-03-31/event-source-mappings/{UUID}", code: 200)
@resource("arn:aws:lambda:{region}:{account}:event-source-mapping:{UUID}")
operation GetEventSourceMapping {
    input := {
        @required @httpLabel UUID: UUIDString
    }
    output: EventSourceMappingConfiguration
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// The mappings of event sources to functions: all, or those of one source or of one function.
@readonly
@http(method: "GET", uri: "/2015-03-31/event-source-mappings", code: 200)
operation ListEventSourceMappings {
    input := {
        @httpQuery("EventSourceArn") EventSourceArn: Arn
        @httpQuery("FunctionName") FunctionName: NamespacedFunctionName
        @httpQuery("Marker") Marker: String
        @httpQuery("MaxItems") MaxItems: MaxListItems
    }
    output := {
        NextMarker: String
        EventSourceMappings: EventSourceMappingsList
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Changes a mapping, switches it off or on again; a batch that is under way ends by the old settings.
@http(method: "PUT", uri: "/2015-03-31/event-source-mappings/{UUID}", code: 202)
@resource("arn:aws:lambda:{region}:{account}:event-source-mapping:{UUID}")
operation UpdateEventSourceMapping {
    input := with [MappingSettings] {
        @required @httpLabel UUID: UUIDString
        FunctionName: NamespacedFunctionName
        Enabled: Boolean
    }
    output: EventSourceMappingConfiguration
    errors: [
        InvalidParameterValueException, ResourceInUseException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// Removes a mapping; messages that are in flight are still handled.
@http(method: "DELETE", uri: "/2015-03-31/event-source-mappings/{UUID}", code: 202)
@resource("arn:aws:lambda:{region}:{account}:event-source-mapping:{UUID}")
operation DeleteEventSourceMapping {
    input := {
        @required @httpLabel UUID: UUIDString
    }
    output: EventSourceMappingConfiguration
    errors: [
        InvalidParameterValueException, ResourceInUseException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// Gives a function or an alias an HTTP address of its own.
@http(method: "POST", uri: "/2021-10-31/functions/{FunctionName}/url", code: 201)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation CreateFunctionUrlConfig {
    input := {
        @required @httpLabel FunctionName: FunctionUrlFunctionName
        @httpQuery("Qualifier") Qualifier: FunctionUrlQualifier
        @required AuthType: FunctionUrlAuthType
        Cors: Cors
        InvokeMode: InvokeMode
    }
    output := {
        FunctionUrl: String
        FunctionArn: String
        AuthType: FunctionUrlAuthType
        Cors: Cors
        CreationTime: String
        InvokeMode: InvokeMode
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// The address of a function or an alias, and its settings.
@readonly
@http(method: "GET", uri: "/2021-10-31/functions/{FunctionName}/url", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetFunctionUrlConfig {
    input := {
        @required @httpLabel FunctionName: FunctionUrlFunctionName
        @httpQuery("Qualifier") Qualifier: FunctionUrlQualifier
    }
    output: FunctionUrlConfig
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Changes the settings of a function's address.
@http(method: "PUT", uri: "/2021-10-31/functions/{FunctionName}/url", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation UpdateFunctionUrlConfig {
    input := {
        @required @httpLabel FunctionName: FunctionUrlFunctionName
        @httpQuery("Qualifier") Qualifier: FunctionUrlQualifier
        AuthType: FunctionUrlAuthType
        Cors: Cors
        InvokeMode: InvokeMode
    }
    output: FunctionUrlConfig
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// Takes a function's address away.
@http(method: "DELETE", uri: "/2021-10-31/functions/{FunctionName}/url", code: 204)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation DeleteFunctionUrlConfig {
    input := {
        @required @httpLabel FunctionName: FunctionUrlFunctionName
        @httpQuery("Qualifier") Qualifier: FunctionUrlQualifier
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// The addresses of a function and of its aliases.
@readonly
@http(method: "GET", uri: "/2021-10-31/functions/{FunctionName}/urls", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation ListFunctionUrlConfigs {
    input := {
        @required @httpLabel FunctionName: FunctionUrlFunctionName
        @httpQuery("Marker") Marker: String
        @httpQuery("MaxItems") MaxItems: MaxItems
    }
    output := {
        FunctionUrlConfigs: FunctionUrlConfigList
        NextMarker: String
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Makes a new version of a layer from a zip archive.
@waits
@http(method: "POST", uri: "/2018-10-31/layers/{LayerName}/versions", code: 201)
@resource("arn:aws:lambda:{region}:{account}:layer:{LayerName}")
operation PublishLayerVersion {
    input := {
        @required @httpLabel LayerName: LayerNameOrArn
        Description: Description
        @required Content: LayerVersionContentInput
        CompatibleArchitectures: CompatibleArchitectures
        CompatibleRuntimes: CompatibleRuntimes
        LicenseInfo: LicenseInfo
    }
    output := {
        Content: LayerVersionContentOutput
        LayerArn: String
        LayerVersionArn: LayerVersionArn
        Description: Description
        CreatedDate: String
        Version: Long
        CompatibleArchitectures: CompatibleArchitectures
        CompatibleRuntimes: CompatibleRuntimes
        LicenseInfo: LicenseInfo
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException, CodeStorageExceededException, RequestTooLargeException
    ]
}

/// One version of a layer, with a link to its content.
@readonly
@http(method: "GET", uri: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}", code: 200)
@resource("arn:aws:lambda:{region}:{account}:layer:{LayerName}:*")
operation GetLayerVersion {
    input := {
        @required @httpLabel LayerName: LayerNameOrArn
        @required @httpLabel VersionNumber: Long
    }
    output: GetLayerVersionResponse
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// The same, by its ARN.
@readonly
@http(method: "GET", uri: "/2018-10-31/layers?find=LayerVersion", code: 200)
@action("lambda:GetLayerVersion")
@resource("{Arn}")
operation GetLayerVersionByArn {
    input := {
        @required @httpQuery("Arn") Arn: LayerVersionArn
    }
    output: GetLayerVersionResponse
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// The layers of the account in this region, each with its newest version.
@readonly
@http(method: "GET", uri: "/2018-10-31/layers", code: 200)
operation ListLayers {
    input := {
        @httpQuery("CompatibleArchitecture") CompatibleArchitecture: Architecture
        @httpQuery("CompatibleRuntime") CompatibleRuntime: Runtime
        @httpQuery("Marker") Marker: String
        @httpQuery("MaxItems") MaxItems: MaxLayerListItems
    }
    output := {
        NextMarker: String
        Layers: LayersList
    }
    errors: [InvalidParameterValueException, ServiceException, TooManyRequestsException]
}

/// The versions of a layer, the newest first.
@readonly
@http(method: "GET", uri: "/2018-10-31/layers/{LayerName}/versions", code: 200)
@resource("arn:aws:lambda:{region}:{account}:layer:{LayerName}")
operation ListLayerVersions {
    input := {
        @httpQuery("CompatibleArchitecture") CompatibleArchitecture: Architecture
        @httpQuery("CompatibleRuntime") CompatibleRuntime: Runtime
        @required @httpLabel LayerName: LayerNameOrArn
        @httpQuery("Marker") Marker: String
        @httpQuery("MaxItems") MaxItems: MaxLayerListItems
    }
    output := {
        NextMarker: String
        LayerVersions: LayerVersionsList
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Removes a version of a layer; functions that use it keep it.
@waits
@http(method: "DELETE", uri: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}", code: 204)
@resource("arn:aws:lambda:{region}:{account}:layer:{LayerName}:*")
operation DeleteLayerVersion {
    input := {
        @required @httpLabel LayerName: LayerNameOrArn
        @required @httpLabel VersionNumber: Long
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Lets other accounts use a version of a layer.
@http(method: "POST", uri: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy", code: 201)
@resource("arn:aws:lambda:{region}:{account}:layer:{LayerName}:*")
operation AddLayerVersionPermission {
    input := {
        @required @httpLabel LayerName: LayerNameOrArn
        @required @httpLabel VersionNumber: Long
        @required StatementId: StatementId
        @required Action: LayerPermissionAllowedAction
        @required Principal: LayerPermissionAllowedPrincipal
        OrganizationId: OrganizationId
        @httpQuery("RevisionId") RevisionId: String
    }
    output := {
        Statement: String
        RevisionId: String
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, PolicyLengthExceededException, ResourceNotFoundException,
        PreconditionFailedException
    ]
}

/// Takes one statement out of a layer version's policy.
@http(method: "DELETE", uri: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}", code: 204)
@resource("arn:aws:lambda:{region}:{account}:layer:{LayerName}:*")
operation RemoveLayerVersionPermission {
    input := {
        @required @httpLabel LayerName: LayerNameOrArn
        @required @httpLabel VersionNumber: Long
        @required @httpLabel StatementId: StatementId
        @httpQuery("RevisionId") RevisionId: String
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException, PreconditionFailedException
    ]
}

/// The policy of a layer version.
@readonly
@http(method: "GET", uri: "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy", code: 200)
@resource("arn:aws:lambda:{region}:{account}:layer:{LayerName}:*")
operation GetLayerVersionPolicy {
    input := {
        @required @httpLabel LayerName: LayerNameOrArn
        @required @httpLabel VersionNumber: Long
    }
    output := {
        Policy: String
        RevisionId: String
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Says how events left with a function are retried and where they end; replaces what was said.
@http(method: "PUT", uri: "/2019-09-25/functions/{FunctionName}/event-invoke-config", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation PutFunctionEventInvokeConfig {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
        MaximumRetryAttempts: MaximumRetryAttempts
        MaximumEventAgeInSeconds: MaximumEventAgeInSeconds
        DestinationConfig: DestinationConfig
    }
    output: FunctionEventInvokeConfig
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// Changes parts of how events left with a function are retried and where they end.
@http(method: "POST", uri: "/2019-09-25/functions/{FunctionName}/event-invoke-config", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation UpdateFunctionEventInvokeConfig {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
        MaximumRetryAttempts: MaximumRetryAttempts
        MaximumEventAgeInSeconds: MaximumEventAgeInSeconds
        DestinationConfig: DestinationConfig
    }
    output: FunctionEventInvokeConfig
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// How events left with a function, a version or an alias are retried.
@readonly
@http(method: "GET", uri: "/2019-09-25/functions/{FunctionName}/event-invoke-config", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetFunctionEventInvokeConfig {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
    }
    output: FunctionEventInvokeConfig
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// All such settings of a function.
@readonly
@http(method: "GET", uri: "/2019-09-25/functions/{FunctionName}/event-invoke-config/list", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation ListFunctionEventInvokeConfigs {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Marker") Marker: String
        @httpQuery("MaxItems") MaxItems: MaxFunctionEventInvokeConfigListItems
    }
    output := {
        FunctionEventInvokeConfigs: FunctionEventInvokeConfigList
        NextMarker: String
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Goes back to the usual retries.
@http(method: "DELETE", uri: "/2019-09-25/functions/{FunctionName}/event-invoke-config", code: 204)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation DeleteFunctionEventInvokeConfig {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// The code signing configuration of a function: none here, as by default on AWS.
@readonly
@http(method: "GET", uri: "/2020-06-30/functions/{FunctionName}/code-signing-config", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetFunctionCodeSigningConfig {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
    }
    output := {
        CodeSigningConfigArn: CodeSigningConfigArn
        FunctionName: FunctionName
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// When the runtime of a function is brought up to date.
@readonly
@http(method: "GET", uri: "/2021-07-20/functions/{FunctionName}/runtime-management-config", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetRuntimeManagementConfig {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
    }
    output := {
        UpdateRuntimeOn: UpdateRuntimeOn
        FunctionArn: String
        RuntimeVersionArn: RuntimeVersionArn
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Says when the runtime of a function is brought up to date.
@http(method: "PUT", uri: "/2021-07-20/functions/{FunctionName}/runtime-management-config", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation PutRuntimeManagementConfig {
    input := {
        @required @httpLabel FunctionName: NamespacedFunctionName
        @httpQuery("Qualifier") Qualifier: NumericLatestPublishedOrAliasQualifier
        @required UpdateRuntimeOn: UpdateRuntimeOn
        RuntimeVersionArn: RuntimeVersionArn
    }
    output := {
        UpdateRuntimeOn: UpdateRuntimeOn
        FunctionArn: String
        RuntimeVersionArn: RuntimeVersionArn
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

/// Whether a function that calls itself in a circle is stopped.
@readonly
@http(method: "GET", uri: "/2024-08-31/functions/{FunctionName}/recursion-config", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation GetFunctionRecursionConfig {
    input := {
        @required @httpLabel FunctionName: UnqualifiedFunctionName
    }
    output := {
        RecursiveLoop: RecursiveLoop
    }
    errors: [
        InvalidParameterValueException, ServiceException, TooManyRequestsException,
        ResourceNotFoundException
    ]
}

/// Says whether a function that calls itself in a circle is stopped.
@http(method: "PUT", uri: "/2024-08-31/functions/{FunctionName}/recursion-config", code: 200)
@resource("arn:aws:lambda:{region}:{account}:function:{FunctionName}")
operation PutFunctionRecursionConfig {
    input := {
        @required @httpLabel FunctionName: UnqualifiedFunctionName
        @required RecursiveLoop: RecursiveLoop
    }
    output := {
        RecursiveLoop: RecursiveLoop
    }
    errors: [
        InvalidParameterValueException, ResourceConflictException, ServiceException,
        TooManyRequestsException, ResourceNotFoundException
    ]
}

// ---- shapes ----

@length(min: 1, max: 140) string FunctionName
@length(min: 1, max: 64) string Runtime
@length(max: 10000) @pattern("arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+") string RoleArn
@length(max: 128) @pattern("[^\\s]+") string Handler
structure FunctionCode {
    ZipFile: Blob
    S3Bucket: S3Bucket
    S3Key: S3Key
    S3ObjectVersion: S3ObjectVersion
    ImageUri: String
}
@length(max: 256) string Description
@range(min: 1, max: 900) integer Timeout
@range(min: 128, max: 10240) integer MemorySize
structure VpcConfig {
    SubnetIds: SubnetIds
    SecurityGroupIds: SecurityGroupIds
    Ipv6AllowedForDualStack: Boolean
}
enum PackageType { ZIP = "Zip", IMAGE = "Image" }
structure DeadLetterConfig {
    TargetArn: ResourceArn
}
structure Environment {
    Variables: EnvironmentVariables
}
@length(max: 10000) @pattern("(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()") string KMSKeyArn
structure TracingConfig {
    Mode: TracingMode
}
map Tags { key: TagKey, value: TagValue }
list LayerList { member: LayerVersionArn }
@length(max: 1) list FileSystemConfigList { member: FileSystemConfig }
@length(max: 200) @pattern("arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:code-signing-config:csc-[a-z0-9]{17}")
string CodeSigningConfigArn
structure ImageConfig {
    EntryPoint: StringList
    Command: StringList
    WorkingDirectory: WorkingDirectory
}
@length(min: 1, max: 1) list ArchitecturesList { member: Architecture }
structure EphemeralStorage {
    @required Size: EphemeralStorageSize
}
structure SnapStart {
    ApplyOn: SnapStartApplyOn
}
structure LoggingConfig {
    LogFormat: LogFormat
    ApplicationLogLevel: ApplicationLogLevel
    SystemLogLevel: SystemLogLevel
    LogGroup: LogGroup
}
structure FunctionConfiguration {
    FunctionName: NamespacedFunctionName
    FunctionArn: String
    Runtime: Runtime
    Role: RoleArn
    Handler: Handler
    CodeSize: Long
    Description: Description
    Timeout: Timeout
    MemorySize: MemorySize
    LastModified: String
    CodeSha256: String
    Version: String
    VpcConfig: VpcConfigResponse
    DeadLetterConfig: DeadLetterConfig
    Environment: Environment
    KMSKeyArn: KMSKeyArn
    TracingConfig: TracingConfig
    MasterArn: String
    RevisionId: String
    Layers: LayersReferenceList
    State: String
    StateReason: String
    StateReasonCode: String
    LastUpdateStatus: String
    LastUpdateStatusReason: String
    LastUpdateStatusReasonCode: String
    FileSystemConfigs: FileSystemConfigList
    PackageType: PackageType
    Architectures: ArchitecturesList
    EphemeralStorage: EphemeralStorage
    SnapStart: SnapStartResponse
    LoggingConfig: LoggingConfig
}
@length(min: 1, max: 256) string NamespacedFunctionName
@length(min: 1, max: 128) string NumericLatestPublishedOrAliasQualifier
structure FunctionCodeLocation {
    RepositoryType: String
    Location: String
    ImageUri: String
}
structure Concurrency {
    ReservedConcurrentExecutions: ReservedConcurrentExecutions
}
@length(min: 3, max: 63) string S3Bucket
@length(min: 1, max: 1024) string S3Key
@length(min: 1, max: 1024) string S3ObjectVersion
@length(min: 1, max: 50) @pattern("ALL|(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}") string MasterRegion
string FunctionVersion
@range(min: 1, max: 10000) integer MaxListItems
list FunctionList { member: FunctionConfiguration }
@length(min: 1, max: 128) string Alias
@length(min: 1, max: 1024) string VersionWithLatestPublished
structure AliasRoutingConfiguration {
    AdditionalVersionWeights: AdditionalVersionWeights
}
structure AliasConfiguration {
    AliasArn: String
    Name: Alias
    FunctionVersion: String
    Description: Description
    RoutingConfig: AliasRoutingConfiguration
    RevisionId: String
}
list AliasList { member: AliasConfiguration }
enum InvocationType { EVENT = "Event", REQUESTRESPONSE = "RequestResponse", DRYRUN = "DryRun" }
enum LogType { NONE = "None", TAIL = "Tail" }
enum ResponseStreamingInvocationType { REQUESTRESPONSE = "RequestResponse", DRYRUN = "DryRun" }
@streaming
union InvokeWithResponseStreamResponseEvent {
    PayloadChunk: InvokeResponseStreamUpdate
    InvokeComplete: InvokeWithResponseStreamCompleteEvent
}
@length(min: 1, max: 100) @pattern("([a-zA-Z0-9-_]+)") string StatementId
@length(max: 10000) @pattern("(lambda:[*]|lambda:[a-zA-Z]+|[*])") string Action
@length(max: 2048) @pattern("[^\\s]+") string Principal
@length(max: 10000) @pattern("arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)")
string Arn
enum FunctionUrlAuthType { NONE = "NONE", AWS_IAM = "AWS_IAM" }
@length(max: 12) @pattern("\\d{12}") string SourceOwner
@length(max: 256) @pattern("[a-zA-Z0-9._\\-]+") string EventSourceToken
@length(min: 12, max: 34) @pattern("o-[a-z0-9]{10,32}") string PrincipalOrgID
@length(min: 1, max: 100) @pattern("([a-zA-Z0-9-_.]+)") string NamespacedStatementId
@length(min: 1, max: 10000) string TaggableResource
list TagKeyList { member: TagKey }
@range(min: 0) integer ReservedConcurrentExecutions
structure AccountLimit {
    TotalCodeSize: Long
    CodeSizeUnzipped: Long
    CodeSizeZipped: Long
    ConcurrentExecutions: Integer
    UnreservedConcurrentExecutions: UnreservedConcurrentExecutions
}
structure AccountUsage {
    TotalCodeSize: Long
    FunctionCount: Long
}
@length(min: 1, max: 140) string FunctionUrlFunctionName
@length(min: 1, max: 128) string FunctionUrlQualifier
structure Cors {
    AllowCredentials: Boolean
    AllowHeaders: HeadersList
    AllowMethods: AllowMethodsList
    AllowOrigins: AllowOriginsList
    ExposeHeaders: HeadersList
    MaxAge: MaxAge
}
enum InvokeMode { BUFFERED = "BUFFERED", RESPONSE_STREAM = "RESPONSE_STREAM" }
@range(min: 1, max: 50) integer MaxItems
list FunctionUrlConfigList { member: FunctionUrlConfig }
@length(min: 1, max: 2048) @pattern("(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]{1,140}|[a-zA-Z0-9-_]{1,140})")
string LayerNameOrArn
structure LayerVersionContentInput {
    S3Bucket: S3Bucket
    S3Key: S3Key
    S3ObjectVersion: S3ObjectVersion
    ZipFile: Blob
}
@length(max: 2) list CompatibleArchitectures { member: Architecture }
@length(max: 15) list CompatibleRuntimes { member: Runtime }
@length(max: 512) string LicenseInfo
structure LayerVersionContentOutput {
    Location: String
    CodeSha256: String
    CodeSize: Long
}
@length(min: 1, max: 2048) @pattern("((arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+))")
string LayerVersionArn
structure GetLayerVersionResponse {
    Content: LayerVersionContentOutput
    LayerArn: String
    LayerVersionArn: LayerVersionArn
    Description: Description
    CreatedDate: String
    Version: Long
    CompatibleArchitectures: CompatibleArchitectures
    CompatibleRuntimes: CompatibleRuntimes
    LicenseInfo: LicenseInfo
}
enum Architecture { X86_64 = "x86_64", ARM64 = "arm64" }
@range(min: 1, max: 50) integer MaxLayerListItems
list LayersList { member: LayersListItem }
list LayerVersionsList { member: LayerVersionsListItem }
@length(max: 22) @pattern("lambda:GetLayerVersion") string LayerPermissionAllowedAction
@length(max: 10000) @pattern("\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root") string LayerPermissionAllowedPrincipal
@length(max: 34) @pattern("o-[a-z0-9]{10,32}") string OrganizationId
@range(min: 0, max: 2) integer MaximumRetryAttempts
@range(min: 60, max: 21600) integer MaximumEventAgeInSeconds
structure DestinationConfig {
    OnSuccess: OnSuccess
    OnFailure: OnFailure
}
structure FunctionEventInvokeConfig {
    LastModified: Timestamp
    FunctionArn: String
    MaximumRetryAttempts: MaximumRetryAttempts
    MaximumEventAgeInSeconds: MaximumEventAgeInSeconds
    DestinationConfig: DestinationConfig
}
@range(min: 1, max: 50) integer MaxFunctionEventInvokeConfigListItems
list FunctionEventInvokeConfigList { member: FunctionEventInvokeConfig }
enum UpdateRuntimeOn { AUTO = "Auto", MANUAL = "Manual", FUNCTIONUPDATE = "FunctionUpdate" }
@length(min: 26, max: 2048) @pattern("((arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}::runtime:.+)|(arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:runtime/[A-Za-z0-9_.-]{1,128}/version/[A-Za-z0-9_.-]{1,128}))")
string RuntimeVersionArn
@length(min: 1, max: 140) string UnqualifiedFunctionName
enum RecursiveLoop { ALLOW = "Allow", TERMINATE = "Terminate" }
@length(max: 16) list SubnetIds { member: SubnetId }
@length(max: 5) list SecurityGroupIds { member: SecurityGroupId }
@length(max: 10000) @pattern("(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()") string ResourceArn
map EnvironmentVariables { key: EnvironmentVariableName, value: String }
enum TracingMode { ACTIVE = "Active", PASSTHROUGH = "PassThrough" }
@length(min: 1, max: 128) string TagKey
@length(max: 256) string TagValue
structure FileSystemConfig {
    @required Arn: FileSystemArn
    @required LocalMountPath: LocalMountPath
}
@length(max: 1500) list StringList { member: String }
@length(max: 1000) string WorkingDirectory
@range(min: 512, max: 10240) integer EphemeralStorageSize
enum SnapStartApplyOn { PUBLISHEDVERSIONS = "PublishedVersions", NONE = "None" }
enum LogFormat { JSON = "JSON", TEXT = "Text" }
enum ApplicationLogLevel {
    TRACE = "TRACE", DEBUG = "DEBUG", INFO = "INFO", WARN = "WARN", ERROR = "ERROR", FATAL = "FATAL"
}
enum SystemLogLevel { DEBUG = "DEBUG", INFO = "INFO", WARN = "WARN" }
@length(min: 1, max: 512) @pattern("[\\.\\-_/#A-Za-z0-9]+") string LogGroup
structure VpcConfigResponse {
    SubnetIds: SubnetIds
    SecurityGroupIds: SecurityGroupIds
    VpcId: String
    Ipv6AllowedForDualStack: Boolean
}
list LayersReferenceList { member: Layer }
structure SnapStartResponse {
    ApplyOn: SnapStartApplyOn
    OptimizationStatus: SnapStartOptimizationStatus
}
map AdditionalVersionWeights { key: AdditionalVersion, value: Weight }
structure InvokeResponseStreamUpdate {
    Payload: Blob
}
structure InvokeWithResponseStreamCompleteEvent {
    ErrorCode: String
    ErrorDetails: String
    LogResult: String
}
@range(min: 0) integer UnreservedConcurrentExecutions
@length(max: 100) list HeadersList { member: Header }
@length(max: 6) list AllowMethodsList { member: Method }
@length(max: 100) list AllowOriginsList { member: Origin }
@range(min: 0, max: 86400) integer MaxAge
structure FunctionUrlConfig {
    FunctionUrl: String
    FunctionArn: String
    CreationTime: String
    LastModifiedTime: String
    Cors: Cors
    AuthType: FunctionUrlAuthType
    InvokeMode: InvokeMode
}
structure LayersListItem {
    LayerName: LayerName
    LayerArn: String
    LatestMatchingVersion: LayerVersionsListItem
}
structure LayerVersionsListItem {
    LayerVersionArn: LayerVersionArn
    Version: Long
    Description: Description
    CreatedDate: String
    CompatibleArchitectures: CompatibleArchitectures
    CompatibleRuntimes: CompatibleRuntimes
    LicenseInfo: LicenseInfo
}
structure OnSuccess {
    Destination: DestinationArn
}
structure OnFailure {
    Destination: DestinationArn
}
@length(max: 1024) @pattern("subnet-[0-9a-z]*") string SubnetId
@length(max: 1024) @pattern("sg-[0-9a-zA-Z]*") string SecurityGroupId
@pattern("[a-zA-Z]([a-zA-Z0-9_])+") string EnvironmentVariableName
@length(max: 256) @pattern("arn:aws[a-zA-Z-]*:elasticfilesystem:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:access-point/fsap-[a-f0-9]{17}$|^arn:aws[-a-z]*:s3files:[0-9a-z-:]+:file-system/fs-[0-9a-f]{17,40}/access-point/fsap-[0-9a-f]{17,40}")
string FileSystemArn
@length(max: 160) @pattern("/mnt/[a-zA-Z0-9-_.]+") string LocalMountPath
structure Layer {
    Arn: LayerVersionArn
    CodeSize: Long
}
enum SnapStartOptimizationStatus { ON = "On", OFF = "Off" }
@length(min: 1, max: 1024) @pattern("[0-9]+") string AdditionalVersion
@range(min: 0, max: 1) double Weight
@length(max: 1024) string Header
@length(max: 6) string Method
@length(min: 1, max: 253) string Origin
@length(min: 1, max: 140) string LayerName
@length(max: 350) string DestinationArn

// ---- event source mappings ----

@mixin
structure MappingSettings {
    BatchSize: BatchSize
    FilterCriteria: FilterCriteria
    KMSKeyArn: KMSKeyArn
    MetricsConfig: EventSourceMappingMetricsConfig
    LoggingConfig: EventSourceMappingLoggingConfig
    ScalingConfig: ScalingConfig
    MaximumBatchingWindowInSeconds: MaximumBatchingWindowInSeconds
    ParallelizationFactor: ParallelizationFactor
    DestinationConfig: DestinationConfig
    MaximumRecordAgeInSeconds: MaximumRecordAgeInSeconds
    BisectBatchOnFunctionError: Boolean
    MaximumRetryAttempts: MaximumRetryAttemptsEventSourceMapping
    TumblingWindowInSeconds: TumblingWindowInSeconds
    FunctionResponseTypes: FunctionResponseTypeList
    ProvisionedPollerConfig: ProvisionedPollerConfig
}
structure EventSourceMappingConfiguration {
    UUID: UUIDString
    StartingPosition: EventSourcePosition
    StartingPositionTimestamp: Timestamp
    BatchSize: BatchSize
    MaximumBatchingWindowInSeconds: MaximumBatchingWindowInSeconds
    EventSourceArn: Arn
    FilterCriteria: FilterCriteria
    KMSKeyArn: KMSKeyArn
    MetricsConfig: EventSourceMappingMetricsConfig
    LoggingConfig: EventSourceMappingLoggingConfig
    ScalingConfig: ScalingConfig
    FunctionArn: String
    LastModified: Timestamp
    LastProcessingResult: String
    State: String
    StateTransitionReason: String
    ParallelizationFactor: ParallelizationFactor
    DestinationConfig: DestinationConfig
    MaximumRecordAgeInSeconds: MaximumRecordAgeInSeconds
    BisectBatchOnFunctionError: Boolean
    MaximumRetryAttempts: MaximumRetryAttemptsEventSourceMapping
    TumblingWindowInSeconds: TumblingWindowInSeconds
    FunctionResponseTypes: FunctionResponseTypeList
    EventSourceMappingArn: String
    ProvisionedPollerConfig: ProvisionedPollerConfig
}
@length(min: 36, max: 36) string UUIDString
list EventSourceMappingsList { member: EventSourceMappingConfiguration }
@range(min: 1, max: 10000) integer BatchSize
@range(min: 0, max: 300) integer MaximumBatchingWindowInSeconds
@range(min: 1, max: 10) integer ParallelizationFactor
@range(min: -1, max: 604800) integer MaximumRecordAgeInSeconds
@range(min: -1, max: 10000) integer MaximumRetryAttemptsEventSourceMapping
@range(min: 0, max: 900) integer TumblingWindowInSeconds
@range(min: 2, max: 1000) integer MaximumConcurrency
structure ScalingConfig { MaximumConcurrency: MaximumConcurrency }
structure FilterCriteria { Filters: FilterList }
list FilterList { member: Filter }
structure Filter { Pattern: Pattern }
@length(max: 4096) string Pattern
@length(max: 1) list FunctionResponseTypeList { member: FunctionResponseType }
enum FunctionResponseType { REPORTBATCHITEMFAILURES = "ReportBatchItemFailures" }
enum EventSourcePosition { TRIM_HORIZON = "TRIM_HORIZON", LATEST = "LATEST", AT_TIMESTAMP = "AT_TIMESTAMP" }
structure EventSourceMappingMetricsConfig { Metrics: EventSourceMappingMetricList }
@length(max: 3) list EventSourceMappingMetricList { member: EventSourceMappingMetric }
enum EventSourceMappingMetric { EVENTCOUNT = "EventCount", ERRORCOUNT = "ErrorCount", KAFKAMETRICS = "KafkaMetrics" }
structure EventSourceMappingLoggingConfig { SystemLogLevel: EventSourceMappingSystemLogLevel }
enum EventSourceMappingSystemLogLevel { DEBUG = "DEBUG", INFO = "INFO", WARN = "WARN" }
structure ProvisionedPollerConfig {
    MinimumPollers: MinimumNumberOfPollers
    MaximumPollers: MaximumNumberOfPollers
    PollerGroupName: ProvisionedPollerGroupName
}
@range(min: 1, max: 200) integer MinimumNumberOfPollers
@range(min: 1, max: 10000) integer MaximumNumberOfPollers
@length(max: 128) @pattern("[a-zA-Z0-9-_]*") string ProvisionedPollerGroupName
@length(min: 1, max: 1) list Topics { member: Topic }
@length(min: 1, max: 249) @pattern("[^.]([a-zA-Z0-9\\-_.]+)") string Topic
@length(min: 1, max: 1) list Queues { member: Queue }
@length(min: 1, max: 1000) string Queue

// ---- errors ----

@error("client") @httpError(400)
structure ResourceInUseException { Type: String, Message: String }
@error("client") @httpError(400)
structure InvalidParameterValueException { Type: String, message: String }
@error("client") @httpError(409)
structure ResourceConflictException { Type: String, message: String }
@error("server") @httpError(500)
structure ServiceException { Type: String, Message: String }
@error("client") @httpError(429)
structure TooManyRequestsException { Type: String, message: String, @httpHeader("Retry-After") retryAfterSeconds: String, Reason: String }
@error("client") @httpError(404)
structure ResourceNotFoundException { Type: String, Message: String }
@error("client") @httpError(400)
structure CodeStorageExceededException { Type: String, message: String }
@error("client") @httpError(412)
structure PreconditionFailedException { Type: String, message: String }
@error("client") @httpError(413)
structure RequestTooLargeException { Type: String, message: String }
@error("client") @httpError(400)
structure InvalidRequestContentException { Type: String, message: String }
@error("server") @httpError(502)
structure InvalidRuntimeException { Type: String, Message: String }
@error("server") @httpError(502)
structure InvalidZipFileException { Type: String, Message: String }
@error("client") @httpError(400)
structure PolicyLengthExceededException { Type: String, message: String }
@error("server") @httpError(502)
structure ResourceNotReadyException { Type: String, message: String }

// ---- what is stored ----

/// A function: what its versions have in common. Key: (lambda, account, region, function, name).
structure FunctionRecord {
    LastVersion: Long
    Tags: Tags
    Reserved: Integer
    RecursiveLoop: String
}

/// One version; $LATEST is number 0. Key: (lambda, account, region, version, name, number).
structure VersionRecord {
    Configuration: FunctionConfiguration
    /// Names this code with this configuration for the engine; another one whenever they change.
    Key: String
    CodeBlob: String
    UnzippedBytes: Long
    LayerBlobs: BlobIds
    LayerBytes: Long
}
list BlobIds { member: String }

structure StatementRecord { Sid: String, Json: String }
list StatementRecords { member: StatementRecord }

/// The policy of a function, version or alias, or of a layer version.
structure PolicyRecord {
    RevisionId: String
    Statements: StatementRecords
}

structure UrlRecord {
    Id: String
    AuthType: String
    Cors: Cors
    InvokeMode: String
    CreationTime: String
    LastModifiedTime: String
}

/// Whose address an id is. Key: (lambda, url, id).
structure UrlOwnerRecord { Account: String, Region: String, Function: String, Qualifier: String }

structure RuntimeManagementRecord { UpdateRuntimeOn: String, RuntimeVersionArn: String }

structure LayerRecord { LastVersion: Long }

structure LayerVersionRecord {
    Version: Long
    Description: String
    CreatedDate: String
    CompatibleArchitectures: CompatibleArchitectures
    CompatibleRuntimes: CompatibleRuntimes
    LicenseInfo: String
    CodeSha256: String
    CodeSize: Long
    Blob: String
    UnzippedBytes: Long
}

/// An event that was accepted and not yet handled. Key: (lambda-async, due time, id).
structure EventRecord {
    Account: String
    Region: String
    Function: String
    Qualifier: String
    RequestId: String
    Payload: Blob
    ClientContext: String
    TraceId: String
    AcceptedMs: Long
    /// Runs that ended with an error of the function.
    Errors: Integer
    /// Tries that found no room, or failed in the server.
    Throttles: Integer
}

/// A mapping of an event source to a function. Key: (lambda-mapping, account, region, UUID).
structure MappingRecord {
    Account: String
    Region: String
    Function: String
    Qualifier: String
    Enabled: Boolean
    /// One more with each change: pollers of an older one end.
    Revision: Long
    Configuration: EventSourceMappingConfiguration
    Tags: Tags
}
/// How far a mapping of a stream is: the number of the next record, for each of its lanes. Key: (lambda-position, account,
/// region, UUID).
structure MappingPosition { Next: Positions, Result: String }
list Positions { member: Long }
