// What the thread sanitizer has to be told of Swift's Mutex: that who waited for one has what its last owner has left.
//
// A lock that nobody waits for is taken and left by atomic operations in the code of its user, which the sanitizer sees. The wait for one
// that is taken, and the handing over to who waits, stand in the runtime's own library, which it does not see: without this, all that a
// contended Mutex guards looks like a race. Preloaded, these stand before the two functions of the library and add nothing else.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define CONTEXT __attribute__((swift_context)) void *handle
#define SWIFT __attribute__((swiftcall))

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t owner, CONTEXT) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(CONTEXT) __asm__(UNLOCK_SLOW);

SWIFT void lock_slow(uint32_t owner, CONTEXT) {
  typedef SWIFT void Next(uint32_t, CONTEXT);
  static Next *next;
  if (!next) next = (Next *)dlsym(RTLD_NEXT, LOCK_SLOW);
  next(owner, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock_slow(CONTEXT) {
  typedef SWIFT void Next(CONTEXT);
  static Next *next;
  if (!next) next = (Next *)dlsym(RTLD_NEXT, UNLOCK_SLOW);
  if (__tsan_release) __tsan_release(handle);
  next(handle);
}
