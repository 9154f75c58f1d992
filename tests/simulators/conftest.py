"""A bank for every test that wants one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators.bank_process import BankProcess


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[BankProcess]:
    """A fresh bank with magic amounts, killed afterwards."""
    process = BankProcess(tmp_path / "bank", ("--magic", "--seed", "7")).start()
    yield process
    process.kill()
