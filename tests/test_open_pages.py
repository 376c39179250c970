"""What a page of the panel leaves behind."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from nicegui import Client, app, ui

from admin.open_pages import let_go


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("without_collector")
def test_a_page_that_is_gone_is_freed_at_once() -> None:
    app.on_delete(let_go)
    page = Client(ui.page("/somewhere"))
    with page:
        ui.label("Here")
    page.on_delete(lambda page=page: page.content.clear())
    reference = weakref.ref(page)
    page.delete()
    del page
    assert reference() is None
