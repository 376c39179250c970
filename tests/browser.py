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
async def people(
    chromium: Path,
    count: int,
    *,
    language: str = "en",
    size: tuple[int, int] = DESK,
    headers: dict[str, str] | None = None,
) -> AsyncIterator[list[Page]]:
    """An empty page for each of so many, who remember nothing and know nothing of each other.

    `headers` go with each of their requests. A mistake in a page's script fails the test.
    """
    mistakes: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        pages = []
        try:
            for _ in range(count):
                context = await browser.new_context(
                    locale=language,
                    viewport={"width": size[0], "height": size[1]},
                    extra_http_headers=headers or {},
                    ignore_https_errors=True,  # No system lists a test's own authority.
                )
                page = await context.new_page()
                page.on("pageerror", lambda error: mistakes.append(str(error)))
                pages.append(page)
            yield pages
        finally:
            await browser.close()
    assert mistakes == []


@asynccontextmanager
async def browser_page(
    chromium: Path,
    *,
    language: str = "en",
    size: tuple[int, int] = DESK,
    headers: dict[str, str] | None = None,
) -> AsyncIterator[Page]:
    """An empty page of a browser that remembers nothing."""
    async with people(chromium, 1, language=language, size=size, headers=headers) as (page,):
        yield page
