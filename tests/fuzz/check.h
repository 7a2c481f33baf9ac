// What a fuzz target states about every input. A condition that does not hold ends the process, and libFuzzer keeps the
// input.
#ifndef TESTS_FUZZ_CHECK_H_
#define TESTS_FUZZ_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define FUZZ_CHECK(condition, text)                                                                               \
  do {                                                                                                            \
    if (!(condition)) {                                                                                           \
      std::fprintf(stderr, "%s:%d: not so: %s: %s\n", __FILE__, __LINE__, #condition, std::string(text).c_str()); \
      std::abort();                                                                                               \
    }                                                                                                             \
  } while (false)

#endif  // TESTS_FUZZ_CHECK_H_
