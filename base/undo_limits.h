// How long a host keeps what would undo a job's steps. Whatever is exceeded first counts; the oldest goes first.
#ifndef BASE_UNDO_LIMITS_H_
#define BASE_UNDO_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace pe {

struct UndoLimits {
  int64_t age_us = int64_t{30} * 24 * 3600 * kMicrosPerSecond;
  int64_t bytes = int64_t{1} << 30;
  size_t runs = 100;  // a run is one stage of a job on the host
};

}  // namespace pe

#endif  // BASE_UNDO_LIMITS_H_
