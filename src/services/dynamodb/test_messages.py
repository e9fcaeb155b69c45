"""DynamoDB's refusals in AWS's words: a row each, with the request and where the words are documented or were reported."""

import pytest
from botocore.exceptions import ClientError
from sdk_fixtures import make_client

PLAIN, SORTED, INDEXED, NOTHING = "messages-plain", "messages-sorted", "messages-indexed", "messages-nothing"
INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "
DETECTED = "1 validation error detected: "
MISMATCH = "The provided key element does not match the schema"
A = {"pk": {"S": "a"}}
ITEM = A | {"n": {"N": "5"}, "s": {"S": "hello"}, "l": {"L": [{"N": "1"}, {"S": "x"}]}, "m": {"M": {"k": {"S": "v"}}},
            "ss": {"SS": ["a", "b"]}}
ONE, TEXT = {":v": {"N": "1"}}, {":v": {"S": "x"}}


def key(name, kind="HASH"):
    return {"AttributeName": name, "KeyType": kind}


def attribute(name, kind="S"):
    return {"AttributeName": name, "AttributeType": kind}


def index(name, *keys, projection="ALL", **more):
    return {"IndexName": name, "KeySchema": list(keys), "Projection": {"ProjectionType": projection} | more}


@pytest.fixture(scope="module")
def ddb(server):
    ddb = make_client(server, "dynamodb", parameter_validation=False)

    def make(name, keys, attributes, **more):
        ddb.create_table(TableName=name, KeySchema=keys, AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST", **more)
    make(PLAIN, [key("pk")], [attribute("pk")])
    make(SORTED, [key("pk"), key("sk", "RANGE")], [attribute("pk"), attribute("sk", "N")])
    make(INDEXED, [key("pk"), key("sk", "RANGE")], [attribute(n) for n in ("pk", "sk", "g", "l")] + [attribute("b", "B")],
         GlobalSecondaryIndexes=[index("by-g", key("g"), key("sk", "RANGE"), projection="KEYS_ONLY"), index("by-b", key("b"))],
         LocalSecondaryIndexes=[index("by-l", key("pk"), key("l", "RANGE"))])
    ddb.put_item(TableName=PLAIN, Item=ITEM)
    ddb.put_item(TableName=SORTED, Item=A | {"sk": {"N": "1"}})
    ddb.put_item(TableName=INDEXED, Item=A | {"sk": {"S": "1"}})
    yield ddb
    for name in PLAIN, SORTED, INDEXED:
        ddb.delete_table(TableName=name)


def put(message, source, table=PLAIN, **item):
    return "put_item", {"TableName": table, "Item": A | item}, message, source


def get(message, source, table=PLAIN, key=A, **more):
    return "get_item", {"TableName": table, "Key": key} | more, message, source


def update(message, source, expression, values=None, table=PLAIN, key=A, **more):
    if expression is not None:
        more["UpdateExpression"] = expression
    if values is not None:
        more["ExpressionAttributeValues"] = values
    return "update_item", {"TableName": table, "Key": key} | more, message, source


def condition(message, source, expression, values=None, **more):
    if values is not None:
        more["ExpressionAttributeValues"] = values
    return ("put_item", {"TableName": PLAIN, "Item": ITEM, "ConditionExpression": expression} | more,
            "Invalid ConditionExpression: " + message if message[0] != "!" else message[1:], source)


def query(message, source, expression="pk = :p", values=None, table=SORTED, **more):
    if expression:
        more |= {"KeyConditionExpression": expression, "ExpressionAttributeValues": {":p": {"S": "a"}} | (values or {})}
    return "query", {"TableName": table} | more, message, source


def scan(message, source, table=SORTED, **more):
    return "scan", {"TableName": table} | more, message, source


def expected(message, source, **value):
    return ("put_item", {"TableName": PLAIN, "Item": A, "Expected": {"x": value}}, message, source)


def create(message, source, keys, attributes, **more):
    more = {"TableName": NOTHING, "BillingMode": "PAY_PER_REQUEST"} | more
    return "create_table", more | {"KeySchema": keys, "AttributeDefinitions": attributes}, message, source


def nested(levels):
    value = {"S": "x"}
    for _ in range(levels):
        value = {"M": {"a": value}}
    return value


# The sources are issues of GitHub's, by repository and number, in which users show what AWS answered, and pages of AWS.
KEYS = [
    put(INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes", "nextauthjs/next-auth#5827", pk={"S": "x" * 2049}),
    get(INVALID + "Size of hashkey has exceeded the maximum size limit of2048 bytes", "facebook/ThreatExchange#1324",
        key={"pk": {"S": "x" * 2049}}),
    put(INVALID + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes", "formkiq/formkiq-core#271",
        table=INDEXED, sk={"S": "x" * 1025}),
    put(INVALID + "Size limit exceeded for Index Key g Actual Size: 2175 bytes Max Size: 2048 bytes IndexName: by-g",
        "wellcomecollection/platform#2285", table=INDEXED, sk={"S": "1"}, g={"S": "x" * 2175}),
    put(INVALID + "Size limit exceeded for Index Key l Actual Size: 1025 bytes Max Size: 1024 bytes IndexName: by-l",
        "wellcomecollection/platform#2285", table=INDEXED, sk={"S": "1"}, l={"S": "x" * 1025}),
    put(INVALID + "Missing the key sk in the item", "deverrors.com dynamodb-validationexception", table=SORTED),
    put(INVALID + "Type mismatch for key pk expected: S actual: M", "deverrors.com dynamodb-validationexception", pk={"M": {}}),
    get(MISMATCH, "aws/aws-sdk-php#330", key={"other": {"S": "a"}}),
    get(MISMATCH, "typedorm/typedorm#324", table=SORTED),
    get(MISMATCH, "aws/aws-sdk-php#330", key=A | {"more": {"S": "a"}}),
    get(NOT_VALID + "The AttributeValue for a key attribute cannot contain an empty string value. Key: pk",
        "typedorm/typedorm#324", key={"pk": {"S": ""}}),
    put(NOT_VALID + "A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot "
        "contain an empty string value. IndexName: by-g, IndexKey: g", "danishi/dynamodb-csv#41", table=INDEXED, sk={"S": "1"}, g={"S": ""}),
    update(NOT_VALID + "The update expression attempted to update a secondary index key to a value that is not supported. The "
           "AttributeValue for a key attribute cannot contain an empty binary value.", "ExtendDB/extenddb#275", "SET b = :v",
           {":v": {"B": b""}}, table=INDEXED, key=A | {"sk": {"S": "1"}}),
    put(INVALID + "Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g", "scylladb/scylladb#26079", table=INDEXED,
        sk={"S": "1"}, g={"N": "1"}),
    update(INVALID + "Cannot update attribute pk. This attribute is part of the key", "API reference, UpdateItem", "SET pk = :v", TEXT),
    update(INVALID + "Cannot update attribute pk. This attribute is part of the key", "API reference, UpdateItem", None,
           AttributeUpdates={"pk": {"Value": {"S": "x"}}}),
]

VALUES = [
    put("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes", "aws/aws-sdk-js#43", v={}),
    put("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes", "aws/aws-sdk-js#381", v={"M": {"a": {}}}),
    put("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
        "API reference, AttributeValue", v={"S": "a", "N": "1"}),
    put(INVALID + "An string set  may not be empty", "ministackorg/ministack#1038", v={"SS": []}),
    put(INVALID + "Input collection [X, X] contains duplicates.", "truora/minidyn#50", v={"SS": ["X", "X"]}),
    put("Input collection contains duplicates", "ExtendDB/extenddb#100", v={"NS": ["3", "1", "1.0"]}),
    put("Input collection contains duplicates", "ExtendDB/extenddb#100", v={"BS": [b"AA", b"BB", b"AA"]}),
    update("ExpressionAttributeValues contains invalid value: Input collection contains duplicates for key :v", "dynamoose/dynamoose#79",
           "SET a = :v", {":v": {"NS": ["1", "1"]}}),
    put("Item size has exceeded the maximum allowed size", "wcmc-its/ReCiter#205", v={"S": "x" * 409600}),
    update("Item size to update has exceeded the maximum allowed size", "API reference, TransactWriteItems", "SET a = :v",
           {":v": {"S": "x" * 409600}}),
    put("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
        "nubo-db/dynoxide#110", v=nested(32)),
    put("Number overflow. Attempting to store a number with magnitude larger than supported range", "API reference, TransactWriteItems",
        v={"N": "1e126"}),
]

EXPRESSIONS = [
    condition('Syntax error; token: "<EOF>", near: "m"', "truora/minidyn#21", "attribute_exists(pk) AND NOT m"),
    query('Invalid KeyConditionExpression: Syntax error; token: "-", near: "GI-1"', "AntonShuvaev/intellij-dynamodb#3", "GI-1-PK = :p"),
    query('Invalid KeyConditionExpression: Syntax error; token: "#", near: "G_M#)"', "aws/aws-sdk-js-v3#2079",
          "pk = :p and begins_with(sk, G_M#)"),
    update('Invalid UpdateExpression: Syntax error; token: "INVALID", near: "INVALID SYNTAX"', "nubo-db/dynoxide#12", "INVALID SYNTAX HERE",
           {":v": {"S": "v"}}),
    update('Invalid UpdateExpression: Syntax error; token: ":", near: "hits : incr"', "aws/aws-cdk#7591", "ADD hits : incr",
           {":incr": {"N": "1"}}),
    query("Invalid KeyConditionExpression: Attribute name is a reserved keyword; reserved keyword: hash", "aws/aws-sdk-php#1233",
          "hash = :p"),
    get("Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: Path", "rebuy-de/aws-nuke#349",
        ProjectionExpression="Path"),
    update("Invalid UpdateExpression: The expression can not be empty;", "ExtendDB/extenddb#20", ""),
    query("Invalid KeyConditionExpression: The expression can not be empty;", "ExtendDB/extenddb#190", "", KeyConditionExpression=""),
    query("Invalid KeyConditionExpression: An expression attribute name used in the document path is not defined; attribute name: #0",
          "aws/aws-sdk-go-v2#285", "#0 = :p"),
    update("Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :v",
           "nubo-db/dynoxide#13", "SET a = :v"),
    get("ExpressionAttributeNames contains invalid key: Syntax error; key: \"#equalsCondition@id\"", "scanamo/scanamo#255",
        ProjectionExpression="n", ExpressionAttributeNames={"#equalsCondition@id": "n"}),
    scan('ExpressionAttributeValues contains invalid key: Syntax error; key: "pid"', "architect/dynalite#24", FilterExpression="n = :pid",
         ExpressionAttributeValues={"pid": {"S": "a"}}),
    update("ExpressionAttributeValues must not be empty", "d2a4u/meteor#372", "REMOVE #x", {}, ExpressionAttributeNames={"#x": "x"}),
    get("ExpressionAttributeNames must not be empty", "little-bear-labs/aws-utils#81", ProjectionExpression="n", ExpressionAttributeNames={}),
    get("ExpressionAttributeNames can only be specified when using expressions", "ExtendDB/extenddb#178", ExpressionAttributeNames={"#n": "n"}),
    get("Value provided in ExpressionAttributeNames unused in expressions: keys: {#f2}", "AllocZero/EfficientDynamoDb#170",
        ProjectionExpression="n", ExpressionAttributeNames={"#f2": "n"}),
    query("Value provided in ExpressionAttributeValues unused in expressions: keys: {:lastname}", "kestra-io/plugin-aws#358",
          values={":lastname": {"S": "x"}}),
    scan("Invalid FilterExpression: The expression contains too many operators; operator count: 301", "aws/aws-sdk-js#3721",
         FilterExpression="a=:v" + " or a=:v" * 300, ExpressionAttributeValues=TEXT),
    scan("Invalid FilterExpression: The IN operator is provided with too many operands; number of operands: 163", "reapit/foundations#8255",
         FilterExpression="a IN (" + ", ".join([":v"] * 163) + ")", ExpressionAttributeValues=TEXT),
    update("Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;", "aws/aws-sdk-java-v2#4597",
           "SET " + "a" * 5000 + " = :v", TEXT),
    condition("Incorrect operand type for operator or function; operator or function: size, operand type: N", "scylladb/scylladb#14592",
              "size(:v) = :v", ONE),
    condition("Incorrect operand type for operator or function; operator or function: size, operand type: N", "scylladb/scylladb#14592",
              "size(size(s)) = :v", ONE),
    condition("Incorrect operand type for operator or function; operator or function: <, operand type: BOOL", "ExtendDB/extenddb#216",
              "n < :v", {":v": {"BOOL": True}}),
    condition("The first operand must be distinct from the remaining operands for this operator or function; operator: contains, "
              "first operand: [data]", "floci-io/floci#1442", "contains(#a, #a)", ExpressionAttributeNames={"#a": "data"}),
    condition("The expression has redundant parentheses;", "floci-io/floci#1442", "((n = :v))", ONE),
    get("Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path "
        "one: [a], path two: [a, b]", "ExtendDB/extenddb#173", ProjectionExpression="a, a.b"),
    get("Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path "
        "one: [a, b], path two: [a]", "ExtendDB/extenddb#173", ProjectionExpression="a.b, a"),
]

UPDATES = [
    update("Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: "
           "[f], path two: [f]", "HENNGE/aiodynamo#2", "SET f = :v, f = :v", ONE),
    update("Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: list_append, operand type: M",
           "aws/aws-sdk-js-v3#7171", "SET l = list_append(l, :v)", {":v": {"M": {}}}),
    update("The provided expression refers to an attribute that does not exist in the item", "aws/aws-sdk-net#1292", "SET a = b"),
    update("An operand in the update expression has an incorrect data type", "API reference, TransactWriteItems", "SET n = n + s"),
    update("The document path provided in the update expression is invalid for update", "API reference, TransactWriteItems",
           "SET z.a = :v", ONE),
    update("Type mismatch for attribute to update", "aws/aws-sdk-java#905", None,
           AttributeUpdates={"s": {"Value": {"N": "1"}, "Action": "ADD"}}),
    update("Type mismatch for attribute to update", "aws/aws-sdk-java#905", None, table=INDEXED, key=A | {"sk": {"S": "1"}},
           AttributeUpdates={"g": {"Value": {"B": b"x"}}}),
    update(INVALID + "Cannot update attribute pk. This attribute is part of the key", "faiscadev/fakecloud#2521", "REMOVE pk"),
    ("put_item", {"TableName": PLAIN, "Item": A, "ReturnValues": "ALL_NEW"}, "Return values set to invalid value", "taoensso/faraday#64"),
]

READS = [
    query("Query condition missed key schema element: sk", "aws/aws-sdk-js-v3#2079", "pk = :p and begins_with(another, :v)", TEXT),
    query("Query key condition not supported", "scylladb/scylladb#26079", "pk > :p"),
    query("Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
          "aws-amplify/amplify-category-api#3531", "pk = :p and sk >= :v and sk <= :v", ONE),
    query("Invalid condition in KeyConditionExpression: multiple attribute names used in one condition", "aws/aws-sdk-js-v3#2079",
          "pk = :p and begins_with(sk, G_M)"),
    query(INVALID + "Condition parameter type does not match schema type", "baseprime/dynamodb#25", "pk = :p", {":p": {"N": "1"}}),
    query("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.", "nasa-gcn/gcn.nasa.gov#3349", ""),
    query("Consistent reads are not supported on global secondary indexes", "amazon-archives/dynamodb-geo#16", "g = :p", table=INDEXED,
          IndexName="by-g", ConsistentRead=True),
    scan("Consistent reads are not supported on global secondary indexes", "floci-io/floci#2931", table=INDEXED, IndexName="by-g",
         ConsistentRead=True),
    query(INVALID + "Select type ALL_ATTRIBUTES is not supported for global secondary index by-g because its projection type is not ALL",
          "mapbox/dyno#23", "g = :p", table=INDEXED, IndexName="by-g", Select="ALL_ATTRIBUTES"),
    query(INVALID + "Global secondary index by-g does not project [another]", "localstack/localstack#478", "g = :p", table=INDEXED,
          IndexName="by-g", ProjectionExpression="another"),
    query(DETECTED + "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
          "nubo-db/dynoxide#122", Select="SPECIFIC_ATTRIBUTES"),
    scan("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES", "nubo-db/dynoxide#122",
         Select="SPECIFIC_ATTRIBUTES"),
    query("The provided starting key is invalid", "pynamodb/PynamoDB#50", ExclusiveStartKey=A),
    query("The provided starting key is invalid", "clarkie/dynogels#184", "g = :p", table=INDEXED, IndexName="by-g",
          ExclusiveStartKey=A | {"sk": {"S": "1"}}),
    scan(f"The provided starting key is invalid: {MISMATCH}", "floci-io/floci#1443", ExclusiveStartKey=A),
    query("The provided starting key is outside query boundaries based on provided conditions", "aws/aws-sdk-ruby#2456",
          ExclusiveStartKey={"pk": {"S": "b"}, "sk": {"N": "1"}}),
    scan("The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
         "TotalSegments: 1000000 Segment: 0", "scylladb/scylladb#9270", Segment=0, TotalSegments=1000000,
         ExclusiveStartKey=A | {"sk": {"N": "1"}}),
]

MIXED = "Can not use both expression and non-expression parameters in the same request: "
LEGACY = [
    get(MIXED + "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}", "getmoto/moto#5354",
        AttributesToGet=["n"], ProjectionExpression="n"),
    update(MIXED + "Non-expression parameters: {AttributeUpdates} Expression parameters: {ConditionExpression}", "getmoto/moto#2731", None,
           AttributeUpdates={}, ConditionExpression="n = s"),
    scan(MIXED + "Non-expression parameters: {ScanFilter} Expression parameters: {FilterExpression}", "aws/aws-sdk-java#2460",
         ScanFilter={}, FilterExpression="n = s"),
    query(MIXED + "Non-expression parameters: {QueryFilter} Expression parameters: {KeyConditionExpression}", "floci-io/floci#2894",
          QueryFilter={}),
    query(MIXED + "Non-expression parameters: {AttributesToGet} Expression parameters: {KeyConditionExpression}", "ryanfitz/vogels#93",
          AttributesToGet=["n"]),
    expected(DETECTED + INVALID + "Value must be provided when Exists is true for Attribute: x", "floci-io/floci#2125", Exists=True),
    expected(DETECTED + INVALID + "Value must be provided when Exists is null for Attribute: x", "floci-io/floci#2126"),
    expected(DETECTED + INVALID + "Value cannot be used when Exists is false for Attribute: x", "floci-io/floci#2125", Exists=False,
             Value={"S": "a"}),
    expected(DETECTED + INVALID + "Exists and ComparisonOperator cannot be used together for Attribute: x", "floci-io/floci#2126",
             Exists=True, ComparisonOperator="EQ", AttributeValueList=[{"S": "a"}]),
    scan(INVALID + "Invalid number of argument(s) for the IN ComparisonOperator", "DashboardHub/PipelineDashboard#463",
         ScanFilter={"x": {"ComparisonOperator": "IN", "AttributeValueList": []}}),
    scan(INVALID + "ComparisonOperator BETWEEN is not valid for M AttributeValue type", "robhogan/dynamodb-geo.js#30",
         ScanFilter={"x": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"M": {}}, {"M": {}}]}}),
    expected(INVALID + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type", "scylladb/scylladb#5141",
             ComparisonOperator="BEGINS_WITH", AttributeValueList=[{"N": "1"}]),
]

TABLES = [
    create("Invalid KeySchema: Some index key attribute have no definition", "aws-cloudformation/cfn-lint#1037",
           [key("Artist"), key("SongTitle", "RANGE")], [attribute("Artist")]),
    create(INVALID + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
           "aws-cloudformation/cfn-lint#1037", [key("Artist")], [attribute("Artist"), attribute("SongTitle")]),
    create(INVALID + "Some AttributeDefinitions are not used. AttributeDefinitions: [Album, Artist, Sales], keys used: [Album, Artist]",
           "aws-cloudformation/cfn-lint#1037", [key("Album")], [attribute("Album"), attribute("Artist"), attribute("Sales")],
           GlobalSecondaryIndexes=[index("by-artist", key("Artist"))]),
    create(DETECTED + "Value '[KeySchemaElement(attributeName=pk, keyType=HASH), KeySchemaElement(attributeName=sk, keyType=RANGE), "
           "KeySchemaElement(attributeName=extra, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length "
           "less than or equal to 2", "nubo-db/dynoxide#11", [key("pk"), key("sk", "RANGE"), key("extra", "RANGE")],
           [attribute("pk"), attribute("sk"), attribute("extra")]),
    create(INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified", "nubo-db/dynoxide#116", [key("pk")],
           [attribute("pk"), attribute("g")], GlobalSecondaryIndexes=[index("by-g", key("g"), projection="INCLUDE")]),
    create(INVALID + "ProvisionedThroughput is not specified for index: by-g", "awsdocs/amazon-dynamodb-developer-guide#246", [key("pk")],
           [attribute("pk"), attribute("g")], GlobalSecondaryIndexes=[index("by-g", key("g"))], BillingMode="PROVISIONED",
           ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}),
    create(INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
           "aws-controllers-k8s/dynamodb-controller#73", [key("pk")], [attribute("pk")],
           ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}),
    ("update_time_to_live", {"TableName": PLAIN, "TimeToLiveSpecification": {"AttributeName": "", "Enabled": True}},
     DETECTED + "Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy constraint: Member must have length greater than or "
     "equal to 1", "hashicorp/terraform-provider-aws#39195"),
    ("put_item", {"TableName": "", "Item": A}, DETECTED + "Value '' at 'tableName' failed to satisfy constraint: Member must have length "
     "greater than or equal to 1", "nubo-db/dynoxide#11"),
]

BATCHES = [
    ("batch_get_item", {"RequestItems": {PLAIN: {"Keys": [A, A]}}}, "Provided list of item keys contains duplicates", "boto/boto3#4131"),
    ("batch_get_item", {"RequestItems": {PLAIN: {"Keys": [{"pk": {"S": str(n)}} for n in range(101)]}}},
     DETECTED + f"Value at 'RequestItems.{PLAIN}.member.Keys' failed to satisfy constraint: Member must have length less than or equal to "
     "100", "nubo-db/dynoxide#18"),
    ("batch_get_item", {"RequestItems": {t: {"Keys": [A | {"sk": {"N": str(n)}} for n in range(51)]} for t in (PLAIN, SORTED)}},
     "Too many items requested for the BatchGetItem call", "API reference, BatchGetItem"),
    ("batch_get_item", {"RequestItems": {PLAIN: {"Keys": [A], "ProjectionExpression": "n"},
                                         SORTED: {"Keys": [A | {"sk": {"N": "1"}}], "AttributesToGet": ["n"]}}},
     MIXED + "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}", "ExtendDB/extenddb#178"),
    ("batch_write_item", {"RequestItems": {PLAIN: []}},
     DETECTED + f"Value '{{{PLAIN}=[]}}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member must "
     "have length less than or equal to 25, Member must have length greater than or equal to 1]",
     "elegantdevelopment/aws-cdk-dynamodb-seeder#3"),
    ("batch_write_item", {"RequestItems": {t: [{"DeleteRequest": {"Key": A | {"sk": {"N": str(n)}}}} for n in range(13)]
                                           for t in (PLAIN, SORTED)}},
     "Too many items requested for the BatchWriteItem call", "zio/zio-dynamodb#77"),
]

PARTIQL = [
    ("execute_statement", {"Statement": statement}, message, source) for statement, message, source in [
        ("UPDATE Payment-x SET active=? WHERE subscriptionId=?", "Statement wasn't well formed, can't be processed: Expected data "
         "manipulation", "awsdocs/aws-sdk-for-javascript-v3#98"),
        (f'SELECT * FROM "{INDEXED}"."by-g"', "Strongly consistent read is not supported on Global Secondary Indexes",
         "floci-io/floci#2953"),
    ]]
PARTIQL[1][1]["ConsistentRead"] = True


@pytest.mark.parametrize("operation, arguments, message, source", KEYS + VALUES + EXPRESSIONS + UPDATES + READS + LEGACY + TABLES +
                         BATCHES + PARTIQL)
def test_refused(ddb, operation, arguments, message, source):
    with pytest.raises(ClientError) as e:
        getattr(ddb, operation)(**arguments)
    error = e.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ValidationException", message), source


def two_indexes():
    updates = [{"Create": index(f"by-{n}", key(n))} for n in "xy"]
    return {"TableName": PLAIN, "AttributeDefinitions": [attribute("x"), attribute("y")], "GlobalSecondaryIndexUpdates": updates}


@pytest.mark.parametrize("operation, arguments, code, message, source", [
    ("create_table", {"TableName": PLAIN, "KeySchema": [key("pk")], "AttributeDefinitions": [attribute("pk")],
                      "BillingMode": "PAY_PER_REQUEST"}, "ResourceInUseException", f"Table already exists: {PLAIN}",
     "joshsymonds/Dynamoid#178"),
    ("get_item", {"TableName": NOTHING, "Key": A}, "ResourceNotFoundException", "Requested resource not found",
     "Developer Guide, Error handling with DynamoDB"),
    ("describe_table", {"TableName": NOTHING}, "ResourceNotFoundException", f"Requested resource not found: Table: {NOTHING} not found",
     "Developer Guide, Error handling with DynamoDB"),
    ("update_table", two_indexes(), "LimitExceededException",
     "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table", "taoensso/faraday#80"),
    ("put_item", {"TableName": PLAIN, "Item": A, "ConditionExpression": "attribute_not_exists(pk)"}, "ConditionalCheckFailedException",
     "The conditional request failed", "pynamodb/PynamoDB#1144"),
])
def test_refused_by_other_codes(ddb, operation, arguments, code, message, source):
    with pytest.raises(ClientError) as e:
        getattr(ddb, operation)(**arguments)
    error = e.value.response["Error"]
    assert (error["Code"], error["Message"]) == (code, message), source


def test_reasons_of_a_cancelled_transaction(ddb):
    """aws/aws-sdk-net#1292, erlcloud/erlcloud#607: None without a message, and no item that was not asked for."""
    parts = [{"Put": {"Item": {"pk": {"S": "b"}}}}, {"Update": {"Key": {"pk": {"S": "c"}}, "UpdateExpression": "SET a = b"}},
             {"ConditionCheck": {"Key": A, "ConditionExpression": "attribute_not_exists(pk)"}},
             {"Delete": {"Key": {"pk": {"S": "d"}}, "ConditionExpression": "attribute_exists(pk)",
                         "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}]
    for part in parts:
        next(iter(part.values()))["TableName"] = PLAIN
    with pytest.raises(ClientError) as e:
        ddb.transact_write_items(TransactItems=parts)
    failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
    assert e.value.response["Error"] == {
        "Code": "TransactionCanceledException", "Message": "Transaction cancelled, please refer cancellation reasons for specific "
        "reasons [None, ValidationError, ConditionalCheckFailed, ConditionalCheckFailed]"}
    assert e.value.response["CancellationReasons"] == [
        {"Code": "None"}, {"Code": "ValidationError", "Message": "The provided expression refers to an attribute that does not exist in "
                           "the item"}, failed, failed]
    assert "Item" not in ddb.get_item(TableName=PLAIN, Key={"pk": {"S": "b"}})


def test_expiry_is_by_one_attribute(ddb):
    """go-to-k/cdkd#932"""
    def setting(name, enabled=True):
        return {"TableName": SORTED, "TimeToLiveSpecification": {"AttributeName": name, "Enabled": enabled}}
    ddb.update_time_to_live(**setting("t"))
    for arguments, message in [(setting("t"), "TimeToLive is already enabled"),
                               (setting("u"), "TimeToLive is active on a different AttributeName: current AttributeName is t"),
                               (setting("u", False), "TimeToLive is active on a different AttributeName: current AttributeName is t")]:
        with pytest.raises(ClientError) as e:
            ddb.update_time_to_live(**arguments)
        assert e.value.response["Error"]["Message"] == message
    ddb.update_time_to_live(**setting("t", False))
    with pytest.raises(ClientError, match="TimeToLive is already disabled"):
        ddb.update_time_to_live(**setting("t", False))


def test_an_update_leaves_what_no_index_can_hold(ddb):
    """Developer Guide, "Detecting and correcting index key violations": such values are from before the index."""
    name = "messages-violation"
    ddb.create_table(TableName=name, KeySchema=[key("pk")], AttributeDefinitions=[attribute("pk")], BillingMode="PAY_PER_REQUEST")
    ddb.put_item(TableName=name, Item=A | {"g": {"N": "1"}})
    ddb.update_table(TableName=name, AttributeDefinitions=[attribute("g")],
                     GlobalSecondaryIndexUpdates=[{"Create": index("by-g", key("g"))}])
    change = {"TableName": name, "Key": A, "ExpressionAttributeValues": {":v": {"N": "2"}}}
    ddb.update_item(UpdateExpression="SET n = :v", **change)
    with pytest.raises(ClientError, match="Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g"):
        ddb.update_item(UpdateExpression="SET g = :v", **change)
    ddb.delete_table(TableName=name)
