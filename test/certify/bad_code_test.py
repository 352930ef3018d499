#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Feeds certify's proofs code that they must refuse, and name the place of; and
code beside it that differs in the refused thing alone, which they must pass."""
import os
import sys
import tempfile
import textwrap
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import flow  # noqa: E402
import image  # noqa: E402
import coding_rules  # noqa: E402
import stack  # noqa: E402
import toolchain  # noqa: E402
from toolchain import Refusal  # noqa: E402

# The code under proof is `work`, with data behind the pointer and in `x`.
HEAD = """\
#include <stddef.h>
#include <stdint.h>
#include <string.h>
int32_t work(int32_t *state, int32_t x);
"""
MAIN = """
static int32_t state[16];
int main(void) { return (int)work(state, 1); }
"""


class Proofs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, body):
        path = os.path.join(self.folder, "bad.c")
        text = HEAD + textwrap.dedent(body)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.marked = [f"bad.c:{number}" for number, line in enumerate(text.splitlines(), 1) if "HERE" in line]
        return path

    def image(self, body, optimize="-O2"):
        """An image of the body for the emulator."""
        source = self.write(body)
        main = os.path.join(self.folder, "main.c")
        with open(main, "w", encoding="utf-8") as file:
            file.write(HEAD + MAIN)
        objects = []
        for path in (source, main, *(os.path.join(toolchain.SIM, name + ".c")
                                     for name in ("startup", "semihost", "board"))):
            objects.append(os.path.join(self.folder, os.path.basename(path)[:-1] + "o"))
            toolchain.arm_object(path, objects[-1], optimize if path == source else "-O2")
        self.elf, self.objects = os.path.join(self.folder, "image.elf"), objects
        toolchain.arm_link(objects, self.elf)
        return self.elf

    def stack_bound(self, body, optimize="-O2"):
        self.image(body, optimize)
        return stack.bound(stack.read_graph([os.path.join(self.folder, "bad.ci")]), "work", self.elf)

    def analyse(self, body, optimize="-O2"):
        return flow.Analysis(flow.Image(self.image(body, optimize)), "work", ("r1",))

    def assertRefused(self, call, text, *arguments):
        with self.assertRaises(Refusal) as caught:
            call(*arguments)
        self.assertIn(text, str(caught.exception))
        self.assertTrue(self.marked, "the body marks no place")
        self.assertTrue(any(place in str(caught.exception) for place in self.marked),
                        f"{caught.exception}: names none of {self.marked}")


RECURSION = """
    static __attribute__((noinline)) int32_t odd(int32_t *state, int32_t x);
    static __attribute__((noinline)) int32_t even(int32_t *state, int32_t x) { // HERE
        return x == 0 ? 1 : odd(state, x - 1) + state[0]; // HERE
    }
    static __attribute__((noinline)) int32_t odd(int32_t *state, int32_t x) { // HERE
        return x == 0 ? 0 : even(state, x - 1) + state[1]; // HERE
    }
    int32_t work(int32_t *state, int32_t x) { return even(state, x) + 1; }
"""
POINTER_CALL = """
    int32_t (*hook)(int32_t);
    int32_t work(int32_t *state, int32_t x) {
        return state[0] + hook(x); // HERE
    }
"""


class Stack(Proofs):
    def test_recursion(self):
        self.assertRefused(self.stack_bound, "recursion, even -> odd -> even", RECURSION)

    def test_call_through_a_pointer(self):
        self.assertRefused(self.stack_bound, "work calls through a pointer", POINTER_CALL)

    def test_frames_of_variable_size(self):
        for frame in ("volatile int32_t *room = __builtin_alloca((size_t)x);", "volatile int32_t room[x];"):
            with self.subTest(frame=frame):
                self.assertRefused(self.stack_bound, "work has a frame of variable size", f"""
                    int32_t work(int32_t *state, int32_t x) {{ // HERE
                        {frame}
                        room[0] = state[0];
                        return room[0];
                    }}
                """)

    def test_bound_is_what_the_machine_code_takes(self):
        body = """
            static __attribute__((noinline)) int32_t inner(volatile int32_t *room) {
                volatile int32_t more[10];
                for (uint32_t i = 0; i < 10u; ++i)
                    more[i] = room[i];
                return more[9];
            }
            int32_t work(int32_t *state, int32_t x) {
                volatile int32_t room[32];
                memset(state, 0, 64);
                for (uint32_t i = 0; i < 32u; ++i)
                    room[i] = x;
                return inner(room) + room[2];
            }
        """
        for optimize in ("-O1", "-O2", "-Os"):
            with self.subTest(optimize=optimize):
                bound, chain = self.stack_bound(body, optimize)
                self.assertEqual(chain, ["work", "inner"])
                self.assertGreater(bound, 4 * 42)
                self.assertEqual(flow.Analysis(flow.Image(self.elf), "work").depth, bound)

    def test_library_functions_count(self):
        plain, _ = self.stack_bound("int32_t work(int32_t *state, int32_t x) { return state[0] + x; }")
        self.assertEqual(plain, 0)
        moving, chain = self.stack_bound("""
            int32_t work(int32_t *state, int32_t x) {
                memmove(state, state + 1, 60);
                return x;
            }
        """)
        self.assertEqual(chain, ["work", "memmove"])
        self.assertGreater(moving, 8)

    def test_library_functions_that_call_others(self):
        bound, chain = self.stack_bound("""
            int32_t work(int32_t *state, int32_t x) {
                uint64_t wide = (uint64_t)(uint32_t)state[0] << 32 | (uint32_t)x;
                return (int32_t)(wide / (uint32_t)state[1]);
            }
        """)
        self.assertEqual(chain, ["work", "__aeabi_uldivmod", "__udivmoddi4"])
        self.assertGreaterEqual(bound, 4 * (1 + 4 + 8))  # what the three push at least

    def test_whole_images(self):
        body = """
            int32_t work(int32_t *state, int32_t x) {{
                volatile int32_t room[{}] = {{x}};
                return room[0] + state[0];
            }}
        """
        self.image(body.format(10))
        figures, rows = image.prove(self.elf, self.objects, "main")
        self.assertEqual(figures["image_stack_chain"], "main work memset")
        self.assertGreaterEqual(figures["image_stack_bound_bytes"], 40)
        self.assertEqual(figures["image_stack_reserved_bytes"], 32768)
        self.assertIn(("state", 0, 64), rows)
        self.assertLessEqual(sum(row[1] for row in rows), figures["image_flash_bytes"])
        self.image(body.format(9000))
        with self.assertRaisesRegex(Refusal, "main: takes up to 36... bytes of stack, of which 32768 are reserved"):
            image.prove(self.elf, self.objects, "main")

    def test_library_functions_that_call_through_pointers(self):
        with self.assertRaisesRegex(Refusal, "qsort: a library function that calls or jumps through a pointer"):
            self.stack_bound("""
                #include <stdlib.h>
                int32_t work(int32_t *state, int32_t x) {
                    qsort(state, 16, 4, (int (*)(const void *, const void *))(uintptr_t)x);
                    return x;
                }
            """)


class Flow(Proofs):
    LOOPS_ON_DATA = {
        "while": "while (x > 3) { x -= state[0]; } /* HERE */ return x;",
        "count from memory": """int32_t s = 0;
            for (int32_t i = 0; i < state[0]; ++i) { s += state[i & 15]; } /* HERE */
            return s;""",
        "leaves early": """int32_t s = 0;
            for (uint32_t i = 0; i < 16u; ++i) {
                if (state[i] == x) { break; } /* HERE */
                s += state[i] * 3;
            } /* HERE */
            return s;""",
        "inner loop": """int32_t s = 0;
            for (uint32_t i = 0; i < 16u; ++i) {
                uint32_t v = (uint32_t)state[i];
                while (v != 0u) { s += 5; v &= v - 1u; } /* HERE */
            }
            return s;""",
        "by way of the stack": """volatile int32_t kept = x; int32_t s = 0;
            while (s < kept) { s += state[1] | 1; } /* HERE */ return s;""",
        "by a choice": """int32_t end = state[0] > 0 ? 8 : 4, s = 0;
            for (int32_t i = 0; i < end; ++i) { s = s * 3 + state[i]; } /* HERE */ return s;""",
    }

    def test_loops_that_data_end(self):
        for name, body in self.LOOPS_ON_DATA.items():
            for optimize in ("-O0", "-O2", "-Os"):
                with self.subTest(name, optimize=optimize):
                    self.assertRefused(self.analyse, "a loop whose end depends on data", f"""
                        int32_t work(int32_t *state, int32_t x) {{
                            {body}
                        }}
                    """, optimize)

    def test_loops_that_data_end_in_a_library_function(self):
        with self.assertRaisesRegex(Refusal, "a loop whose end depends on data"):
            self.analyse("int32_t work(int32_t *state, int32_t x) { return memcmp(state, state + 4, 16) + x; }")

    def test_loops_that_constants_end(self):
        analysis = self.analyse("""
            static const uint8_t turns[4] = {3, 1, 4, 1};
            int32_t work(int32_t *state, int32_t x) {
                int32_t s = 0;
                for (uint32_t i = 0; i < 4u; ++i) {
                    for (uint32_t j = 0; j < turns[i]; ++j) {
                        s += state[j] * x;
                        if (s > 100) { // HERE
                            state[3] = s;
                            state[4] += s * s;
                        }
                    }
                }
                return s;
            }
        """, "-O1")
        places = " ".join(analysis.image.place(address) for address in analysis.branches)
        self.assertIn(self.marked[0], places)
        (branch,) = analysis.branches
        self.assertTrue(analysis.explains(branch + analysis.branches[branch].size))
        self.assertFalse(analysis.explains(analysis.meeting_point(branch)))

    def test_recursion(self):
        self.assertRefused(self.analyse, "recursion into", RECURSION, "-O1")

    def test_calls_through_pointers(self):
        for optimize in ("-O0", "-O2"):
            with self.subTest(optimize=optimize):
                self.assertRefused(self.analyse, "a call or jump through a pointer", POINTER_CALL, optimize)

    def test_jump_tables_on_data(self):
        cases = "\n".join(f"case {i}: state[{i % 7}] {'+-*/|&^'[i % 7]}= {i + 3}; return state[{i * 5 % 11}] << {i};"
                          for i in range(12))
        self.assertRefused(self.analyse, "a jump by a table that data indexes", f"""
            int32_t work(int32_t *state, int32_t x) {{
                switch (x) {{ // HERE
                {cases}
                default: return 0;
                }}
            }}
        """)

    def test_writes_to_where_data_says(self):
        self.assertRefused(self.analyse, "a write to where data says", """
            int32_t work(int32_t *state, int32_t x) {
                state[x & 15] = 1; // HERE
                return 0;
            }
        """)

    def test_writes_to_constants(self):
        self.assertRefused(self.analyse, "a write to constants", """
            static const int32_t table[4] = {1, 2, 3, 4};
            int32_t work(int32_t *state, int32_t x) {
                *(volatile int32_t *)(uintptr_t)&table[1] = x + state[0]; // HERE
                return 0;
            }
        """)

    def test_floating_point(self):
        self.assertRefused(self.analyse, "an instruction that this proof does not know", """
            int32_t work(int32_t *state, int32_t x) { // HERE
                return (int32_t)((float)x * 1.5f + (float)state[0]); // HERE
            }
        """)

    def test_pointers_into_the_stack_that_are_lost_from_sight(self):
        """What is written through one of two pointers may be the loop's bound."""
        self.assertRefused(self.analyse, "a loop whose end depends on data", """
            int32_t work(int32_t *state, int32_t x) {
                int32_t bound = 4, s = 0;
                int32_t *volatile escaped = &bound;
                int32_t *to = state == (int32_t *)8 ? &bound : state; // the address is no data
                *to = x;
                (void)escaped;
                for (int32_t i = 0; i < bound; ++i) // HERE
                    s = s * 3 + state[i]; // HERE
                return s;
            }
        """)


    # What a function does with the caller's r4, in assembler; each branches on data.
    CALLEES = {
        "gives it back on both ways": """
            push {r4, r5, r6, lr}
            ldr r4, [r0]
            cmp r4, #0
            beq 1f
            movs r4, #1
            pop {r4, r5, r6, pc}
            1: movs r4, #2
            pop {r4, r5, r6, pc}""",
        "gives back another one, on one way": """
            push {r4, r5, r6, lr}
            ldr r3, [r0]
            cmp r3, #0
            beq 1f
            pop {r4, r5, r6, pc}
            1: ldr r4, [sp, #4]
            add sp, #12
            ldr pc, [sp], #4""",
        "gives back a half of it": """
            push {r4, lr}
            ldr r3, [r0]
            cmp r3, #0
            it ne
            ldrhne r4, [sp]
            pop {r3, pc}""",
        "takes what an earlier call left": """
            ldr r3, [r0]
            cmp r3, #0
            it ne
            ldrne r4, [sp, #-16]
            bx lr""",
        "leaves it alone": """
            ldr r3, [r0]
            cmp r3, #0
            it ne
            movne r2, #1
            bx lr""",
    }

    def test_saved_registers(self):
        """A caller may go on with a pointer in one where it is given back, and only there."""
        body = """
            void first(int32_t *state);
            void second(int32_t *state);
            __asm__(".syntax unified\\n .thumb_func\\n first:\\n" {first});
            __asm__(".thumb_func\\n second:\\n" {second});
            int32_t work(int32_t *state, int32_t x) {{
                first(state);
                second(state);
                state[3] = x; // HERE
                return 0;
            }}
        """
        quoted = {name: " ".join(f'"{line.strip()}\\n"' for line in code.strip().splitlines())
                  for name, code in self.CALLEES.items()}
        good = ("gives it back on both ways", "leaves it alone")
        for name, code in quoted.items():
            with self.subTest(name):
                text = body.format(first=quoted[good[0]], second=code)
                if name in good:
                    self.analyse(text)
                    self.assertRegex(toolchain.output("arm-none-eabi-objdump", "-d", "--disassemble=work", self.elf),
                                     r"str\s+r\d, \[r4, #12\]")  # or the test would not test
                else:
                    self.assertRefused(self.analyse, "a write to where data says", text)


class Misra(Proofs):
    def refuse(self, body):
        coding_rules.refuse_violations(coding_rules.check(self.write(body)))

    def test_required_rules(self):
        for rule, body in {
            "10.1": "int32_t work(int32_t *state, int32_t x) { return state[0] >> (x & 3); } // HERE",
            "11.9": "int32_t work(int32_t *state, int32_t x) { return (state == 0) ? x : 1; } // HERE",
            "16.4": "int32_t work(int32_t *state, int32_t x) {\n switch (x) { // HERE\n case 1: state[0] = 1; break;\n"
                    " case 2: state[0] = 2; break; }\n return x; }",
            "17.2": "int32_t work(int32_t *state, int32_t x) { // HERE\n"
                    " return (x > 0) ? work(state, x - 1) : 0; // HERE\n}",
            "8.4": "int32_t other(int32_t x);\nint32_t work(int32_t *state, int32_t x) { return state[0] + x; }\n"
                   "int32_t unseen(int32_t x) { return x; } // HERE",
        }.items():
            with self.subTest(rule):
                self.assertRefused(self.refuse, f"rule {rule} (required)", body)

    def test_both_forms_are_looked_at(self):
        for guard in ("#ifdef __ARM_FEATURE_DSP", "#ifndef __ARM_FEATURE_DSP"):
            with self.subTest(guard):
                self.assertRefused(self.refuse, "rule 11.9 (required)", f"""
{guard}
int32_t work(int32_t *state, int32_t x) {{ return (state == 0) ? x : 1; }} // HERE
#endif
""")

    def test_advisory_rules_need_a_reason(self):
        self.assertRefused(self.refuse, "rule 15.1 (advisory, no reason on record)", """
            int32_t work(int32_t *state, int32_t x) {
                if (x > 0) {
                    goto end; // HERE
                }
                state[0] = x;
            end:
                return x;
            }
        """)

    def test_advisory_rules_with_a_reason_are_listed(self):
        findings = coding_rules.check(self.write("""
            int32_t work(int32_t *state, int32_t x) {
                if (state == NULL) {
                    return -1; // HERE
                }
                return x;
            }
        """))
        self.assertEqual([(finding.rule, finding.place()) for finding in findings], [("15.5", self.marked[0])])
        self.assertEqual(coding_rules.required_violations(findings), [])

    def test_what_is_no_style(self):
        self.assertRefused(self.refuse, "cppcheck: ", """
            int32_t work(int32_t *state, int32_t x) {
                int32_t few[4] = {1, 2, 3, 4};
                return few[4] + state[0] + x; // HERE
            }
        """)

    def test_unchecked_rules_are_known(self):
        self.assertEqual(coding_rules.unchecked(), ["1.1", "1.2"])


if __name__ == "__main__":
    unittest.main()
