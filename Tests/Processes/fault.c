// Makes the disk fail under one program: preloaded into it, this counts its system calls on files below one path, and
// lets those that were chosen fail. Everything else goes through to the C library.
//
//   FAULT_BELOW   the beginning of the paths whose files are counted
//   FAULT_COUNTS  a file of 64 bytes: how many calls of each kind were made, as 64-bit integers in the order of `kind`
//   FAULT_KINDS   the kinds of call that fail, each by its letter: o(pen, or make a folder) w(rite, or allocate) s(ync)
//                 t(runcate) r(ead) u(nlink) m(ap)
//   FAULT_AT      the number of the first call that fails, counted from 1 over all of these kinds; 0: none fails
//   FAULT_EVER    1: every one after it fails too
//   FAULT_ERRNO   what errno says then
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OPEN, WRITE, SYNC, TRUNCATE, READ, UNLINK, MAP, FAILED, KINDS };

static const char letters[] = "owstrum";
static const char *below;
static size_t below_length;
static const char *failing = "";
static uint64_t failing_from;
static int for_ever, failing_errno;
static _Atomic uint64_t own_counts[KINDS];
static _Atomic uint64_t *counts = own_counts;
static _Atomic uint64_t candidates;
static _Atomic unsigned char is_counted[1 << 16];

static uint64_t number_from(const char *name) {
  const char *text = getenv(name);
  return text ? strtoull(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void) {
  below = getenv("FAULT_BELOW");
  below_length = below ? strlen(below) : 0;
  if (getenv("FAULT_KINDS")) failing = getenv("FAULT_KINDS");
  failing_from = number_from("FAULT_AT");
  for_ever = number_from("FAULT_EVER") != 0;
  failing_errno = (int)number_from("FAULT_ERRNO");
  const char *path = getenv("FAULT_COUNTS");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  // Shared memory: what was counted is there even where the program is killed.
  void *shared = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) counts = shared;
  close(file);
}

// Counts a call, and says whether it is to fail; `errno` is set then.
static int fails(enum kind kind) {
  atomic_fetch_add(&counts[kind], 1);
  if (!failing_from || !strchr(failing, letters[kind])) return 0;
  uint64_t number = atomic_fetch_add(&candidates, 1) + 1;
  if (number != failing_from && !(for_ever && number > failing_from)) return 0;
  atomic_fetch_add(&counts[FAILED], 1);
  errno = failing_errno;
  return 1;
}

static int counted_path(const char *path) { return below_length && path && !strncmp(path, below, below_length); }

static int counted(int file) {
  return file >= 0 && file < (int)sizeof is_counted && atomic_load(&is_counted[file]);
}

#define NEXT(name) \
  static __typeof__(&name) next; \
  if (!next) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// A medium that can only be read refuses no more than what would write.
static int opens(const char *path, int flags) {
  if (!counted_path(path)) return 0;
  int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT);
  if (failing_errno == EROFS && !writes) return 0;
  return fails(OPEN) ? -1 : 0;
}

static int opened(const char *path, int file) {
  if (file >= 0 && file < (int)sizeof is_counted) atomic_store(&is_counted[file], counted_path(path));
  return file;
}

#define OPENING(name) \
  int name(const char *path, int flags, ...) { \
    NEXT(name); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    return opens(path, flags) < 0 ? -1 : opened(path, next(path, flags, mode)); \
  }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name) \
  int name(int directory, const char *path, int flags, ...) { \
    NEXT(name); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    return opens(path, flags) < 0 ? -1 : opened(path, next(directory, path, flags, mode)); \
  }
OPENING_AT(openat)
OPENING_AT(openat64)

int close(int file) {
  NEXT(close);
  if (file >= 0 && file < (int)sizeof is_counted) atomic_store(&is_counted[file], 0);
  return next(file);
}

// A disk that fills up takes a part of the first write that does not fit.
static size_t fitting(size_t size) { return for_ever && failing_errno == ENOSPC && size > 1 ? size / 2 : 0; }

static int is_first(void) { return atomic_load(&counts[FAILED]) == 1; }

#define WRITING(name, parameters, arguments, shorter) \
  ssize_t name parameters { \
    NEXT(name); \
    if (!counted(file) || !fails(WRITE)) return next arguments; \
    size_t part = is_first() ? fitting(size) : 0; \
    if (!part) return -1; \
    return next shorter; \
  }
WRITING(write, (int file, const void *bytes, size_t size), (file, bytes, size), (file, bytes, part))
WRITING(pwrite, (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at), (file, bytes, part, at))
WRITING(pwrite64, (int file, const void *bytes, size_t size, off64_t at), (file, bytes, size, at),
        (file, bytes, part, at))

#define READING(name, parameters, arguments) \
  ssize_t name parameters { \
    NEXT(name); \
    return counted(file) && fails(READ) ? -1 : next arguments; \
  }
READING(read, (int file, void *bytes, size_t size), (file, bytes, size))
READING(pread, (int file, void *bytes, size_t size, off_t at), (file, bytes, size, at))
READING(pread64, (int file, void *bytes, size_t size, off64_t at), (file, bytes, size, at))

#define ON_FILE(name, kind, parameters, arguments) \
  int name parameters { \
    NEXT(name); \
    return counted(file) && fails(kind) ? -1 : next arguments; \
  }
ON_FILE(fsync, SYNC, (int file), (file))
ON_FILE(fdatasync, SYNC, (int file), (file))
ON_FILE(ftruncate, TRUNCATE, (int file, off_t size), (file, size))
ON_FILE(ftruncate64, TRUNCATE, (int file, off64_t size), (file, size))

#define ON_PATH(name, kind, parameters, arguments) \
  int name parameters { \
    NEXT(name); \
    return counted_path(path) && fails(kind) ? -1 : next arguments; \
  }
ON_PATH(truncate, TRUNCATE, (const char *path, off_t size), (path, size))
ON_PATH(truncate64, TRUNCATE, (const char *path, off64_t size), (path, size))
ON_PATH(unlink, UNLINK, (const char *path), (path))
ON_PATH(mkdir, OPEN, (const char *path, mode_t mode), (path, mode))

// These two say in their own ways what failed.
#define ALLOCATING(name, type) \
  int name(int file, type at, type size) { \
    NEXT(name); \
    return counted(file) && fails(WRITE) ? failing_errno : next(file, at, size); \
  }
ALLOCATING(posix_fallocate, off_t)
ALLOCATING(posix_fallocate64, off64_t)

#define MAPPING(name, type) \
  void *name(void *address, size_t size, int protection, int flags, int file, type at) { \
    NEXT(name); \
    return counted(file) && fails(MAP) ? MAP_FAILED : next(address, size, protection, flags, file, at); \
  }
MAPPING(mmap, off_t)
MAPPING(mmap64, off64_t)
