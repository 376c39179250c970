"""A real browser for the panel's pages: Chromium, driven by Playwright."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, async_playwright

FLAGS = (
    "--no-sandbox",  # As root Chromium runs with this only; it sees nothing but our own pages.
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--no-first-run",
)
DESK = (1280, 800)
PHONE = (390, 844)
"""Sizes of a window."""


@asynccontextmanager
async def browser_page(
    chromium: Path,
    *,
    language: str = "en",
    size: tuple[int, int] = DESK,
    headers: dict[str, str] | None = None,
) -> AsyncIterator[Page]:
    """An empty page of a browser that remembers nothing.

    `headers` go with each of its requests. A mistake in a page's script fails the test.
    """
    mistakes: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = await browser.new_context(
            locale=language,
            viewport={"width": size[0], "height": size[1]},
            extra_http_headers=headers or {},
            ignore_https_errors=True,  # An authority of a test's own is in no system's list.
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        try:
            yield page
        finally:
            await browser.close()
    assert mistakes == []
