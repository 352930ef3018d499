/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts the instructions of each call of chosen functions, everything that
 * they call included, by watching an emulated Arm or RISC-V core.
 *
 * GPL because QEMU's plugin interface is: a plugin runs inside QEMU. It is a
 * tool of the tests, in a file of its own, and no part of what dlnet ships.
 *
 * Loaded by m4run.py as
 *   -plugin file=count_instructions.so,out=FILE,function=0xADDR[,function=...]
 *           [,spread=on][,isa=riscv]
 * FILE gets, for each call that returned,
 *   call ADDRESS TOTAL
 *   insn ADDRESS SIZE EXECUTED LEFT ENTERED     for each address executed
 * where LEFT counts the times the next instruction was not the following one,
 * and ENTERED those it was reached by such a jump; then `total N` for all that
 * ran. A conditional instruction that is skipped counts as executed.
 *
 * With spread=on there are too many calls to list each. FILE gets, at the end,
 * for each function
 *   spread ADDRESS CALLS LEAST MOST
 *   varies ADDRESS LEAST MOST      for each address not executed alike in all
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Debian's QEMU 7.2 has plugins but not their header; this is all we need of
 * version 1 of the interface. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { QEMU_PLUGIN_CB_NO_REGS = 0 };
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(
    qemu_plugin_id_t id,
    void (*callback)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*callback)(unsigned int vcpu,
                                                             void *data),
                                            int flags, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
                                    void (*callback)(qemu_plugin_id_t id,
                                                     void *data),
                                    void *data);

#define EXPORT __attribute__((visibility("default")))
EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
                               char **argv);
int qemu_plugin_version = 1;

#define MAX_FUNCTIONS 8
#define BUCKETS 4096

struct counts {
  uint64_t executed, left, entered;
  uint64_t least, most; /* over all calls, with spread=on */
};

/* One instruction of the image. It outlives translated blocks, because QEMU
 * may translate the same address many times. */
struct instruction {
  uint32_t address, size;
  bool is_call;
  struct counts counts[MAX_FUNCTIONS];
  struct instruction *next;
};

struct function {
  uint32_t address, return_address;
  bool running;
  uint64_t total;
  uint64_t calls, least, most; /* with spread=on */
};

static struct instruction *buckets[BUCKETS];
static struct function functions[MAX_FUNCTIONS];
static int function_count;
static struct instruction *previous;
static uint64_t grand_total;
static bool spread, riscv;
static FILE *out;

/* By the first halfword, for QEMU says 4 of some instructions of 2 bytes: those
 * before the end of a page, where it looks ahead. */
static uint32_t size_of(const uint8_t *code) {
  if (riscv)
    return (code[0] & 3u) == 3u ? 4 : 2;
  return code[1] >> 3 >= 0x1du ? 4 : 2;
}

/* RISC-V's JAL and JALR that write ra, and C.JAL and C.JALR of RV32. */
static bool is_riscv_call(unsigned int first, size_t size) {
  if (size == 2)
    return (first & 0xe003u) == 0x2001u ||
           ((first & 0xf07fu) == 0x9002u && (first & 0x0f80u) != 0);
  unsigned int opcode = first & 0x7fu;
  return (opcode == 0x6fu || opcode == 0x67u) && (first & 0x0f80u) == 0x0080u;
}

/* Thumb's BL and BLX: what leaves the address after itself in lr. */
static bool is_call(const uint8_t *code, size_t size) {
  unsigned int first = code[0] | (unsigned int)code[1] << 8;
  if (riscv)
    return is_riscv_call(first, size);
  if (size == 2)
    return (first & 0xff87u) == 0x4780u;
  unsigned int second = code[2] | (unsigned int)code[3] << 8;
  return (first & 0xf800u) == 0xf000u && (second & 0xd000u) == 0xd000u;
}

static struct instruction *find(const struct qemu_plugin_insn *insn) {
  uint32_t address = (uint32_t)qemu_plugin_insn_vaddr(insn);
  struct instruction **slot = &buckets[address / 2 % BUCKETS];
  while (*slot && (*slot)->address != address)
    slot = &(*slot)->next;
  if (!*slot) {
    *slot = calloc(1, sizeof **slot);
    if (!*slot) {
      fputs("count_instructions: out of memory\n", stderr);
      abort();
    }
    (*slot)->address = address;
    (*slot)->size = size_of(qemu_plugin_insn_data(insn));
    (*slot)->is_call = is_call(qemu_plugin_insn_data(insn), (*slot)->size);
  }
  return *slot;
}

static void report(int index) {
  struct function *function = &functions[index];
  fprintf(out, "call 0x%" PRIx32 " %" PRIu64 "\n", function->address,
          function->total);
  function->total = 0;
  for (int bucket = 0; bucket < BUCKETS; ++bucket) {
    for (struct instruction *at = buckets[bucket]; at; at = at->next) {
      struct counts *counts = &at->counts[index];
      if (!counts->executed)
        continue;
      fprintf(out,
              "insn 0x%" PRIx32 " %" PRIu32 " %" PRIu64 " %" PRIu64 " %" PRIu64
              "\n",
              at->address, at->size, counts->executed, counts->left,
              counts->entered);
      memset(counts, 0, sizeof *counts);
    }
  }
}

/* Takes `count` of call number `calls` into a range; of the calls before, those
 * of an address that is new were 0. */
static void widen(uint64_t count, uint64_t calls, uint64_t *least,
                  uint64_t *most) {
  if (calls == 0 || count < *least)
    *least = count;
  if (calls == 0 || count > *most)
    *most = count;
}

static void take(int index) {
  struct function *function = &functions[index];
  for (int bucket = 0; bucket < BUCKETS; ++bucket) {
    for (struct instruction *at = buckets[bucket]; at; at = at->next) {
      struct counts *counts = &at->counts[index];
      widen(counts->executed, function->calls, &counts->least, &counts->most);
      counts->executed = 0;
    }
  }
  widen(function->total, function->calls, &function->least, &function->most);
  ++function->calls;
  function->total = 0;
}

static void report_spread(int index) {
  const struct function *function = &functions[index];
  fprintf(out, "spread 0x%" PRIx32 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
          function->address, function->calls, function->least, function->most);
  for (int bucket = 0; bucket < BUCKETS; ++bucket) {
    for (struct instruction *at = buckets[bucket]; at; at = at->next) {
      const struct counts *counts = &at->counts[index];
      if (counts->least != counts->most)
        fprintf(out, "varies 0x%" PRIx32 " %" PRIu64 " %" PRIu64 "\n",
                at->address, counts->least, counts->most);
    }
  }
}

static void on_execution(unsigned int vcpu, void *data) {
  struct instruction *now = data;
  (void)vcpu;
  ++grand_total;
  bool jumped = !previous || previous->address + previous->size != now->address;
  for (int i = 0; i < function_count; ++i) {
    struct function *function = &functions[i];
    bool just_entered = false;
    if (function->running) {
      if (jumped && previous)
        ++previous->counts[i].left;
      if (now->address == function->return_address) {
        function->running = false;
        if (spread)
          take(i);
        else
          report(i);
      }
    }
    if (!function->running && now->address == function->address && previous &&
        previous->is_call) {
      function->running = just_entered = true;
      function->return_address = previous->address + previous->size;
    }
    if (function->running) {
      ++function->total;
      ++now->counts[i].executed;
      if (jumped || just_entered)
        ++now->counts[i].entered;
    }
  }
  previous = now;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  size_t count = qemu_plugin_tb_n_insns(tb);
  for (size_t i = 0; i < count; ++i) {
    struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
    qemu_plugin_register_vcpu_insn_exec_cb(insn, on_execution,
                                           QEMU_PLUGIN_CB_NO_REGS, find(insn));
  }
}

static void on_exit_of_emulator(qemu_plugin_id_t id, void *data) {
  (void)id;
  (void)data;
  for (int i = 0; spread && i < function_count; ++i)
    report_spread(i);
  fprintf(out, "total %" PRIu64 "\n", grand_total);
  if (fclose(out) != 0)
    fputs("count_instructions: cannot write the counts\n", stderr);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
                        char **argv) {
  (void)info;
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "out=", 4) == 0 && !out) {
      out = fopen(argv[i] + 4, "w");
    } else if (strncmp(argv[i], "function=", 9) == 0 &&
               function_count < MAX_FUNCTIONS) {
      /* Symbols of Thumb functions have bit 0 set, addresses do not. */
      functions[function_count++].address =
          (uint32_t)strtoul(argv[i] + 9, NULL, 0) & ~1u;
    } else if (strcmp(argv[i], "spread=on") == 0) {
      spread = true;
    } else if (strcmp(argv[i], "isa=riscv") == 0) {
      riscv = true;
    } else {
      fprintf(stderr, "count_instructions: unexpected option %s\n", argv[i]);
      return 1;
    }
  }
  if (!out) {
    fputs("count_instructions: out=FILE is missing or cannot be written\n",
          stderr);
    return 1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  qemu_plugin_register_atexit_cb(id, on_exit_of_emulator, NULL);
  return 0;
}
