"""PartiQL through boto3 (Developer Guide, "PartiQL - a SQL-compatible query language for Amazon DynamoDB")."""

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError


@pytest.fixture
def ddb(client):
    return client("dynamodb")


@pytest.fixture
def music(ddb, unique):
    """Artist and Year are the key; an index by Genre. 3 artists with 4 years each."""
    name = unique("music")
    ddb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "Year", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": a, "AttributeType": t} for a, t in
                              (("Artist", "S"), ("Year", "N"), ("Genre", "S"))],
        GlobalSecondaryIndexes=[{"IndexName": "by-genre", "Projection": {"ProjectionType": "ALL"}, "KeySchema": [
            {"AttributeName": "Genre", "KeyType": "HASH"}, {"AttributeName": "Year", "KeyType": "RANGE"}]}])
    for a, artist in enumerate(("Ann", "Bob", "Cid")):
        for year in (2001, 2002, 2003, 2004):
            item = {"Artist": artist, "Year": year, "Genre": ("rock", "jazz")[year % 2], "n": a * 10 + year % 10,
                    "tags": {"x", "y"}, "info": {"city": "Rome", "prizes": [1, 2, 3]}}
            ddb.put_item(TableName=name, Item={k: TypeSerializer().serialize(v) for k, v in item.items()})
    return name


def plain(items):
    return [{k: TypeDeserializer().deserialize(v) for k, v in i.items()} for i in items]


def run(ddb, statement, *parameters, **more):
    if parameters:
        more["Parameters"] = [TypeSerializer().serialize(p) for p in parameters]
    return plain(ddb.execute_statement(Statement=statement, **more)["Items"])


def refused(code, message, fn, *arguments, **named):
    with pytest.raises(ClientError) as e:
        fn(*arguments, **named)
    assert e.value.response["Error"]["Code"] == code
    if message:
        assert e.value.response["Error"]["Message"] == message
    return e.value.response


def test_select_by_key(ddb, music):
    found = run(ddb, f"SELECT * FROM \"{music}\" WHERE Artist = 'Bob' AND Year = 2003")
    assert [(i["Artist"], i["Year"], i["n"]) for i in found] == [("Bob", 2003, 13)]
    assert run(ddb, f'SELECT Year FROM "{music}" WHERE "Artist" = ? AND Year > ?', "Ann", 2002) == [{"Year": 2003}, {"Year": 2004}]
    assert run(ddb, f'SELECT Year FROM "{music}" WHERE Artist = ? AND Year BETWEEN 2002 AND 2003 ORDER BY Year DESC', "Ann") == \
        [{"Year": 2003}, {"Year": 2002}]
    assert run(ddb, f'SELECT * FROM "{music}" WHERE Artist = ?', "nobody") == []


def test_select_columns_by_path(ddb, music):
    found = run(ddb, f'SELECT info.city, info.prizes[1], nothing FROM "{music}" WHERE Artist = ? AND Year = 2001', "Ann")
    assert found == [{"city": "Rome", "_2": 2}]


def test_select_by_index(ddb, music):
    found = run(ddb, f'SELECT Artist, Year FROM "{music}"."by-genre" WHERE Genre = ? AND Year = ?', "rock", 2002)
    assert sorted(i["Artist"] for i in found) == ["Ann", "Bob", "Cid"]
    refused("ValidationException", "The table does not have the specified index: nothing", run, ddb,
            f'SELECT * FROM "{music}"."nothing"')


@pytest.mark.parametrize("condition, expected", [
    ("Artist IN ['Cid', 'Ann'] AND Year = 2001", [("Cid", 2001), ("Ann", 2001)]),
    ("(Artist = 'Ann' OR Artist = 'Bob') AND Year = 2004", [("Ann", 2004), ("Bob", 2004)]),
    ("Artist = 'Ann' AND n <> 2 AND NOT Year = 2003", [("Ann", 2001), ("Ann", 2004)]),
    ("Artist = 'Ann' AND begins_with(info.city, 'R') AND Year <= 2002", [("Ann", 2001), ("Ann", 2002)]),
    ("Artist = 'Ann' AND contains(tags, 'x') AND size(tags) = 2 AND Year = 2001", [("Ann", 2001)]),
    ("Artist = 'Ann' AND attribute_type(n, 'N') AND Year = 2001", [("Ann", 2001)]),
    ("Artist = 'Ann' AND nothing IS MISSING AND n IS NOT MISSING AND Year = 2001", [("Ann", 2001)]),
    ("Artist = 'Ann' AND n IS NOT NULL AND Year != 2001 AND Year < 2003", [("Ann", 2002)]),
    ("Artist = 'Ann' AND n IN (1, 3)", [("Ann", 2001), ("Ann", 2003)]),
    ("2001 = Year AND 'Ann' = Artist", [("Ann", 2001)]),
    ("Artist = 'Ann' AND info = {'city': 'Rome', 'prizes': [1, 2, 3]} AND Year = 2001", [("Ann", 2001)]),
    ("Artist = 'Ann' AND tags = <<'y', 'x'>> AND Year = 2001", [("Ann", 2001)]),
])
def test_conditions(ddb, music, condition, expected):
    assert [(i["Artist"], i["Year"]) for i in run(ddb, f'SELECT Artist, Year FROM "{music}" WHERE {condition}')] == expected


def test_select_without_a_key_scans(ddb, music):
    assert len(run(ddb, f'SELECT * FROM "{music}"')) == 12
    assert len(run(ddb, f'SELECT * FROM "{music}" WHERE n > 10 AND n < 20')) == 4


def test_pages_by_limit_and_token(ddb, music):
    seen, token, pages = [], {}, 0
    statement = f"SELECT Artist, Year FROM \"{music}\" WHERE Artist IN ['Ann', 'Bob', 'Cid'] ORDER BY Artist DESC, Year ASC"
    while True:
        page = ddb.execute_statement(Statement=statement, Limit=3, **token)
        assert len(page["Items"]) <= 3
        seen += plain(page["Items"])
        pages += 1
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert [(i["Artist"], int(i["Year"])) for i in seen] == [(a, y) for a in ("Cid", "Bob", "Ann") for y in range(2001, 2005)]
    first = ddb.execute_statement(Statement=statement, Limit=3)
    refused("ValidationException", None, ddb.execute_statement, Statement=f'SELECT * FROM "{music}"', NextToken=first["NextToken"])
    refused("ValidationException", None, ddb.execute_statement, Statement=statement, NextToken="rubbish")


def test_insert(ddb, music):
    insert = f"INSERT INTO \"{music}\" VALUE {{'Artist': 'Dee', 'Year': 1999, 'a': [1, 'x', true, null, {{'b': ?}}], 's': <<1, 2>>}}"
    assert run(ddb, insert, "it's") == []
    assert run(ddb, f"SELECT * FROM \"{music}\" WHERE Artist = 'Dee' AND Year = 1999") == \
        [{"Artist": "Dee", "Year": 1999, "a": [1, "x", True, None, {"b": "it's"}], "s": {1, 2}}]
    refused("DuplicateItemException", "Duplicate primary key exists in table", run, ddb, insert, "again")
    run(ddb, f"INSERT INTO \"{music}\" VALUE {{'Artist': 'O''Neil', 'Year': -1.5e3}}")
    assert run(ddb, f"SELECT Year FROM \"{music}\" WHERE Artist = 'O''Neil'") == [{"Year": -1500}]


def test_update(ddb, music):
    where = "WHERE Artist = 'Ann' AND Year = 2001"
    found = run(ddb, f"""UPDATE "{music}" SET n = n + 5, added = list_append(info.prizes, [4]) SET info.city = 'Oslo'
        REMOVE Genre {where} RETURNING ALL NEW *""")
    assert found == [{"Artist": "Ann", "Year": 2001, "n": 6, "added": [1, 2, 3, 4], "tags": {"x", "y"},
                      "info": {"city": "Oslo", "prizes": [1, 2, 3]}}]
    assert run(ddb, f'UPDATE "{music}" SET tags = set_add(tags, <<\'z\'>>) {where} RETURNING MODIFIED NEW *') == \
        [{"tags": {"x", "y", "z"}}]
    assert run(ddb, f'UPDATE "{music}" SET tags = set_delete(tags, ?) {where} RETURNING MODIFIED OLD *', {"x", "y"}) == \
        [{"tags": {"x", "y", "z"}}]
    assert run(ddb, f'UPDATE "{music}" SET n = if_not_exists(nothing, 7) - 1 {where} RETURNING MODIFIED NEW *') == [{"n": 6}]
    assert run(ddb, f'UPDATE "{music}" SET n = 1 {where}') == []


def test_update_is_of_one_item_that_is_there(ddb, music):
    refused("ConditionalCheckFailedException", "The conditional request failed", run, ddb,
            f"UPDATE \"{music}\" SET n = 1 WHERE Artist = 'Nobody' AND Year = 1")
    response = refused("ConditionalCheckFailedException", "The conditional request failed", run, ddb,
                       f"UPDATE \"{music}\" SET n = 1 WHERE Artist = 'Ann' AND Year = 2001 AND n > 100",
                       ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert response["Item"]["n"] == {"N": "1"}
    for where in ("Artist = 'Ann'", "Artist = 'Ann' AND Year > 2001", "Artist = 'Ann' OR Year = 2001", "n = 1"):
        refused("ValidationException", "Where clause does not contain a mandatory equality on all key attributes", run, ddb,
                f'UPDATE "{music}" SET n = 1 WHERE {where}')
    refused("ValidationException", "One or more parameter values were invalid: Cannot update attribute Year. This attribute is "
            "part of the key", run, ddb, f"UPDATE \"{music}\" SET Year = 1 WHERE Artist = 'Ann' AND Year = 2001")


def test_delete(ddb, music):
    delete = f"DELETE FROM \"{music}\" WHERE Artist = 'Ann' AND Year = 2001"
    refused("ConditionalCheckFailedException", None, run, ddb, f"{delete} AND n = 99")
    assert [i["n"] for i in run(ddb, f"{delete} RETURNING ALL OLD *")] == [1]
    assert run(ddb, delete) == []
    assert run(ddb, f"{delete} AND n = 99") == []  # nothing is there: it succeeds
    assert len(run(ddb, f"SELECT * FROM \"{music}\" WHERE Artist = 'Ann'")) == 3


@pytest.mark.parametrize("statement, message", [
    ("DROP TABLE x", "Statement wasn't well formed, can't be processed: Expected data manipulation"),
    ("SELECT * FROM", None), ("SELECT FROM \"{t}\"", None), ("SELECT * FROM \"{t}\" WHERE", None),
    ("SELECT * FROM \"{t}\" WHERE Artist = 'Ann", None), ("SELECT * FROM \"{t}\" WHERE Artist = 'Ann' extra", None),
    ("SELECT * FROM \"{t}\" WHERE (Artist = 'Ann'", None), ("INSERT INTO \"{t}\" VALUES (1)", None),
    ("UPDATE \"{t}\" WHERE Artist = 'Ann' AND Year = 1", None), ("SELECT * FROM \"{t}\" WHERE unknown(Artist)", None),
    ("SELECT * FROM \"{t}\" WHERE Artist = ?", "Number of parameters in request and statement don't match."),
    ("SELECT * FROM \"{t}\" ORDER BY Year", "Must have WHERE clause in the statement when using ORDER BY clause."),
    ("SELECT * FROM \"{t}\" WHERE n = 1 ORDER BY Year",
     "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause."),
    ("SELECT * FROM \"{t}\" WHERE Artist = 'Ann' ORDER BY n",
     "Variable reference n in ORDER BY clause must be part of the primary key"),
    ("EXISTS(SELECT * FROM \"{t}\" WHERE Artist = 'Ann' AND Year = 2001)", None),
    ("INSERT INTO \"{t}\" VALUE {{'Artist': 'Ann'}}",
     "One or more parameter values were invalid: Missing the key Year in the item"),
])
def test_refused(ddb, music, statement, message):
    refused("ValidationException", message, run, ddb, statement.format(t=music))


def test_no_such_table(ddb):
    refused("ResourceNotFoundException", "Requested resource not found", run, ddb, "SELECT * FROM nothing_there")


def test_batch(ddb, music):
    def batch(*statements, **more):
        return ddb.batch_execute_statement(Statements=[{"Statement": s} for s in statements], **more)["Responses"]

    where = "WHERE Artist = 'Ann' AND Year ="
    found = batch(f'SELECT n FROM "{music}" {where} 2001', f'SELECT n FROM "{music}" {where} 1', f'SELECT n FROM "{music}"', "rubbish")
    assert found[0] == {"TableName": music, "Item": {"n": {"N": "1"}}}
    assert found[1] == {"TableName": music}
    assert found[2]["Error"] == {"Code": "ValidationError", "Message":
                                 "Select statements within BatchExecuteStatement must specify the primary key in the where clause."}
    assert found[3]["Error"]["Code"] == "ValidationError"
    found = batch(f"INSERT INTO \"{music}\" VALUE {{'Artist': 'New', 'Year': 1}}",
                  f"INSERT INTO \"{music}\" VALUE {{'Artist': 'Ann', 'Year': 2001}}",
                  f'UPDATE "{music}" SET n = 50 {where} 2002 RETURNING MODIFIED NEW *',
                  f'DELETE FROM "{music}" {where} 2003 AND n = 99', "INSERT INTO nothing_there VALUE {'a': 1}")
    assert "Error" not in found[0]
    assert [f.get("Error", {}).get("Code") for f in found] == [None, "DuplicateItem", None, "ConditionalCheckFailed", "ResourceNotFound"]
    assert found[2]["Item"] == {"n": {"N": "50"}}
    assert len(run(ddb, f'SELECT * FROM "{music}"')) == 13
    refused("ValidationException", None, batch, f'SELECT n FROM "{music}" {where} 2001', f'DELETE FROM "{music}" {where} 2003')


def test_transaction(ddb, music):
    def transact(*statements, **more):
        return ddb.execute_transaction(TransactStatements=[{"Statement": s} for s in statements], **more)["Responses"]

    where = "WHERE Artist = 'Ann' AND Year ="
    exists = f'EXISTS(SELECT * FROM "{music}" {where} 2004 AND n = %d)'
    insert = f"INSERT INTO \"{music}\" VALUE {{'Artist': 'New', 'Year': 1}}"
    with pytest.raises(ddb.exceptions.TransactionCanceledException) as e:
        transact(insert, f'UPDATE "{music}" SET n = 9 {where} 2001', exists % 99,
                 f"INSERT INTO \"{music}\" VALUE {{'Artist': 'Bob', 'Year': 2001}}")
    assert [r["Code"] for r in e.value.response["CancellationReasons"]] == \
        ["None", "None", "ConditionalCheckFailed", "DuplicateItem"]
    assert run(ddb, f'SELECT n FROM "{music}" {where} 2001') == [{"n": 1}]
    for _ in range(2):  # the second time by the same token
        transact(insert, f'UPDATE "{music}" SET n = n + 9 {where} 2001', exists % 4, f'DELETE FROM "{music}" {where} 2002',
                 ClientRequestToken="token-" + music[-8:])
    found = transact(f'SELECT n FROM "{music}" {where} 2001', f'SELECT n FROM "{music}" {where} 2002')
    assert found == [{"Item": {"n": {"N": "10"}}}, {}]
    refused("ValidationException", "Transaction request cannot include multiple operations on one item", transact,
            f'UPDATE "{music}" SET n = 1 {where} 2001', f'DELETE FROM "{music}" {where} 2001')
    refused("ValidationException", None, transact, f'SELECT n FROM "{music}" {where} 2001', f'DELETE FROM "{music}" {where} 2001')


def test_capacity(ddb, music):
    r = ddb.execute_statement(Statement=f"SELECT * FROM \"{music}\" WHERE Artist = 'Ann'", ReturnConsumedCapacity="TOTAL")
    assert r["ConsumedCapacity"] == {"TableName": music, "CapacityUnits": 0.5}
    r = ddb.execute_statement(Statement=f"INSERT INTO \"{music}\" VALUE {{'Artist': 'New', 'Year': 1}}", ReturnConsumedCapacity="TOTAL")
    assert r["ConsumedCapacity"]["CapacityUnits"] == 1
