#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the situations of real use, by topic, and counts them.

  cases.py --build BUILD [--json FILE] [TOPIC...]

A topic is a file TOPIC_cases.py beside this one; without any, all are run. The JSON is one flat object:
cases_passed, cases_failed, cases_skipped. Exits with 1 when one failed.
"""
import argparse
import glob
import importlib
import json
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tools"))
from whole_file import write_whole  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--json")
    parser.add_argument("topics", nargs="*", metavar="TOPIC")
    options = parser.parse_args()
    os.environ["DLNET_CASES_BUILD"] = os.path.abspath(options.build)
    sys.path.insert(0, HERE)
    topics = options.topics or sorted(os.path.basename(path)[:-len("_cases.py")]
                                      for path in glob.glob(os.path.join(HERE, "*_cases.py")))
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(topic + "_cases"))
                               for topic in topics)
    count = suite.countTestCases()
    if count == 0:
        parser.error("no situation to try")
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    if options.json:
        write_whole(options.json, json.dumps({"cases_passed": result.testsRun - failed - len(result.skipped),
                                              "cases_failed": failed, "cases_skipped": len(result.skipped)}))
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
