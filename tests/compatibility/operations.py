"""Prints the GraphQL documents in the installed `wandb` package, as one JSON object: name to text, fragments included."""

import ast
import json
import pathlib
import re

import wandb

DOCUMENT = re.compile(r"^\s*(?:#[^\n]*\n\s*)*(query|mutation|fragment)\b\s*(\w+)?")
NAMES = re.compile(r"\b(?:query|mutation)\s+(\w+)")

found = {}
for file in sorted(pathlib.Path(wandb.__file__).parent.rglob("*.py")):
    for node in ast.walk(ast.parse(file.read_text())):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        kind = DOCUMENT.match(node.value)
        names = NAMES.findall(node.value)
        # Texts with placeholders are finished at run time, and are no documents yet.
        if kind and names and "{" in node.value and "$" + "{" not in node.value and "%s" not in node.value:
            found.setdefault(names[0], node.value)
print(json.dumps(found))
