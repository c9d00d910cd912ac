// Loaded into netsync ahead of libc: counts the calls that change files and those that talk to the server, and ends the process
// at one of them by SIGKILL.
//
// The file that KILL_AT_CALL names holds one `struct plan`, which the script that starts the process maps too: it says at which
// call to die and how, and after the death which call that was. What a process says on stderr does not count.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { WRITE, FSYNC, SEND, RECEIVE, KINDS };
// Within: half of the bytes have left, or the first of several pieces.
enum manner { NOT_NOW = -1, BEFORE, WITHIN, AFTER };

struct plan {
  _Atomic int64_t counts[KINDS];
  int64_t kind, position, manner; // position 0: never
  char only[64];                  // where it is not empty: a file's name has to end so for its calls to count
  char place[512];                // of the death
};

static struct plan *plan;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("KILL_AT_CALL");
  int descriptor = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return;
  void *found = mmap(NULL, sizeof(struct plan), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (found != MAP_FAILED) plan = found;
}

// What a call is about, in words.
struct target {
  const char *call;
  int descriptor;
  char name[400];
};

static void name_it(struct target *target) {
  if (target->name[0] != 0) return;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", target->descriptor);
  ssize_t length = readlink(link, target->name, sizeof target->name - 1);
  target->name[length < 0 ? 0 : length] = 0;
}

// Whether this is the call to die at, and how.
static enum manner count(enum kind kind, struct target *target) {
  if (plan == NULL) return NOT_NOW;
  if (plan->only[0] != 0) {
    name_it(target);
    size_t length = strlen(target->name), wanted = strlen(plan->only);
    if (length < wanted || strcmp(target->name + length - wanted, plan->only) != 0) return NOT_NOW;
  }
  int64_t position = atomic_fetch_add(&plan->counts[kind], 1) + 1;
  return plan->kind == kind && plan->position == position ? (enum manner)plan->manner : NOT_NOW;
}

static mode_t type_of(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0;
}

// The same, of a call that puts bytes into a file or a connection.
static enum manner put(struct target *target) {
  if (plan == NULL || target->descriptor == STDERR_FILENO) return NOT_NOW;
  switch (type_of(target->descriptor)) {
    case S_IFREG: return count(WRITE, target);
    case S_IFSOCK: return count(SEND, target);
    default: return NOT_NOW;
  }
}

// Gives what the call gave, or ends here.
static ssize_t end(enum manner manner, struct target *target, ssize_t result) {
  if (manner == NOT_NOW) return result;
  name_it(target);
  snprintf(plan->place, sizeof plan->place, "%s %s", target->call, target->name);
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
  struct target target = {"write", descriptor, ""};
  enum manner manner = put(&target);
  size_t some = manner == WITHIN ? size / 2 : size;
  return end(manner, &target, manner == BEFORE ? 0 : syscall(SYS_write, descriptor, bytes, some));
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off_t offset) {
  struct target target = {"pwrite", descriptor, ""};
  enum manner manner = put(&target);
  size_t some = manner == WITHIN ? size / 2 : size;
  return end(manner, &target, manner == BEFORE ? 0 : syscall(SYS_pwrite64, descriptor, bytes, some, offset));
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
  return pwrite64(descriptor, bytes, size, offset);
}

ssize_t writev(int descriptor, const struct iovec *pieces, int number) {
  struct target target = {"writev", descriptor, ""};
  enum manner manner = put(&target);
  int some = manner == WITHIN ? number / 2 : number;
  return end(manner, &target, manner == BEFORE ? 0 : syscall(SYS_writev, descriptor, pieces, some));
}

ssize_t sendto(int descriptor, const void *bytes, size_t size, int flags, const struct sockaddr *to, socklen_t length) {
  struct target target = {"send", descriptor, ""};
  enum manner manner = put(&target);
  size_t some = manner == WITHIN ? size / 2 : size;
  return end(manner, &target, manner == BEFORE ? 0 : syscall(SYS_sendto, descriptor, bytes, some, flags, to, length));
}

ssize_t send(int descriptor, const void *bytes, size_t size, int flags) {
  return sendto(descriptor, bytes, size, flags, NULL, 0);
}

ssize_t sendmsg(int descriptor, const struct msghdr *message, int flags) {
  struct target target = {"sendmsg", descriptor, ""};
  enum manner manner = put(&target);
  struct msghdr some = *message;
  if (manner == WITHIN) some.msg_iovlen /= 2;
  return end(manner, &target, manner == BEFORE ? 0 : syscall(SYS_sendmsg, descriptor, &some, flags));
}

// Calls that are done or not done: within is before.

static int is_done(enum manner manner) {
  return manner == NOT_NOW || manner == AFTER;
}

int fsync(int descriptor) {
  struct target target = {"fsync", descriptor, ""};
  enum manner manner = count(FSYNC, &target);
  return (int)end(manner, &target, is_done(manner) ? syscall(SYS_fsync, descriptor) : 0);
}

int fdatasync(int descriptor) {
  struct target target = {"fdatasync", descriptor, ""};
  enum manner manner = count(FSYNC, &target);
  return (int)end(manner, &target, is_done(manner) ? syscall(SYS_fdatasync, descriptor) : 0);
}

int ftruncate64(int descriptor, off_t size) {
  struct target target = {"ftruncate", descriptor, ""};
  enum manner manner = count(WRITE, &target);
  return (int)end(manner, &target, is_done(manner) ? syscall(SYS_ftruncate, descriptor, size) : 0);
}

int ftruncate(int descriptor, off_t size) {
  return ftruncate64(descriptor, size);
}

int unlink(const char *path) {
  struct target target = {"unlink", -1, ""};
  snprintf(target.name, sizeof target.name, "%s", path);
  enum manner manner = count(WRITE, &target);
  return (int)end(manner, &target, is_done(manner) ? syscall(SYS_unlinkat, AT_FDCWD, path, 0) : 0);
}

int rename(const char *path, const char *to) {
  struct target target = {"rename", -1, ""};
  snprintf(target.name, sizeof target.name, "%s", to);
  enum manner manner = count(WRITE, &target);
  return (int)end(manner, &target, is_done(manner) ? syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, to, 0) : 0);
}

int link(const char *path, const char *to) {
  struct target target = {"link", -1, ""};
  snprintf(target.name, sizeof target.name, "%s", to);
  enum manner manner = count(WRITE, &target);
  return (int)end(manner, &target, is_done(manner) ? syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, to, 0) : 0);
}

// Bytes that have come: they are in the process, which has not looked at them yet.
static ssize_t got(const char *call, int descriptor, ssize_t size) {
  struct target target = {call, descriptor, ""};
  int counts = plan != NULL && size > 0 && type_of(descriptor) == S_IFSOCK;
  return end(counts ? count(RECEIVE, &target) : NOT_NOW, &target, size);
}

ssize_t read(int descriptor, void *bytes, size_t size) {
  return got("read", descriptor, syscall(SYS_read, descriptor, bytes, size));
}

ssize_t readv(int descriptor, const struct iovec *pieces, int number) {
  return got("readv", descriptor, syscall(SYS_readv, descriptor, pieces, number));
}

ssize_t recvfrom(int descriptor, void *bytes, size_t size, int flags, struct sockaddr *from, socklen_t *length) {
  return got("recv", descriptor, syscall(SYS_recvfrom, descriptor, bytes, size, flags, from, length));
}

ssize_t recv(int descriptor, void *bytes, size_t size, int flags) {
  return recvfrom(descriptor, bytes, size, flags, NULL, NULL);
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
  return got("recvmsg", descriptor, syscall(SYS_recvmsg, descriptor, message, flags));
}
