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
@readonly @optionalAuth
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
@optionalAuth
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

/// Where an object's bytes are, for other services: its blobs in order, or the bytes themselves when they are few.
@internal
@readonly
operation LocateObject {
	input := {
		@required Bucket: String
		@required Key: String
		VersionId: String
	}
	output: LocateObjectOutput
	errors: [NoSuchBucket NoSuchKey]
}

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
	LocationConstraint: String
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
