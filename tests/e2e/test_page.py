"""The page of examples/loyalty in a real browser; its screenshots stay in build/page/."""

import os
import shutil
import subprocess

import pytest

import samovar
import loyalty

CHROMIUM = shutil.which("chromium")
PLAYWRIGHT = os.path.join(samovar.ROOT, "build/node/node_modules/playwright-core")

pytestmark = [pytest.mark.skipif(loyalty.missing() is not None, reason=loyalty.missing() or ""),
              pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed"),
              pytest.mark.skipif(not os.path.exists(PLAYWRIGHT), reason="playwright-core is not installed")]


def test_a_customer_uploads_a_receipt_and_sees_the_points(tmp_path):
    pictures = os.path.join(samovar.ROOT, "build/page")
    os.makedirs(pictures, exist_ok=True)
    with samovar.Server() as server:
        api = loyalty.deploy(server, loyalty.folder(tmp_path / "loyalty"))
        done = subprocess.run(["node", "--import", "./tests/node_modules.mjs", "tests/e2e/page.mjs", f"{server.url}{api.path}",
                               pictures, os.path.join(loyalty.EXAMPLE, "lib/receipt.png")], cwd=samovar.ROOT, timeout=300,
                              capture_output=True, text=True, env={**os.environ, "CHROMIUM": CHROMIUM}, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout + done.stderr
