"""Node, as the environment brings it or as the system has it."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run_node(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run node at the root of the repository; fail if there is none: the wallet is not tested without."""
    beside = str(Path(sys.executable).parent)
    node = shutil.which("node", path=beside) or shutil.which("node")
    assert node, "there is no node: pip install -r requirements-dev.txt brings one"
    assert (ROOT / "node_modules" / "hpke").is_dir(), "the wallet's packages are missing: make test installs them"
    return subprocess.run([node, *arguments], cwd=ROOT, input=typed, capture_output=True, text=True, timeout=120)
