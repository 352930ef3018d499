// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A library to be preloaded that makes one call to the system fail, in the
// manner of SQLite's tests: the caller runs a program with a first failing
// call, then a second one, and so on until none is left to fail.
//
//   DLNET_FAULT_AT=N     the N-th call that counts fails, from 1 on
//   DLNET_FAULT_ERRNO=E  with this errno; a write with E=0 writes half
//   DLNET_FAULT_KIND=K   "file": what changes files (the default); "memory":
//                        allocations of at least 256 KiB
//   DLNET_FAULT_NOTE=F   gets the name of the call that was made to fail
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { kLargeBytes = 256 * 1024 };

static long fault_at = -1;
static int fault_errno = EIO;
static int of_memory;
static atomic_long calls;

__attribute__((constructor)) static void read_environment(void) {
  const char *at = getenv("DLNET_FAULT_AT");
  const char *error = getenv("DLNET_FAULT_ERRNO");
  const char *kind = getenv("DLNET_FAULT_KIND");
  if (error)
    fault_errno = atoi(error);
  of_memory = kind && strcmp(kind, "memory") == 0;
  fault_at = at ? atol(at) : -1;
}

// Whether this call is the one to fail. Writes the note by system calls alone:
// functions would be counted.
static int fails(const char *name) {
  if (fault_at < 0 || atomic_fetch_add(&calls, 1) + 1 != fault_at)
    return 0;
  const char *note = getenv("DLNET_FAULT_NOTE");
  if (note) {
    long file = syscall(SYS_openat, AT_FDCWD, note,
                        O_WRONLY | O_CREAT | O_APPEND, 0644);
    syscall(SYS_write, file, name, strlen(name));
    syscall(SYS_close, file);
  }
  errno = fault_errno;
  return 1;
}

static int file_fails(const char *name) { return !of_memory && fails(name); }

static int may_create(int flags) { return (flags & O_CREAT) != 0; }

#define NEXT(type, name, ...)                                                  \
  static type (*next)(__VA_ARGS__);                                            \
  if (!next)                                                                   \
  *(void **)&next = dlsym(RTLD_NEXT, name)

#define DEFINE_OPEN(name)                                                      \
  int name(const char *path, int flags, ...) {                                 \
    NEXT(int, #name, const char *, int, ...);                                  \
    va_list list;                                                              \
    va_start(list, flags);                                                     \
    mode_t mode = may_create(flags) ? va_arg(list, mode_t) : 0;                \
    va_end(list);                                                              \
    if (may_create(flags) && file_fails(#name))                                \
      return -1;                                                               \
    return next(path, flags, mode);                                            \
  }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

// Standard streams are no files; their turn comes with /dev/full.
ssize_t write(int file, const void *bytes, size_t size) {
  NEXT(ssize_t, "write", int, const void *, size_t);
  if (file > 2 && file_fails("write")) {
    if (fault_errno)
      return -1;
    return next(file, bytes, size > 1 ? size / 2 : size);
  }
  return next(file, bytes, size);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  NEXT(ssize_t, "writev", int, const struct iovec *, int);
  if (file > 2 && fault_errno && file_fails("writev"))
    return -1;
  return next(file, parts, count);
}

#define DEFINE_CALL(name, parameters, types, arguments)                        \
  int name parameters {                                                        \
    NEXT(int, #name, types);                                                   \
    if (file_fails(#name)) {                                                   \
      if (!fault_errno)                                                        \
        errno = EIO;                                                           \
      return -1;                                                               \
    }                                                                          \
    return next arguments;                                                     \
  }
#define TYPES(...) __VA_ARGS__
DEFINE_CALL(fsync, (int file), TYPES(int), (file))
DEFINE_CALL(fdatasync, (int file), TYPES(int), (file))
DEFINE_CALL(rename, (const char *from, const char *to),
            TYPES(const char *, const char *), (from, to))
DEFINE_CALL(link, (const char *from, const char *to),
            TYPES(const char *, const char *), (from, to))
DEFINE_CALL(mkdir, (const char *path, mode_t mode), TYPES(const char *, mode_t),
            (path, mode))
DEFINE_CALL(chmod, (const char *path, mode_t mode), TYPES(const char *, mode_t),
            (path, mode))

void *malloc(size_t size) {
  NEXT(void *, "malloc", size_t);
  if (of_memory && size >= kLargeBytes && fails("malloc")) {
    errno = ENOMEM;
    return NULL;
  }
  return next(size);
}
