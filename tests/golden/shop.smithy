$version: "2.0"

// A small service with one of everything, for tests/golden/run.
namespace samovar.tests

use aws.protocols#restJson1

/// Orders and their lines.
@service(sdkId: "Shop", endpointPrefix: "shop")
@sigv4(name: "shop")
@restJson1
@awsQuery
@awsQueryCompatible
@xmlNamespace(uri: "http://shop.example.com/doc/2026-01-01/")
service ShopFrontend { version: "2026-01-01" }

/// Places an order.
@http(method: "PUT", uri: "/orders/{OrderId}", code: 201)
@resource("arn:aws:shop:{region}:{account}:order/{OrderId}")
operation PutOrder {
    input := with [Named] {
        @httpLabel
        @required
        OrderId: OrderId

        @httpHeader("X-Priority")
        Priority: Integer = 1

        @httpQuery("dryRun") DryRun: Boolean
        Lines: LineList
        // C's keywords get an underscore.
        register: String
    }
    output := {
        @httpResponseCode
        Status: Integer
        @httpHeader("ETag") ETag: String
        KMSKeyArn: String
        MD5OfBody: String
        S3Bucket: String
    }
    errors: [OrderExists, Broken]
}

/// Reads an order.
@readonly
@action("shop:ReadOrder")
@http(method: "GET", uri: "/orders/{OrderId}")
operation GetOrder {
    input: OrderReference
    output: Order
    errors: [NoSuchOrder]
}

/// Reads a file below the order.
@waits
@optionalAuth
@http(method: "GET", uri: "/orders/{OrderId}/files/{Path+}?download")
operation GetFile {
    input := {
        @required @httpLabel OrderId: OrderId
        @required @httpLabel Path: String
        @httpQueryParams More: TextMap
    }
    output := {
        @httpPrefixHeaders("x-meta-") Metadata: TextMap
        @httpPayload Body: FileBody
    }
}

/// Not for clients.
@internal
operation Sweep {}

@mixin
structure Named { @length(min: 1, max: 64) Name: String }
structure OrderReference { @required @httpLabel OrderId: OrderId }
structure Order { OrderId: OrderId, Lines: LineList, Created: Timestamp }
structure Line {
    @required Sku: String
    @range(min: 1) Quantity: Integer
    @sensitive Note: String
}
list LineList { member: Line }
map TextMap { key: String, value: String }
@pattern("^[A-Z0-9\\-]{1,12}$")
string OrderId
@streaming
blob FileBody

/// The order is there already.
@error("client")
@httpError(409)
structure OrderExists { message: String }

@error("client")
@awsQueryError(code: "Shop.NoSuchOrder", httpResponseCode: 404)
structure NoSuchOrder { Message: String, OrderId: OrderId }

@error("server")
structure Broken { message: String }
