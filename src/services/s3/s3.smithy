// Amazon S3: buckets, objects, versions and uploads, as far as this server keeps them.
$version: "2"
namespace com.amazonaws.s3

/// Buckets of objects, kept as files that are written before they are named.
@service(sdkId: "S3", endpointPrefix: "s3")
@sigv4(name: "s3")
@restXml
@xmlNamespace(uri: "http://s3.amazonaws.com/doc/2006-03-01/")
service AmazonS3 { version: "2006-03-01" }

/// Makes a bucket; its name is unique in the whole server.
@http(method: "PUT", uri: "/{Bucket}", code: 200)
@action("s3:CreateBucket")
@resource("arn:aws:s3:::{Bucket}")
operation CreateBucket {
	input := {
		@httpHeader("x-amz-acl") ACL: String
		@required @httpLabel Bucket: String
		@httpPayload CreateBucketConfiguration: CreateBucketConfiguration
		@httpHeader("x-amz-object-ownership") ObjectOwnership: String
	}
	output: CreateBucketOutput
	errors: [BucketAlreadyExists BucketAlreadyOwnedByYou]
}

/// Whether a bucket exists and may be used, and where it is.
@http(method: "HEAD", uri: "/{Bucket}", code: 200)
@action("s3:ListBucket")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation HeadBucket {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: HeadBucketOutput
	errors: [NoSuchBucket]
}

/// Deletes a bucket that holds no object, version or upload.
@http(method: "DELETE", uri: "/{Bucket}", code: 204)
@action("s3:DeleteBucket")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation DeleteBucket {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// The account's buckets by name, in pages.
@http(method: "GET", uri: "/", code: 200)
@action("s3:ListAllMyBuckets")
@readonly
operation ListBuckets {
	input := {
		@httpQuery("max-buckets") MaxBuckets: Integer
		@httpQuery("continuation-token") ContinuationToken: String
		@httpQuery("prefix") Prefix: String
		@httpQuery("bucket-region") BucketRegion: String
	}
	output: ListBucketsOutput
}

/// The bucket's region.
@http(method: "GET", uri: "/{Bucket}?location", code: 200)
@action("s3:GetBucketLocation")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketLocation {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketLocationOutput
	errors: [NoSuchBucket]
}

/// Turns versioning on, or suspends it.
@http(method: "PUT", uri: "/{Bucket}?versioning", code: 200)
@action("s3:PutBucketVersioning")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketVersioning {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@required @httpPayload VersioningConfiguration: VersioningConfiguration
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Whether versions are kept.
@http(method: "GET", uri: "/{Bucket}?versioning", code: 200)
@action("s3:GetBucketVersioning")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketVersioning {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketVersioningOutput
	errors: [NoSuchBucket]
}

/// Replaces the bucket's tags.
@http(method: "PUT", uri: "/{Bucket}?tagging", code: 200)
@action("s3:PutBucketTagging")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketTagging {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@required @httpPayload Tagging: Tagging
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// The bucket's tags.
@http(method: "GET", uri: "/{Bucket}?tagging", code: 200)
@action("s3:GetBucketTagging")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketTagging {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketTaggingOutput
	errors: [NoSuchBucket]
}

/// Takes the bucket's tags away.
@http(method: "DELETE", uri: "/{Bucket}?tagging", code: 204)
@action("s3:PutBucketTagging")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation DeleteBucketTagging {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Sets the bucket's policy, which a strict server enforces.
@http(method: "PUT", uri: "/{Bucket}?policy", code: 200)
@action("s3:PutBucketPolicy")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketPolicy {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@httpHeader("x-amz-confirm-remove-self-bucket-access") ConfirmRemoveSelfBucketAccess: Boolean
		@required @httpPayload Policy: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// The bucket's policy as it was set.
@http(method: "GET", uri: "/{Bucket}?policy", code: 200)
@action("s3:GetBucketPolicy")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketPolicy {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketPolicyOutput
	errors: [NoSuchBucket]
}

/// Takes the bucket's policy away.
@http(method: "DELETE", uri: "/{Bucket}?policy", code: 204)
@action("s3:DeleteBucketPolicy")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation DeleteBucketPolicy {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Whether the bucket's policy opens it to everyone.
@http(method: "GET", uri: "/{Bucket}?policyStatus", code: 200)
@action("s3:GetBucketPolicyStatus")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketPolicyStatus {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketPolicyStatusOutput
	errors: [NoSuchBucket]
}

/// Sets which pages of other origins may use the bucket.
@http(method: "PUT", uri: "/{Bucket}?cors", code: 200)
@action("s3:PutBucketCORS")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketCors {
	input := {
		@required @httpLabel Bucket: String
		@required @httpPayload CORSConfiguration: CORSConfiguration
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// The bucket's rules for pages of other origins.
@http(method: "GET", uri: "/{Bucket}?cors", code: 200)
@action("s3:GetBucketCORS")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketCors {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketCorsOutput
	errors: [NoSuchBucket]
}

/// Takes the bucket's rules for pages of other origins away.
@http(method: "DELETE", uri: "/{Bucket}?cors", code: 204)
@action("s3:PutBucketCORS")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation DeleteBucketCors {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Makes the bucket a website.
@http(method: "PUT", uri: "/{Bucket}?website", code: 200)
@action("s3:PutBucketWebsite")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketWebsite {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@required @httpPayload WebsiteConfiguration: WebsiteConfiguration
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// The bucket's website configuration.
@http(method: "GET", uri: "/{Bucket}?website", code: 200)
@action("s3:GetBucketWebsite")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketWebsite {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketWebsiteOutput
	errors: [NoSuchBucket]
}

/// The bucket is no longer a website.
@http(method: "DELETE", uri: "/{Bucket}?website", code: 204)
@action("s3:DeleteBucketWebsite")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation DeleteBucketWebsite {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Sets when objects, versions and unfinished uploads expire.
@http(method: "PUT", uri: "/{Bucket}?lifecycle", code: 200)
@action("s3:PutLifecycleConfiguration")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketLifecycleConfiguration {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@httpPayload LifecycleConfiguration: BucketLifecycleConfiguration
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: PutBucketLifecycleConfigurationOutput
	errors: [NoSuchBucket]
}

/// The bucket's rules of expiry.
@http(method: "GET", uri: "/{Bucket}?lifecycle", code: 200)
@action("s3:GetLifecycleConfiguration")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketLifecycleConfiguration {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketLifecycleConfigurationOutput
	errors: [NoSuchBucket]
}

/// Takes the bucket's rules of expiry away.
@http(method: "DELETE", uri: "/{Bucket}?lifecycle", code: 204)
@action("s3:PutLifecycleConfiguration")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation DeleteBucketLifecycle {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Sets who is told of what happens to objects.
@http(method: "PUT", uri: "/{Bucket}?notification", code: 200)
@action("s3:PutBucketNotification")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketNotificationConfiguration {
	input := {
		@required @httpLabel Bucket: String
		@required @httpPayload NotificationConfiguration: NotificationConfiguration
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("x-amz-skip-destination-validation") SkipDestinationValidation: Boolean
	}
	errors: [NoSuchBucket]
}

/// Who is told of what happens to objects.
@http(method: "GET", uri: "/{Bucket}?notification", code: 200)
@action("s3:GetBucketNotification")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketNotificationConfiguration {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: NotificationConfiguration
	errors: [NoSuchBucket]
}

/// Sets which public access is blocked whatever policies say.
@http(method: "PUT", uri: "/{Bucket}?publicAccessBlock", code: 200)
@action("s3:PutBucketPublicAccessBlock")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutPublicAccessBlock {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@required @httpPayload PublicAccessBlockConfiguration: PublicAccessBlockConfiguration
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Which public access is blocked.
@http(method: "GET", uri: "/{Bucket}?publicAccessBlock", code: 200)
@action("s3:GetBucketPublicAccessBlock")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetPublicAccessBlock {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetPublicAccessBlockOutput
	errors: [NoSuchBucket]
}

/// Public access is no longer blocked.
@http(method: "DELETE", uri: "/{Bucket}?publicAccessBlock", code: 204)
@action("s3:PutBucketPublicAccessBlock")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation DeletePublicAccessBlock {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Sets who owns the objects of the bucket.
@http(method: "PUT", uri: "/{Bucket}?ownershipControls", code: 200)
@action("s3:PutBucketOwnershipControls")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketOwnershipControls {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@required @httpPayload OwnershipControls: OwnershipControls
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
	}
	errors: [NoSuchBucket]
}

/// Who owns the objects of the bucket.
@http(method: "GET", uri: "/{Bucket}?ownershipControls", code: 200)
@action("s3:GetBucketOwnershipControls")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketOwnershipControls {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketOwnershipControlsOutput
	errors: [NoSuchBucket]
}

/// Takes the ownership controls away.
@http(method: "DELETE", uri: "/{Bucket}?ownershipControls", code: 204)
@action("s3:PutBucketOwnershipControls")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation DeleteBucketOwnershipControls {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Sets the encryption that the bucket names by default.
@http(method: "PUT", uri: "/{Bucket}?encryption", code: 200)
@action("s3:PutEncryptionConfiguration")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketEncryption {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@required @httpPayload ServerSideEncryptionConfiguration: ServerSideEncryptionConfiguration
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// The encryption that the bucket names by default.
@http(method: "GET", uri: "/{Bucket}?encryption", code: 200)
@action("s3:GetEncryptionConfiguration")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketEncryption {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketEncryptionOutput
	errors: [NoSuchBucket]
}

/// Back to S3's own default encryption.
@http(method: "DELETE", uri: "/{Bucket}?encryption", code: 204)
@action("s3:PutEncryptionConfiguration")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation DeleteBucketEncryption {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// Sets the bucket's access control list, where ownership allows lists.
@http(method: "PUT", uri: "/{Bucket}?acl", code: 200)
@action("s3:PutBucketAcl")
@resource("arn:aws:s3:::{Bucket}")
@optionalAuth
operation PutBucketAcl {
	input := {
		@httpHeader("x-amz-acl") ACL: String
		@httpPayload AccessControlPolicy: AccessControlPolicy
		@required @httpLabel Bucket: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	errors: [NoSuchBucket]
}

/// The bucket's access control list.
@http(method: "GET", uri: "/{Bucket}?acl", code: 200)
@action("s3:GetBucketAcl")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation GetBucketAcl {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetBucketAclOutput
	errors: [NoSuchBucket]
}

/// Sets an object's access control list, where ownership allows lists.
@http(method: "PUT", uri: "/{Bucket}/{Key+}?acl", code: 200)
@action("s3:PutObjectAcl")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@optionalAuth
operation PutObjectAcl {
	input := {
		@httpHeader("x-amz-acl") ACL: String
		@httpPayload AccessControlPolicy: AccessControlPolicy
		@required @httpLabel Bucket: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@required @httpLabel Key: String
		@httpQuery("versionId") VersionId: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: PutObjectAclOutput
	errors: [NoSuchBucket]
}

/// An object's access control list.
@http(method: "GET", uri: "/{Bucket}/{Key+}?acl", code: 200)
@action("s3:GetObjectAcl")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@readonly @optionalAuth
operation GetObjectAcl {
	input := {
		@required @httpLabel Bucket: String
		@required @httpLabel Key: String
		@httpQuery("versionId") VersionId: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetObjectAclOutput
	errors: [NoSuchBucket]
}

/// Stores an object: it is whole, or it is not there.
@http(method: "PUT", uri: "/{Bucket}/{Key+}", code: 200)
@action("s3:PutObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@waits @optionalAuth
operation PutObject {
	input := {
		@httpHeader("x-amz-acl") ACL: String
		@httpPayload @streaming Body: Blob
		@required @httpLabel Bucket: String
		@httpHeader("Cache-Control") CacheControl: String
		@httpHeader("Content-Disposition") ContentDisposition: String
		@httpHeader("Content-Encoding") ContentEncoding: String
		@httpHeader("Content-Language") ContentLanguage: String
		@httpHeader("Content-Length") ContentLength: Long
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("Content-Type") ContentType: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@httpHeader("x-amz-checksum-crc32") ChecksumCRC32: String
		@httpHeader("x-amz-checksum-crc32c") ChecksumCRC32C: String
		@httpHeader("x-amz-checksum-crc64nvme") ChecksumCRC64NVME: String
		@httpHeader("x-amz-checksum-sha1") ChecksumSHA1: String
		@httpHeader("x-amz-checksum-sha256") ChecksumSHA256: String
		@httpHeader("Expires") Expires: String
		@httpHeader("If-Match") IfMatch: String
		@httpHeader("If-None-Match") IfNoneMatch: String
		@required @httpLabel Key: String
		@httpPrefixHeaders("x-amz-meta-") Metadata: Metadata
		@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
		@httpHeader("x-amz-storage-class") StorageClass: String
		@httpHeader("x-amz-website-redirect-location") WebsiteRedirectLocation: String
		@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
		@httpHeader("x-amz-tagging") Tagging: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: PutObjectOutput
	errors: [NoSuchBucket]
}

/// Stores the file of an HTML form (multipart/form-data), as far as its signed policy allows.
@http(method: "POST", uri: "/{Bucket}", code: 204)
@action("s3:PutObject")
@resource("arn:aws:s3:::{Bucket}/*")
@waits @optionalAuth
operation PostObject {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("Content-Type") ContentType: String
		@httpPayload @streaming Body: Blob
	}
	output := {
		@httpResponseCode Status: Integer
		@httpHeader("Location") Location: String
		@httpHeader("ETag") ETag: String
		@httpHeader("x-amz-version-id") VersionId: String
		@httpPayload PostResponse: PostResponse
	}
	errors: [NoSuchBucket]
}

structure PostResponse {
	Location: String
	Bucket: String
	Key: String
	ETag: String
}

/// An object, or a range or a part of it.
@http(method: "GET", uri: "/{Bucket}/{Key+}", code: 200)
@action("s3:GetObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@waits @optionalAuth
operation GetObject {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("If-Match") IfMatch: String
		@httpHeader("If-Modified-Since") IfModifiedSince: Timestamp
		@httpHeader("If-None-Match") IfNoneMatch: String
		@httpHeader("If-Unmodified-Since") IfUnmodifiedSince: Timestamp
		@required @httpLabel Key: String
		@httpHeader("Range") Range: String
		@httpQuery("response-cache-control") ResponseCacheControl: String
		@httpQuery("response-content-disposition") ResponseContentDisposition: String
		@httpQuery("response-content-encoding") ResponseContentEncoding: String
		@httpQuery("response-content-language") ResponseContentLanguage: String
		@httpQuery("response-content-type") ResponseContentType: String
		@httpQuery("response-expires") @timestampFormat("http-date") ResponseExpires: Timestamp
		@httpQuery("versionId") VersionId: String
		@httpQuery("partNumber") PartNumber: Integer
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("x-amz-checksum-mode") ChecksumMode: String
	}
	output: GetObjectOutput
	errors: [NoSuchBucket NoSuchKey]
}

/// What GetObject would answer, without the body.
@http(method: "HEAD", uri: "/{Bucket}/{Key+}", code: 200)
@action("s3:GetObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@waits @optionalAuth
operation HeadObject {
	input := {
		@required @httpLabel Bucket: String
		@httpHeader("If-Match") IfMatch: String
		@httpHeader("If-Modified-Since") IfModifiedSince: Timestamp
		@httpHeader("If-None-Match") IfNoneMatch: String
		@httpHeader("If-Unmodified-Since") IfUnmodifiedSince: Timestamp
		@required @httpLabel Key: String
		@httpHeader("Range") Range: String
		@httpQuery("response-cache-control") ResponseCacheControl: String
		@httpQuery("response-content-disposition") ResponseContentDisposition: String
		@httpQuery("response-content-encoding") ResponseContentEncoding: String
		@httpQuery("response-content-language") ResponseContentLanguage: String
		@httpQuery("response-content-type") ResponseContentType: String
		@httpQuery("response-expires") @timestampFormat("http-date") ResponseExpires: Timestamp
		@httpQuery("versionId") VersionId: String
		@httpQuery("partNumber") PartNumber: Integer
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("x-amz-checksum-mode") ChecksumMode: String
	}
	output: HeadObjectOutput
	errors: [NoSuchBucket NoSuchKey]
}

/// Deletes an object or one of its versions, or puts a delete marker.
@http(method: "DELETE", uri: "/{Bucket}/{Key+}", code: 204)
@action("s3:DeleteObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@optionalAuth
operation DeleteObject {
	input := {
		@required @httpLabel Bucket: String
		@required @httpLabel Key: String
		@httpQuery("versionId") VersionId: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("If-Match") IfMatch: String
		@httpHeader("x-amz-if-match-last-modified-time") @timestampFormat("http-date") IfMatchLastModifiedTime: Timestamp
		@httpHeader("x-amz-if-match-size") IfMatchSize: Long
	}
	output: DeleteObjectOutput
	errors: [NoSuchBucket]
}

/// Deletes up to 1000 objects or versions.
@http(method: "POST", uri: "/{Bucket}?delete", code: 200)
@action("s3:DeleteObject")
@resource("arn:aws:s3:::{Bucket}/*")
@waits @optionalAuth
operation DeleteObjects {
	input := {
		@required @httpLabel Bucket: String
		@required @httpPayload Delete: Delete
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
	}
	output: DeleteObjectsOutput
	errors: [NoSuchBucket]
}

/// Makes an object out of another, with its metadata and tags or new ones.
@http(method: "PUT", uri: "/{Bucket}/{Key+}", code: 200)
@action("s3:PutObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@waits @optionalAuth
operation CopyObject {
	input := {
		@httpHeader("x-amz-acl") ACL: String
		@required @httpLabel Bucket: String
		@httpHeader("Cache-Control") CacheControl: String
		@httpHeader("x-amz-checksum-algorithm") ChecksumAlgorithm: String
		@httpHeader("Content-Disposition") ContentDisposition: String
		@httpHeader("Content-Encoding") ContentEncoding: String
		@httpHeader("Content-Language") ContentLanguage: String
		@httpHeader("Content-Type") ContentType: String
		@required @httpHeader("x-amz-copy-source") CopySource: String
		@httpHeader("x-amz-copy-source-if-match") CopySourceIfMatch: String
		@httpHeader("x-amz-copy-source-if-modified-since") CopySourceIfModifiedSince: Timestamp
		@httpHeader("x-amz-copy-source-if-none-match") CopySourceIfNoneMatch: String
		@httpHeader("x-amz-copy-source-if-unmodified-since") CopySourceIfUnmodifiedSince: Timestamp
		@httpHeader("Expires") Expires: String
		@httpHeader("If-Match") IfMatch: String
		@httpHeader("If-None-Match") IfNoneMatch: String
		@required @httpLabel Key: String
		@httpPrefixHeaders("x-amz-meta-") Metadata: Metadata
		@httpHeader("x-amz-metadata-directive") MetadataDirective: String
		@httpHeader("x-amz-tagging-directive") TaggingDirective: String
		@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
		@httpHeader("x-amz-storage-class") StorageClass: String
		@httpHeader("x-amz-website-redirect-location") WebsiteRedirectLocation: String
		@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
		@httpHeader("x-amz-tagging") Tagging: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("x-amz-source-expected-bucket-owner") ExpectedSourceBucketOwner: String
	}
	output: CopyObjectOutput
	errors: [NoSuchBucket NoSuchKey]
}

/// A page of the bucket's objects, by markers.
@http(method: "GET", uri: "/{Bucket}", code: 200)
@action("s3:ListBucket")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation ListObjects {
	input := {
		@required @httpLabel Bucket: String
		@httpQuery("delimiter") Delimiter: String
		@httpQuery("encoding-type") EncodingType: String
		@httpQuery("marker") Marker: String
		@httpQuery("max-keys") MaxKeys: Integer
		@httpQuery("prefix") Prefix: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: ListObjectsOutput
	errors: [NoSuchBucket]
}

/// A page of the bucket's objects, by continuation tokens.
@http(method: "GET", uri: "/{Bucket}?list-type=2", code: 200)
@action("s3:ListBucket")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation ListObjectsV2 {
	input := {
		@required @httpLabel Bucket: String
		@httpQuery("delimiter") Delimiter: String
		@httpQuery("encoding-type") EncodingType: String
		@httpQuery("max-keys") MaxKeys: Integer
		@httpQuery("prefix") Prefix: String
		@httpQuery("continuation-token") ContinuationToken: String
		@httpQuery("fetch-owner") FetchOwner: Boolean
		@httpQuery("start-after") StartAfter: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: ListObjectsV2Output
	errors: [NoSuchBucket]
}

/// A page of the bucket's versions and delete markers.
@http(method: "GET", uri: "/{Bucket}?versions", code: 200)
@action("s3:ListBucketVersions")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation ListObjectVersions {
	input := {
		@required @httpLabel Bucket: String
		@httpQuery("delimiter") Delimiter: String
		@httpQuery("encoding-type") EncodingType: String
		@httpQuery("key-marker") KeyMarker: String
		@httpQuery("max-keys") MaxKeys: Integer
		@httpQuery("prefix") Prefix: String
		@httpQuery("version-id-marker") VersionIdMarker: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: ListObjectVersionsOutput
	errors: [NoSuchBucket]
}

/// Chosen facts of an object and of its parts.
@http(method: "GET", uri: "/{Bucket}/{Key+}?attributes", code: 200)
@action("s3:GetObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@readonly @optionalAuth
operation GetObjectAttributes {
	input := {
		@required @httpLabel Bucket: String
		@required @httpLabel Key: String
		@httpQuery("versionId") VersionId: String
		@httpHeader("x-amz-max-parts") MaxParts: Integer
		@httpHeader("x-amz-part-number-marker") PartNumberMarker: Integer
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@required @httpHeader("x-amz-object-attributes") ObjectAttributes: ObjectAttributesList
	}
	output: GetObjectAttributesOutput
	errors: [NoSuchBucket]
}

/// Replaces an object's tags.
@http(method: "PUT", uri: "/{Bucket}/{Key+}?tagging", code: 200)
@action("s3:PutObjectTagging")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@optionalAuth
operation PutObjectTagging {
	input := {
		@required @httpLabel Bucket: String
		@required @httpLabel Key: String
		@httpQuery("versionId") VersionId: String
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@required @httpPayload Tagging: Tagging
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: PutObjectTaggingOutput
	errors: [NoSuchBucket]
}

/// An object's tags.
@http(method: "GET", uri: "/{Bucket}/{Key+}?tagging", code: 200)
@action("s3:GetObjectTagging")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@readonly @optionalAuth
operation GetObjectTagging {
	input := {
		@required @httpLabel Bucket: String
		@required @httpLabel Key: String
		@httpQuery("versionId") VersionId: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: GetObjectTaggingOutput
	errors: [NoSuchBucket]
}

/// Takes an object's tags away.
@http(method: "DELETE", uri: "/{Bucket}/{Key+}?tagging", code: 204)
@action("s3:DeleteObjectTagging")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@optionalAuth
operation DeleteObjectTagging {
	input := {
		@required @httpLabel Bucket: String
		@required @httpLabel Key: String
		@httpQuery("versionId") VersionId: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: DeleteObjectTaggingOutput
	errors: [NoSuchBucket]
}

/// Begins an upload in parts.
@http(method: "POST", uri: "/{Bucket}/{Key+}?uploads", code: 200)
@action("s3:PutObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@optionalAuth
operation CreateMultipartUpload {
	input := {
		@httpHeader("x-amz-acl") ACL: String
		@required @httpLabel Bucket: String
		@httpHeader("Cache-Control") CacheControl: String
		@httpHeader("Content-Disposition") ContentDisposition: String
		@httpHeader("Content-Encoding") ContentEncoding: String
		@httpHeader("Content-Language") ContentLanguage: String
		@httpHeader("Content-Type") ContentType: String
		@httpHeader("Expires") Expires: String
		@required @httpLabel Key: String
		@httpPrefixHeaders("x-amz-meta-") Metadata: Metadata
		@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
		@httpHeader("x-amz-storage-class") StorageClass: String
		@httpHeader("x-amz-website-redirect-location") WebsiteRedirectLocation: String
		@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
		@httpHeader("x-amz-tagging") Tagging: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("x-amz-checksum-algorithm") ChecksumAlgorithm: String
		@httpHeader("x-amz-checksum-type") ChecksumType: String
	}
	output: CreateMultipartUploadOutput
	errors: [NoSuchBucket]
}

/// Stores one part of an upload.
@http(method: "PUT", uri: "/{Bucket}/{Key+}", code: 200)
@action("s3:PutObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@waits @optionalAuth
operation UploadPart {
	input := {
		@httpPayload @streaming Body: Blob
		@required @httpLabel Bucket: String
		@httpHeader("Content-Length") ContentLength: Long
		@httpHeader("Content-MD5") ContentMD5: String
		@httpHeader("x-amz-sdk-checksum-algorithm") ChecksumAlgorithm: String
		@httpHeader("x-amz-checksum-crc32") ChecksumCRC32: String
		@httpHeader("x-amz-checksum-crc32c") ChecksumCRC32C: String
		@httpHeader("x-amz-checksum-crc64nvme") ChecksumCRC64NVME: String
		@httpHeader("x-amz-checksum-sha1") ChecksumSHA1: String
		@httpHeader("x-amz-checksum-sha256") ChecksumSHA256: String
		@required @httpLabel Key: String
		@required @httpQuery("partNumber") PartNumber: Integer
		@required @httpQuery("uploadId") UploadId: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: UploadPartOutput
	errors: [NoSuchBucket NoSuchUpload]
}

/// Stores one part of an upload out of an object.
@http(method: "PUT", uri: "/{Bucket}/{Key+}", code: 200)
@action("s3:PutObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@waits @optionalAuth
operation UploadPartCopy {
	input := {
		@required @httpLabel Bucket: String
		@required @httpHeader("x-amz-copy-source") CopySource: String
		@httpHeader("x-amz-copy-source-if-match") CopySourceIfMatch: String
		@httpHeader("x-amz-copy-source-if-modified-since") CopySourceIfModifiedSince: Timestamp
		@httpHeader("x-amz-copy-source-if-none-match") CopySourceIfNoneMatch: String
		@httpHeader("x-amz-copy-source-if-unmodified-since") CopySourceIfUnmodifiedSince: Timestamp
		@httpHeader("x-amz-copy-source-range") CopySourceRange: String
		@required @httpLabel Key: String
		@required @httpQuery("partNumber") PartNumber: Integer
		@required @httpQuery("uploadId") UploadId: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("x-amz-source-expected-bucket-owner") ExpectedSourceBucketOwner: String
	}
	output: UploadPartCopyOutput
	errors: [NoSuchBucket NoSuchKey NoSuchUpload]
}

/// Makes the parts of an upload one object.
@http(method: "POST", uri: "/{Bucket}/{Key+}", code: 200)
@action("s3:PutObject")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@optionalAuth
operation CompleteMultipartUpload {
	input := {
		@required @httpLabel Bucket: String
		@required @httpLabel Key: String
		@httpPayload @xmlName("CompleteMultipartUpload") MultipartUpload: CompletedMultipartUpload
		@required @httpQuery("uploadId") UploadId: String
		@httpHeader("x-amz-checksum-crc32") ChecksumCRC32: String
		@httpHeader("x-amz-checksum-crc32c") ChecksumCRC32C: String
		@httpHeader("x-amz-checksum-crc64nvme") ChecksumCRC64NVME: String
		@httpHeader("x-amz-checksum-sha1") ChecksumSHA1: String
		@httpHeader("x-amz-checksum-sha256") ChecksumSHA256: String
		@httpHeader("x-amz-checksum-type") ChecksumType: String
		@httpHeader("x-amz-mp-object-size") MpuObjectSize: Long
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("If-Match") IfMatch: String
		@httpHeader("If-None-Match") IfNoneMatch: String
	}
	output: CompleteMultipartUploadOutput
	errors: [NoSuchBucket NoSuchUpload]
}

/// Ends an upload and deletes its parts.
@http(method: "DELETE", uri: "/{Bucket}/{Key+}", code: 204)
@action("s3:AbortMultipartUpload")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@optionalAuth
operation AbortMultipartUpload {
	input := {
		@required @httpLabel Bucket: String
		@required @httpLabel Key: String
		@required @httpQuery("uploadId") UploadId: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
		@httpHeader("x-amz-if-match-initiated-time") @timestampFormat("http-date") IfMatchInitiatedTime: Timestamp
	}
	output: AbortMultipartUploadOutput
	errors: [NoSuchBucket NoSuchUpload]
}

/// The parts of an upload that have come.
@http(method: "GET", uri: "/{Bucket}/{Key+}", code: 200)
@action("s3:ListMultipartUploadParts")
@resource("arn:aws:s3:::{Bucket}/{Key}")
@readonly @optionalAuth
operation ListParts {
	input := {
		@required @httpLabel Bucket: String
		@required @httpLabel Key: String
		@httpQuery("max-parts") MaxParts: Integer
		@httpQuery("part-number-marker") PartNumberMarker: Integer
		@required @httpQuery("uploadId") UploadId: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: ListPartsOutput
	errors: [NoSuchBucket NoSuchUpload]
}

/// The bucket's uploads that are not finished.
@http(method: "GET", uri: "/{Bucket}?uploads", code: 200)
@action("s3:ListBucketMultipartUploads")
@resource("arn:aws:s3:::{Bucket}")
@readonly @optionalAuth
operation ListMultipartUploads {
	input := {
		@required @httpLabel Bucket: String
		@httpQuery("delimiter") Delimiter: String
		@httpQuery("encoding-type") EncodingType: String
		@httpQuery("key-marker") KeyMarker: String
		@httpQuery("max-uploads") MaxUploads: Integer
		@httpQuery("prefix") Prefix: String
		@httpQuery("upload-id-marker") UploadIdMarker: String
		@httpHeader("x-amz-expected-bucket-owner") ExpectedBucketOwner: String
	}
	output: ListMultipartUploadsOutput
	errors: [NoSuchBucket]
}

/// Where an object's bytes are, for other services: its blobs in order, or the bytes themselves when they are few.
/// Whoever is called for must be allowed s3:GetObject there (s3:GetObjectVersion, when a version is named).
@internal
@waits
operation LocateObject {
	input := {
		@required Bucket: String
		@required Key: String
		VersionId: String
	}
	output: LocateObjectOutput
	errors: [NoSuchBucket NoSuchKey]
}

/// Whether the caller may put an object there, for other services that put it later.
@internal
@waits
operation CheckPutObject {
	input := {
		@required Bucket: String
		@required Key: String
	}
	output := {}
	errors: []
}

/// Puts an object of bytes at hand, for other services: whoever it is for has been asked about by CheckPutObject.
@internal
@waits
operation StoreObject {
	input := {
		@required Bucket: String
		@required Key: String
		Data: Blob
		ContentType: String
		ServerSideEncryption: String
		SSEKMSKeyId: String
		ExpectedBucketOwner: String
	}
	output := { ETag: String }
	errors: [NoSuchBucket]
}

/// A page of a bucket's keys, for other services. Whoever is called for must be allowed s3:ListBucket there.
@internal
@waits
operation FindObjects {
	input := {
		@required Bucket: String
		Prefix: String
		StartAfter: String
		MaxKeys: Integer
		ExpectedBucketOwner: String
	}
	output := { Keys: FoundKeys }
	errors: [NoSuchBucket]
}
list FoundKeys { member: String }

structure LocateObjectOutput {
	Size: Long
	ETag: String
	VersionId: String
	Data: Blob
	Blobs: LocatedBlobs
}
list LocatedBlobs { member: LocatedBlob }
structure LocatedBlob {
	Blob: String
	Size: Long
}

structure LocationInfo {
	Type: String
	Name: String
}

structure BucketInfo {
	DataRedundancy: String
	Type: String
}

structure Tag {
	@required Key: String
	@required Value: String
}

list TagSet {
	@xmlName("Tag") member: Tag
}

structure CreateBucketConfiguration {
	LocationConstraint: String
	Location: LocationInfo
	Bucket: BucketInfo
	Tags: TagSet
}

structure CreateBucketOutput {
	@httpHeader("Location") Location: String
	@httpHeader("x-amz-bucket-arn") BucketArn: String
}

structure HeadBucketOutput {
	@httpHeader("x-amz-bucket-arn") BucketArn: String
	@httpHeader("x-amz-bucket-region") BucketRegion: String
}

structure Bucket {
	Name: String
	CreationDate: Timestamp
	BucketRegion: String
	BucketArn: String
}

list Buckets {
	@xmlName("Bucket") member: Bucket
}

structure Owner {
	DisplayName: String
	ID: String
}

@xmlName("ListAllMyBucketsResult")
structure ListBucketsOutput {
	Buckets: Buckets
	Owner: Owner
	ContinuationToken: String
	Prefix: String
}

@xmlName("LocationConstraint")
structure GetBucketLocationOutput {
	// The element holds bare text: it is written as a whole.
	@httpPayload LocationConstraint: Blob
}

structure VersioningConfiguration {
	@xmlName("MfaDelete") MFADelete: String
	Status: String
}

@xmlName("VersioningConfiguration")
structure GetBucketVersioningOutput {
	Status: String
	@xmlName("MfaDelete") MFADelete: String
}

structure Tagging {
	@required TagSet: TagSet
}

@xmlName("Tagging")
structure GetBucketTaggingOutput {
	TagSet: TagSet
}

structure GetBucketPolicyOutput {
	@httpPayload Policy: String
}

structure PolicyStatus {
	IsPublic: Boolean
}

structure GetBucketPolicyStatusOutput {
	@httpPayload PolicyStatus: PolicyStatus
}

list AllowedHeaders {
	member: String
}

list AllowedMethods {
	member: String
}

list AllowedOrigins {
	member: String
}

list ExposeHeaders {
	member: String
}

structure CORSRule {
	ID: String
	@xmlFlattened @xmlName("AllowedHeader") AllowedHeaders: AllowedHeaders
	@required @xmlFlattened @xmlName("AllowedMethod") AllowedMethods: AllowedMethods
	@required @xmlFlattened @xmlName("AllowedOrigin") AllowedOrigins: AllowedOrigins
	@xmlFlattened @xmlName("ExposeHeader") ExposeHeaders: ExposeHeaders
	MaxAgeSeconds: Integer
}

list CORSRules {
	member: CORSRule
}

structure CORSConfiguration {
	@required @xmlFlattened @xmlName("CORSRule") CORSRules: CORSRules
}

@xmlName("CORSConfiguration")
structure GetBucketCorsOutput {
	@xmlFlattened @xmlName("CORSRule") CORSRules: CORSRules
}

structure ErrorDocument {
	@required Key: String
}

structure IndexDocument {
	@required Suffix: String
}

structure RedirectAllRequestsTo {
	@required HostName: String
	Protocol: String
}

structure Condition {
	HttpErrorCodeReturnedEquals: String
	KeyPrefixEquals: String
}

structure Redirect {
	HostName: String
	HttpRedirectCode: String
	Protocol: String
	ReplaceKeyPrefixWith: String
	ReplaceKeyWith: String
}

structure RoutingRule {
	Condition: Condition
	@required Redirect: Redirect
}

list RoutingRules {
	@xmlName("RoutingRule") member: RoutingRule
}

structure WebsiteConfiguration {
	ErrorDocument: ErrorDocument
	IndexDocument: IndexDocument
	RedirectAllRequestsTo: RedirectAllRequestsTo
	RoutingRules: RoutingRules
}

@xmlName("WebsiteConfiguration")
structure GetBucketWebsiteOutput {
	RedirectAllRequestsTo: RedirectAllRequestsTo
	IndexDocument: IndexDocument
	ErrorDocument: ErrorDocument
	RoutingRules: RoutingRules
}

structure LifecycleExpiration {
	@timestampFormat("date-time") Date: Timestamp
	Days: Integer
	ExpiredObjectDeleteMarker: Boolean
}

structure LifecycleRuleAndOperator {
	Prefix: String
	@xmlFlattened @xmlName("Tag") Tags: TagSet
	ObjectSizeGreaterThan: Long
	ObjectSizeLessThan: Long
}

structure LifecycleRuleFilter {
	Prefix: String
	Tag: Tag
	ObjectSizeGreaterThan: Long
	ObjectSizeLessThan: Long
	And: LifecycleRuleAndOperator
}

structure Transition {
	@timestampFormat("date-time") Date: Timestamp
	Days: Integer
	StorageClass: String
}

list TransitionList {
	member: Transition
}

structure NoncurrentVersionTransition {
	NoncurrentDays: Integer
	StorageClass: String
	NewerNoncurrentVersions: Integer
}

list NoncurrentVersionTransitionList {
	member: NoncurrentVersionTransition
}

structure NoncurrentVersionExpiration {
	NoncurrentDays: Integer
	NewerNoncurrentVersions: Integer
}

structure AbortIncompleteMultipartUpload {
	DaysAfterInitiation: Integer
}

structure LifecycleRule {
	Expiration: LifecycleExpiration
	ID: String
	Prefix: String
	Filter: LifecycleRuleFilter
	@required Status: String
	@xmlFlattened @xmlName("Transition") Transitions: TransitionList
	@xmlFlattened @xmlName("NoncurrentVersionTransition") NoncurrentVersionTransitions: NoncurrentVersionTransitionList
	NoncurrentVersionExpiration: NoncurrentVersionExpiration
	AbortIncompleteMultipartUpload: AbortIncompleteMultipartUpload
}

list LifecycleRules {
	member: LifecycleRule
}

structure BucketLifecycleConfiguration {
	@required @xmlFlattened @xmlName("Rule") Rules: LifecycleRules
}

structure PutBucketLifecycleConfigurationOutput {

}

@xmlName("LifecycleConfiguration")
structure GetBucketLifecycleConfigurationOutput {
	@xmlFlattened @xmlName("Rule") Rules: LifecycleRules
}

list EventList {
	member: String
}

structure FilterRule {
	Name: String
	Value: String
}

list FilterRuleList {
	member: FilterRule
}

structure S3KeyFilter {
	@xmlFlattened @xmlName("FilterRule") FilterRules: FilterRuleList
}

structure NotificationConfigurationFilter {
	@xmlName("S3Key") Key: S3KeyFilter
}

structure TopicConfiguration {
	Id: String
	@required @xmlName("Topic") TopicArn: String
	@required @xmlFlattened @xmlName("Event") Events: EventList
	Filter: NotificationConfigurationFilter
}

list TopicConfigurationList {
	member: TopicConfiguration
}

structure QueueConfiguration {
	Id: String
	@required @xmlName("Queue") QueueArn: String
	@required @xmlFlattened @xmlName("Event") Events: EventList
	Filter: NotificationConfigurationFilter
}

list QueueConfigurationList {
	member: QueueConfiguration
}

structure LambdaFunctionConfiguration {
	Id: String
	@required @xmlName("CloudFunction") LambdaFunctionArn: String
	@required @xmlFlattened @xmlName("Event") Events: EventList
	Filter: NotificationConfigurationFilter
}

list LambdaFunctionConfigurationList {
	member: LambdaFunctionConfiguration
}

structure EventBridgeConfiguration {

}

structure NotificationConfiguration {
	@xmlFlattened @xmlName("TopicConfiguration") TopicConfigurations: TopicConfigurationList
	@xmlFlattened @xmlName("QueueConfiguration") QueueConfigurations: QueueConfigurationList
	@xmlFlattened @xmlName("CloudFunctionConfiguration") LambdaFunctionConfigurations: LambdaFunctionConfigurationList
	EventBridgeConfiguration: EventBridgeConfiguration
}

structure PublicAccessBlockConfiguration {
	BlockPublicAcls: Boolean
	IgnorePublicAcls: Boolean
	BlockPublicPolicy: Boolean
	RestrictPublicBuckets: Boolean
}

structure GetPublicAccessBlockOutput {
	@httpPayload PublicAccessBlockConfiguration: PublicAccessBlockConfiguration
}

structure OwnershipControlsRule {
	@required ObjectOwnership: String
}

list OwnershipControlsRules {
	member: OwnershipControlsRule
}

structure OwnershipControls {
	@required @xmlFlattened @xmlName("Rule") Rules: OwnershipControlsRules
}

structure GetBucketOwnershipControlsOutput {
	@httpPayload OwnershipControls: OwnershipControls
}

structure ServerSideEncryptionByDefault {
	@required SSEAlgorithm: String
	KMSMasterKeyID: String
}

structure ServerSideEncryptionRule {
	ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault
}

list ServerSideEncryptionRules {
	member: ServerSideEncryptionRule
}

structure ServerSideEncryptionConfiguration {
	@required @xmlFlattened @xmlName("Rule") Rules: ServerSideEncryptionRules
}

structure GetBucketEncryptionOutput {
	@httpPayload ServerSideEncryptionConfiguration: ServerSideEncryptionConfiguration
}

structure Grantee {
	DisplayName: String
	EmailAddress: String
	ID: String
	@required @xmlAttribute @xmlName("xsi:type") Type: String
	URI: String
}

structure Grant {
	Grantee: Grantee
	Permission: String
}

list Grants {
	@xmlName("Grant") member: Grant
}

structure AccessControlPolicy {
	@xmlName("AccessControlList") Grants: Grants
	Owner: Owner
}

@xmlName("AccessControlPolicy")
structure GetBucketAclOutput {
	Owner: Owner
	@xmlName("AccessControlList") Grants: Grants
}

structure PutObjectAclOutput {

}

@xmlName("AccessControlPolicy")
structure GetObjectAclOutput {
	Owner: Owner
	@xmlName("AccessControlList") Grants: Grants
}

map Metadata {
	key: String
	value: String
}

structure PutObjectOutput {
	@httpHeader("x-amz-expiration") Expiration: String
	@httpHeader("ETag") ETag: String
	@httpHeader("x-amz-checksum-crc32") ChecksumCRC32: String
	@httpHeader("x-amz-checksum-crc32c") ChecksumCRC32C: String
	@httpHeader("x-amz-checksum-crc64nvme") ChecksumCRC64NVME: String
	@httpHeader("x-amz-checksum-sha1") ChecksumSHA1: String
	@httpHeader("x-amz-checksum-sha256") ChecksumSHA256: String
	@httpHeader("x-amz-checksum-type") ChecksumType: String
	@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
	@httpHeader("x-amz-version-id") VersionId: String
	@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
	@httpHeader("x-amz-object-size") Size: Long
}

structure GetObjectOutput {
	@httpPayload @streaming Body: Blob
	@httpHeader("x-amz-delete-marker") DeleteMarker: Boolean
	@httpHeader("accept-ranges") AcceptRanges: String
	@httpHeader("x-amz-expiration") Expiration: String
	@httpHeader("Last-Modified") LastModified: Timestamp
	@httpHeader("ETag") ETag: String
	@httpHeader("x-amz-checksum-crc32") ChecksumCRC32: String
	@httpHeader("x-amz-checksum-crc32c") ChecksumCRC32C: String
	@httpHeader("x-amz-checksum-crc64nvme") ChecksumCRC64NVME: String
	@httpHeader("x-amz-checksum-sha1") ChecksumSHA1: String
	@httpHeader("x-amz-checksum-sha256") ChecksumSHA256: String
	@httpHeader("x-amz-checksum-type") ChecksumType: String
	@httpHeader("x-amz-version-id") VersionId: String
	@httpHeader("Cache-Control") CacheControl: String
	@httpHeader("Content-Disposition") ContentDisposition: String
	@httpHeader("Content-Encoding") ContentEncoding: String
	@httpHeader("Content-Language") ContentLanguage: String
	@httpHeader("Content-Range") ContentRange: String
	@httpHeader("Content-Type") ContentType: String
	@httpHeader("Expires") Expires: String
	@httpHeader("x-amz-website-redirect-location") WebsiteRedirectLocation: String
	@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
	@httpPrefixHeaders("x-amz-meta-") Metadata: Metadata
	@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
	@httpHeader("x-amz-storage-class") StorageClass: String
	@httpHeader("x-amz-mp-parts-count") PartsCount: Integer
	@httpHeader("x-amz-tagging-count") TagCount: Integer
}

structure HeadObjectOutput {
	@httpHeader("x-amz-delete-marker") DeleteMarker: Boolean
	@httpHeader("accept-ranges") AcceptRanges: String
	@httpHeader("x-amz-expiration") Expiration: String
	@httpHeader("Last-Modified") LastModified: Timestamp
	@httpHeader("x-amz-checksum-crc32") ChecksumCRC32: String
	@httpHeader("x-amz-checksum-crc32c") ChecksumCRC32C: String
	@httpHeader("x-amz-checksum-crc64nvme") ChecksumCRC64NVME: String
	@httpHeader("x-amz-checksum-sha1") ChecksumSHA1: String
	@httpHeader("x-amz-checksum-sha256") ChecksumSHA256: String
	@httpHeader("x-amz-checksum-type") ChecksumType: String
	@httpHeader("ETag") ETag: String
	@httpHeader("x-amz-version-id") VersionId: String
	@httpHeader("Cache-Control") CacheControl: String
	@httpHeader("Content-Disposition") ContentDisposition: String
	@httpHeader("Content-Encoding") ContentEncoding: String
	@httpHeader("Content-Language") ContentLanguage: String
	@httpHeader("Content-Type") ContentType: String
	@httpHeader("Content-Range") ContentRange: String
	@httpHeader("Expires") Expires: String
	@httpHeader("x-amz-website-redirect-location") WebsiteRedirectLocation: String
	@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
	@httpPrefixHeaders("x-amz-meta-") Metadata: Metadata
	@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
	@httpHeader("x-amz-storage-class") StorageClass: String
	@httpHeader("x-amz-mp-parts-count") PartsCount: Integer
	@httpHeader("x-amz-tagging-count") TagCount: Integer
}

structure DeleteObjectOutput {
	@httpHeader("x-amz-delete-marker") DeleteMarker: Boolean
	@httpHeader("x-amz-version-id") VersionId: String
}

structure ObjectIdentifier {
	@required Key: String
	VersionId: String
	ETag: String
	@timestampFormat("http-date") LastModifiedTime: Timestamp
	Size: Long
}

list ObjectIdentifierList {
	member: ObjectIdentifier
}

structure Delete {
	@required @xmlFlattened @xmlName("Object") Objects: ObjectIdentifierList
	Quiet: Boolean
}

structure DeletedObject {
	Key: String
	VersionId: String
	DeleteMarker: Boolean
	DeleteMarkerVersionId: String
}

list DeletedObjects {
	member: DeletedObject
}

structure Error {
	Key: String
	VersionId: String
	Code: String
	Message: String
}

list Errors {
	member: Error
}

@xmlName("DeleteResult")
structure DeleteObjectsOutput {
	@xmlFlattened Deleted: DeletedObjects
	@xmlFlattened @xmlName("Error") Errors: Errors
}

structure CopyObjectResult {
	ETag: String
	LastModified: Timestamp
	ChecksumType: String
	ChecksumCRC32: String
	ChecksumCRC32C: String
	ChecksumCRC64NVME: String
	ChecksumSHA1: String
	ChecksumSHA256: String
}

structure CopyObjectOutput {
	@httpPayload CopyObjectResult: CopyObjectResult
	@httpHeader("x-amz-expiration") Expiration: String
	@httpHeader("x-amz-copy-source-version-id") CopySourceVersionId: String
	@httpHeader("x-amz-version-id") VersionId: String
	@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
	@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
}

list ChecksumAlgorithmList {
	member: String
}

structure Object {
	Key: String
	LastModified: Timestamp
	ETag: String
	@xmlFlattened ChecksumAlgorithm: ChecksumAlgorithmList
	ChecksumType: String
	Size: Long
	StorageClass: String
	Owner: Owner
}

list ObjectList {
	member: Object
}

structure CommonPrefix {
	Prefix: String
}

list CommonPrefixList {
	member: CommonPrefix
}

@xmlName("ListBucketResult")
structure ListObjectsOutput {
	IsTruncated: Boolean
	Marker: String
	NextMarker: String
	@xmlFlattened Contents: ObjectList
	Name: String
	Prefix: String
	Delimiter: String
	MaxKeys: Integer
	@xmlFlattened CommonPrefixes: CommonPrefixList
	EncodingType: String
}

@xmlName("ListBucketResult")
structure ListObjectsV2Output {
	IsTruncated: Boolean
	@xmlFlattened Contents: ObjectList
	Name: String
	Prefix: String
	Delimiter: String
	MaxKeys: Integer
	@xmlFlattened CommonPrefixes: CommonPrefixList
	EncodingType: String
	KeyCount: Integer
	ContinuationToken: String
	NextContinuationToken: String
	StartAfter: String
}

structure ObjectVersion {
	ETag: String
	@xmlFlattened ChecksumAlgorithm: ChecksumAlgorithmList
	ChecksumType: String
	Size: Long
	StorageClass: String
	Key: String
	VersionId: String
	IsLatest: Boolean
	LastModified: Timestamp
	Owner: Owner
}

list ObjectVersionList {
	member: ObjectVersion
}

structure DeleteMarkerEntry {
	Owner: Owner
	Key: String
	VersionId: String
	IsLatest: Boolean
	LastModified: Timestamp
}

list DeleteMarkers {
	member: DeleteMarkerEntry
}

@xmlName("ListVersionsResult")
structure ListObjectVersionsOutput {
	IsTruncated: Boolean
	KeyMarker: String
	VersionIdMarker: String
	NextKeyMarker: String
	NextVersionIdMarker: String
	@xmlFlattened @xmlName("Version") Versions: ObjectVersionList
	@xmlFlattened @xmlName("DeleteMarker") DeleteMarkers: DeleteMarkers
	Name: String
	Prefix: String
	Delimiter: String
	MaxKeys: Integer
	@xmlFlattened CommonPrefixes: CommonPrefixList
	EncodingType: String
}

list ObjectAttributesList {
	member: String
}

structure Checksum {
	ChecksumCRC32: String
	ChecksumCRC32C: String
	ChecksumCRC64NVME: String
	ChecksumSHA1: String
	ChecksumSHA256: String
	ChecksumType: String
}

structure ObjectPart {
	PartNumber: Integer
	Size: Long
	ChecksumCRC32: String
	ChecksumCRC32C: String
	ChecksumCRC64NVME: String
	ChecksumSHA1: String
	ChecksumSHA256: String
}

list PartsList {
	member: ObjectPart
}

structure GetObjectAttributesParts {
	@xmlName("PartsCount") TotalPartsCount: Integer
	PartNumberMarker: Integer
	NextPartNumberMarker: Integer
	MaxParts: Integer
	IsTruncated: Boolean
	@xmlFlattened @xmlName("Part") Parts: PartsList
}

@xmlName("GetObjectAttributesResponse")
structure GetObjectAttributesOutput {
	@httpHeader("x-amz-delete-marker") DeleteMarker: Boolean
	@httpHeader("Last-Modified") LastModified: Timestamp
	@httpHeader("x-amz-version-id") VersionId: String
	ETag: String
	Checksum: Checksum
	ObjectParts: GetObjectAttributesParts
	StorageClass: String
	ObjectSize: Long
}

structure PutObjectTaggingOutput {
	@httpHeader("x-amz-version-id") VersionId: String
}

@xmlName("Tagging")
structure GetObjectTaggingOutput {
	@httpHeader("x-amz-version-id") VersionId: String
	TagSet: TagSet
}

structure DeleteObjectTaggingOutput {
	@httpHeader("x-amz-version-id") VersionId: String
}

@xmlName("InitiateMultipartUploadResult")
structure CreateMultipartUploadOutput {
	@httpHeader("x-amz-abort-date") AbortDate: Timestamp
	@httpHeader("x-amz-abort-rule-id") AbortRuleId: String
	Bucket: String
	Key: String
	UploadId: String
	@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
	@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
	@httpHeader("x-amz-checksum-algorithm") ChecksumAlgorithm: String
	@httpHeader("x-amz-checksum-type") ChecksumType: String
	@httpHeader("x-amz-version-id") VersionId: String
}

structure UploadPartOutput {
	@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
	@httpHeader("ETag") ETag: String
	@httpHeader("x-amz-checksum-crc32") ChecksumCRC32: String
	@httpHeader("x-amz-checksum-crc32c") ChecksumCRC32C: String
	@httpHeader("x-amz-checksum-crc64nvme") ChecksumCRC64NVME: String
	@httpHeader("x-amz-checksum-sha1") ChecksumSHA1: String
	@httpHeader("x-amz-checksum-sha256") ChecksumSHA256: String
	@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
	@httpHeader("x-amz-version-id") VersionId: String
}

structure CopyPartResult {
	ETag: String
	LastModified: Timestamp
	ChecksumCRC32: String
	ChecksumCRC32C: String
	ChecksumCRC64NVME: String
	ChecksumSHA1: String
	ChecksumSHA256: String
}

structure UploadPartCopyOutput {
	@httpHeader("x-amz-copy-source-version-id") CopySourceVersionId: String
	@httpPayload CopyPartResult: CopyPartResult
	@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
	@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
	@httpHeader("x-amz-version-id") VersionId: String
}

structure CompletedPart {
	ETag: String
	ChecksumCRC32: String
	ChecksumCRC32C: String
	ChecksumCRC64NVME: String
	ChecksumSHA1: String
	ChecksumSHA256: String
	PartNumber: Integer
}

list CompletedPartList {
	member: CompletedPart
}

structure CompletedMultipartUpload {
	@xmlFlattened @xmlName("Part") Parts: CompletedPartList
}

@xmlName("CompleteMultipartUploadResult")
structure CompleteMultipartUploadOutput {
	Location: String
	Bucket: String
	Key: String
	@httpHeader("x-amz-expiration") Expiration: String
	ETag: String
	ChecksumCRC32: String
	ChecksumCRC32C: String
	ChecksumCRC64NVME: String
	ChecksumSHA1: String
	ChecksumSHA256: String
	ChecksumType: String
	@httpHeader("x-amz-server-side-encryption") ServerSideEncryption: String
	@httpHeader("x-amz-version-id") VersionId: String
	@httpHeader("x-amz-server-side-encryption-aws-kms-key-id") SSEKMSKeyId: String
}

structure AbortMultipartUploadOutput {
	@httpHeader("x-amz-version-id") VersionId: String
}

structure Part {
	PartNumber: Integer
	LastModified: Timestamp
	ETag: String
	Size: Long
	ChecksumCRC32: String
	ChecksumCRC32C: String
	ChecksumCRC64NVME: String
	ChecksumSHA1: String
	ChecksumSHA256: String
}

list Parts {
	member: Part
}

structure Initiator {
	ID: String
	DisplayName: String
}

@xmlName("ListPartsResult")
structure ListPartsOutput {
	@httpHeader("x-amz-abort-date") AbortDate: Timestamp
	@httpHeader("x-amz-abort-rule-id") AbortRuleId: String
	Bucket: String
	Key: String
	UploadId: String
	PartNumberMarker: Integer
	NextPartNumberMarker: Integer
	MaxParts: Integer
	IsTruncated: Boolean
	@xmlFlattened @xmlName("Part") Parts: Parts
	Initiator: Initiator
	Owner: Owner
	StorageClass: String
	ChecksumAlgorithm: String
	ChecksumType: String
	@httpHeader("x-amz-version-id") VersionId: String
}

structure MultipartUpload {
	UploadId: String
	Key: String
	Initiated: Timestamp
	StorageClass: String
	Owner: Owner
	Initiator: Initiator
	ChecksumAlgorithm: String
	ChecksumType: String
	VersionId: String
}

list MultipartUploadList {
	member: MultipartUpload
}

@xmlName("ListMultipartUploadsResult")
structure ListMultipartUploadsOutput {
	Bucket: String
	KeyMarker: String
	UploadIdMarker: String
	NextKeyMarker: String
	Prefix: String
	Delimiter: String
	NextUploadIdMarker: String
	MaxUploads: Integer
	IsTruncated: Boolean
	@xmlFlattened @xmlName("Upload") Uploads: MultipartUploadList
	@xmlFlattened CommonPrefixes: CommonPrefixList
	EncodingType: String
}

// ---- errors ----

@error("client") @httpError(404)
structure NoSuchBucket { message: String BucketName: String }

@error("client") @httpError(404)
structure NoSuchKey { message: String Key: String }

@error("client") @httpError(404)
structure NoSuchUpload { message: String UploadId: String }

@error("client") @httpError(404)
structure NoSuchVersion { message: String Key: String VersionId: String }

@error("client") @httpError(409)
structure BucketAlreadyExists { message: String BucketName: String }

@error("client") @httpError(409)
structure BucketAlreadyOwnedByYou { message: String BucketName: String }

@error("client") @httpError(409)
structure BucketNotEmpty { message: String BucketName: String }

@error("client") @httpError(400)
structure InvalidBucketName { message: String BucketName: String }

@error("client") @httpError(400)
structure InvalidLocationConstraint { message: String LocationConstraint: String }

@error("client") @httpError(400)
structure IllegalLocationConstraintException { message: String }

@error("client") @httpError(400)
structure InvalidArgument { message: String ArgumentName: String ArgumentValue: String }

@error("client") @httpError(400)
structure InvalidRequest { message: String }

@error("client") @httpError(400)
structure MalformedXML { message: String }

@error("client") @httpError(400)
structure InvalidDigest { message: String }

@error("client") @httpError(400)
structure BadDigest { message: String }

@error("client") @httpError(400)
structure InvalidPart { message: String }

@error("client") @httpError(400)
structure InvalidPartOrder { message: String }

@error("client") @httpError(416)
structure InvalidPartNumber { message: String }

@error("client") @httpError(400)
structure EntityTooSmall { message: String }

@error("client") @httpError(400)
structure EntityTooLarge { message: String }

@error("client") @httpError(400)
structure KeyTooLongError { message: String }

@error("client") @httpError(400)
structure MetadataTooLarge { message: String }

@error("client") @httpError(411)
structure MissingContentLength { message: String }

@error("client") @httpError(400)
structure IncompleteBody { message: String }

@error("client") @httpError(416)
structure InvalidRange { message: String RangeRequested: String ActualObjectSize: String }

@error("client") @httpError(400)
structure InvalidTag { message: String }

@error("client") @httpError(412)
structure PreconditionFailed { message: String Condition: String }

@error("client") @httpError(409)
structure ConditionalRequestConflict { message: String }

@error("client") @httpError(405)
structure MethodNotAllowed { message: String Method: String ResourceType: String }

@error("client") @httpError(400)
structure InvalidStorageClass { message: String }

@error("client") @httpError(404)
structure NoSuchTagSet { message: String BucketName: String }

@error("client") @httpError(404)
structure NoSuchBucketPolicy { message: String BucketName: String }

@error("client") @httpError(400)
structure MalformedPolicy { message: String }

@error("client") @httpError(404)
structure NoSuchCORSConfiguration { message: String BucketName: String }

@error("client") @httpError(404)
structure NoSuchWebsiteConfiguration { message: String BucketName: String }

@error("client") @httpError(404)
structure NoSuchLifecycleConfiguration { message: String BucketName: String }

@error("client") @httpError(404)
structure NoSuchPublicAccessBlockConfiguration { message: String BucketName: String }

@error("client") @httpError(404)
structure OwnershipControlsNotFoundError { message: String BucketName: String }

@error("client") @httpError(404)
structure ServerSideEncryptionConfigurationNotFoundError { message: String BucketName: String }

@error("client") @httpError(400)
structure AccessControlListNotSupported { message: String }

@error("client") @httpError(400)
structure InvalidBucketAclWithObjectOwnership { message: String }

@error("client") @httpError(403)
structure AccessDenied { message: String }

@error("client") @httpError(403)
structure AccessForbidden { message: String Method: String ResourceType: String }

@error("server") @httpError(501)
structure NotImplemented { message: String Header: String }

@error("client") @httpError(400)
structure InvalidPolicyDocument { message: String }

@error("client") @httpError(400)
structure TooManyBuckets { message: String }

@error("client") @httpError(400)
structure MalformedPOSTRequest { message: String }
@error("client") @httpError(400)
structure MaxPostPreDataLengthExceededError { message: String }

@error("client") @httpError(400)
structure ExpiredToken { message: String }

@error("client") @httpError(409)
structure OperationAborted { message: String }

@error("server") @httpError(500)
structure InternalError { message: String }

@error("client") @httpError(400)
structure MalformedTrailerError { message: String }

// ---- what is stored ----

/// A bucket: ("s3", "bucket", name).
structure BucketRecord {
	Account: String
	Region: String
	CreatedMs: Long
	LocationConstraint: String
	Versioning: String
	PolicySize: Long
	HasLifecycle: Boolean
	HasCors: Boolean
	HasNotifications: Boolean
}

/// A version of an object: the current one is ("s3", "object", bucket, key), others ("s3", "version", bucket, key, -sequence).
structure ObjectRecord {
	Id: String
	Sequence: Long
	VersionId: String
	IsDeleteMarker: Boolean
	Size: Long
	ETag: String
	ModifiedMs: Long
	Blob: String
	PartCount: Integer
	StorageClass: String
	ChecksumAlgorithm: String
	ChecksumType: String
	Checksum: String
	Encryption: String
	KmsKeyId: String
	Headers: StoredHeaders
	Tags: StoredTags
	ReplacesNull: Boolean
}
structure StoredHeaders {
	ContentType: String
	CacheControl: String
	ContentDisposition: String
	ContentEncoding: String
	ContentLanguage: String
	Expires: String
	Redirect: String
	Metadata: Metadata
}
list StoredTags { member: Tag }

/// The parts of an object that came in parts: ("s3", "parts", id).
structure PartsRecord { Parts: PartRecords }
list PartRecords { member: PartRecord }
structure PartRecord {
	Id: String
	Number: Integer
	Size: Long
	ETag: String
	Blob: String
	Checksum: String
	ModifiedMs: Long
}

/// An upload that is not finished: ("s3", "upload", bucket, key, upload id); its parts ("s3", "part", upload id, number).
structure UploadRecord {
	StartedMs: Long
	Object: ObjectRecord
	AccountId: String
}
