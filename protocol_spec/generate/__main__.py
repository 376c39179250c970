"""`python -m protocol_spec.generate [--check]`: writes the generated files, or compares them."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from protocol_spec.generate import gdscript, javascript, markdown, python, wireshark
from protocol_spec.generate.spec import Spec, load

ROOT = Path(__file__).resolve().parents[2]


def generated_files(spec: Spec) -> dict[Path, str]:
    """Path below the root -> content, formatted as `make check` wants it."""
    return {
        Path("protocol_spec/codec.py"): _formatted(
            python.emit(spec), "ruff", "format", "--stdin-filename", "codec.py", "-"
        ),
        Path("godot_client/addons/estragon/codec.gd"): _formatted(
            gdscript.emit(spec), "gdformat", "--line-length", "100", "-"
        ),
        Path("admin/components/codec.js"): javascript.emit(spec),
        Path("protocol_spec/reference.md"): markdown.emit(spec),
        Path("protocol_spec/estragon.lua"): wireshark.emit(spec),
    }


def _formatted(source: str, program: str, *arguments: str) -> str:
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    done = subprocess.run(command, input=source, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{program} refuses what was generated:\n{done.stderr}")
    return done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m protocol_spec.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 if they differ")
    check = parser.parse_args().check
    stale = []
    for path, content in generated_files(load()).items():
        target = ROOT / path
        if target.exists() and target.read_text(encoding="utf-8") == content:
            continue
        stale.append(path)
        if not check:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
    for path in stale:
        print(f"{path}: {'differs from protocol.toml' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
