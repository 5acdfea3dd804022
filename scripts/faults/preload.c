/*
 * Loaded into a process before its C library (LD_PRELOAD): what a system may do and rarely does. SHORT_IO: reads and writes
 * at a position give at most half of what was asked for. REFUSE_PATH and REFUSE_ERRNO: opening that path fails so.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int refused(const char *path) {
  const char *wanted = getenv("REFUSE_PATH");
  if (!wanted || strcmp(path, wanted) != 0) return 0;
  errno = atoi(getenv("REFUSE_ERRNO"));
  return 1;
}

#define OPEN(name)                                                      \
  int name(const char *path, int flags, ...) {                          \
    static int (*next)(const char *, int, ...);                         \
    if (!next) next = dlsym(RTLD_NEXT, #name);                          \
    va_list list;                                                       \
    va_start(list, flags);                                              \
    mode_t mode = va_arg(list, mode_t);                                 \
    va_end(list);                                                       \
    return refused(path) ? -1 : next(path, flags, mode);                \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                    \
  int name(int folder, const char *path, int flags, ...) {              \
    static int (*next)(int, const char *, int, ...);                    \
    if (!next) next = dlsym(RTLD_NEXT, #name);                          \
    va_list list;                                                       \
    va_start(list, flags);                                              \
    mode_t mode = va_arg(list, mode_t);                                 \
    va_end(list);                                                       \
    return refused(path) ? -1 : next(folder, path, flags, mode);        \
  }
OPENAT(openat)
OPENAT(openat64)

/* In whole blocks, so that what is read past the cache stays aligned. */
static size_t shorter(size_t count) {
  return getenv("SHORT_IO") && count > 8192 ? (count / 2) & ~(size_t)4095 : count;
}

#define AT(name, type, buffer)                                          \
  ssize_t name(int file, buffer data, size_t count, type offset) {      \
    static ssize_t (*next)(int, buffer, size_t, type);                  \
    if (!next) next = dlsym(RTLD_NEXT, #name);                          \
    return next(file, data, shorter(count), offset);                    \
  }
AT(pread, off_t, void *)
AT(pread64, off64_t, void *)
AT(pwrite, off_t, const void *)
AT(pwrite64, off64_t, const void *)

/* Of several pieces the first one, as short as it may be. */
#define VECTOR(name, type)                                              \
  ssize_t name(int file, const struct iovec *all, int count, type at) { \
    static ssize_t (*next)(int, const struct iovec *, int, type);       \
    if (!next) next = dlsym(RTLD_NEXT, #name);                          \
    if (!getenv("SHORT_IO") || count < 1) return next(file, all, count, at); \
    struct iovec first = all[0];                                        \
    first.iov_len = shorter(first.iov_len);                             \
    return next(file, &first, 1, at);                                   \
  }
VECTOR(preadv, off_t)
VECTOR(preadv64, off64_t)
VECTOR(pwritev, off_t)
VECTOR(pwritev64, off64_t)
