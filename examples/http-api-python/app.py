"""GET /slugs/{title}: the title as a part of a URL."""

import json
import os
import sys
from urllib.parse import unquote

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "vendor"))
from slugify import slugify  # noqa: E402


def handler(event, context):
    title = unquote(event["pathParameters"]["title"])
    print("slug of", title)
    slug = slugify(title, separator=os.environ["SEPARATOR"])
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps({"slug": slug})}
