#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs what a README.md tells people to type, so that it cannot rot.

  readme_test.py [--without-trainer] [--readme README.md] SOURCE BUILD

In an empty folder with the repository's names, from the top:
  ```c, ```python  is saved as the file that its first comment names
  ```sh      is run and must succeed, unless it calls ./dlnet, which calls this
  ```text    right after an `sh` block is what that block prints

Every ./dlnet command that the text names must be one that ./dlnet help knows.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

STRICT = "-std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror"


def blocks(markdown):
    """(language, text, line, whether it directly follows the block before)"""
    end = 0
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", markdown, re.M | re.S):
        line = markdown.count("\n", 0, match.start()) + 1
        yield match[1], match[2], line, not markdown[end:match.start()].strip()
        end = match.end()


def run_blocks(block_list, folder, without_trainer):
    """Yields what is wrong."""
    printed = None
    for language, text, line, follows in block_list:
        before, printed = printed, None
        if language in ("c", "python"):
            name = re.match(r"(?:/\*|#) (\w+\.(?:c|py))\b", text)
            if not name:
                yield f"line {line}: the {language} block names no file in its first comment"
                continue
            with open(os.path.join(folder, name[1]), "w", encoding="utf-8") as file:
                file.write(text)
        elif language == "sh":
            if "./dlnet " in text or (without_trainer and "dlnet-train" in text):
                continue
            done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=folder,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=300)
            if done.returncode != 0:
                yield f"line {line}: ended with {done.returncode}:\n{text}{done.stdout}{done.stderr}"
            printed = done.stdout
        elif language == "text" and follows and before is not None and text != before:
            yield f"line {line}: printed instead:\n{before}"


def unknown_commands(markdown, source):
    """Yields the commands that ./dlnet does not have."""
    usage = subprocess.run([os.path.join(source, "dlnet"), "help"], check=True,
                           capture_output=True, text=True).stdout
    for command in sorted(set(re.findall(r"\./dlnet (\w+)", markdown))):
        if not re.search(rf"^  {command}\b", usage, re.M):
            yield f"`./dlnet help` knows no {command}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without-trainer", action="store_true")
    parser.add_argument("--readme", default="README.md", help="below SOURCE")
    parser.add_argument("source")
    parser.add_argument("build")
    options = parser.parse_args()
    with open(os.path.join(options.source, options.readme), encoding="utf-8") as file:
        markdown = file.read()
    found = list(blocks(markdown))
    languages = [language for language, *_ in found]
    if "sh" not in languages or not {"c", "python"} & set(languages):
        sys.exit(f"{options.readme} has no sh block, or no program: this test looks at nothing")
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.abspath(options.build), os.path.join(folder, "build"))
        for name in ("runtime", "trainer"):
            os.symlink(os.path.abspath(os.path.join(options.source, name)), os.path.join(folder, name))
        wrong = [*unknown_commands(markdown, options.source),
                 *run_blocks(found, folder, options.without_trainer)]
        for name in sorted(os.listdir(folder)):
            if name.endswith(".c"):
                strict = subprocess.run(["gcc", *STRICT.split(), "-fsyntax-only", "-Iout", name],
                                        cwd=folder, capture_output=True, text=True)
                if strict.returncode != 0:
                    wrong.append(f"{name} is not clean:\n{strict.stderr}")
    for finding in wrong:
        print(f"{options.readme}: {finding}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
