// Steps of one run may change one file at the same time (two sysctls, two lines): reading, changing and writing it back
// is one act under this lock. One lock for all files: it is held for milliseconds.
#ifndef SERVER_AGENT_STEPS_EDIT_LOCK_H_
#define SERVER_AGENT_STEPS_EDIT_LOCK_H_

#include "base/mutex.h"

namespace pe::agent {

inline Mutex& EditLock() {
  static Mutex lock;
  return lock;
}

}  // namespace pe::agent

#endif  // SERVER_AGENT_STEPS_EDIT_LOCK_H_
