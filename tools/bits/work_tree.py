"""Checkouts of other commits below build/, with the same libtorch as here."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def work_tree(commit, purpose):
    """The folder build/PURPOSE/<commit>, checked out if it is not there yet."""
    name = subprocess.run(["git", "rev-parse", "--short=12", f"{commit}^{{commit}}"], cwd=ROOT, check=True,
                          capture_output=True, text=True).stdout.strip()
    tree = ROOT / "build" / purpose / name
    if not tree.exists():
        subprocess.run(["git", "worktree", "add", "--detach", str(tree), name], cwd=ROOT, check=True, capture_output=True)
    if (ROOT / ".venv").exists() and not (tree / ".venv").exists():
        (tree / ".venv").symlink_to((ROOT / ".venv").resolve())
    return tree
