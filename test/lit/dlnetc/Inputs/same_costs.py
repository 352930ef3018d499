# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether a header states the costs of the selected model in a report:
same_costs.py HEADER REPORT"""
import json
import re
import sys

with open(sys.argv[1]) as file:
    header = re.search(r"(\d+) bytes of flash.* (\d+) of stack.*\n *(\d+) instructions.* (\d+) cycles", file.read())
with open(sys.argv[2]) as file:
    report = json.load(file)
selected = next(one for one in report["candidates"] if one["status"] == "selected")
stated = [int(number) for number in header.groups()]
expected = [selected[key] for key in ("flash_bytes", "stack_bytes", "instructions", "cycles")]
if stated != expected:
    sys.exit(f"the header says {stated}, the report {expected}")
