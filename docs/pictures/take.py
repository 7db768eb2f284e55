"""Takes the pictures of README.md from a demonstration: `make pictures` (needs Chromium)."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.browser import browser

HERE = Path(__file__).parent
WIDE = {"width": 1200, "height": 860}
TELEPHONE = {"width": 390, "height": 860}


async def main() -> None:
    """Hold a demonstration; take the room halfway through, and its transcript at the end."""
    with tempfile.TemporaryDirectory() as out:
        demo = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "demo", "--out", out,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert demo.stdout is not None  # noqa: S101  it is a pipe
        room = (await demo.stdout.readline()).decode().split(": ", 1)[1].strip()
        while line := (await demo.stdout.readline()).decode():
            if "T5:" in line:
                break
        await asyncio.sleep(3)  # a few answers
        async with browser() as chromium:
            for name, size in (("room", WIDE), ("telephone", TELEPHONE)):
                page = await chromium.new_page(viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
                await page.goto(room)
                await page.wait_for_timeout(800)
                await page.screenshot(path=HERE / f"{name}.png")
            await demo.communicate()
            page = await chromium.new_page(viewport={"width": 1200, "height": 1000})
            await page.goto((Path(out) / "transcript.html").as_uri())
            await page.screenshot(path=HERE / "transcript.png")


if __name__ == "__main__":
    asyncio.run(main())
