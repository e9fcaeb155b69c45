"""What time it is, by the function's URL."""

import datetime
import os
from zoneinfo import ZoneInfo


def handler(event, context):
    now = datetime.datetime.now(ZoneInfo(os.environ["ZONE"]))
    return {"zone": os.environ["ZONE"], "time": now.isoformat(timespec="seconds")}
