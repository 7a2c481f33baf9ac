// Bounds of expressions, which strangers write.
#ifndef BASE_EXPRESSION_LIMITS_H_
#define BASE_EXPRESSION_LIMITS_H_

#include <cstddef>

namespace pe::expression {

inline constexpr size_t kMaxExpressionBytes = 4096;  // a condition that needs more belongs into the spec's structure
inline constexpr int kMaxDepth = 100;                // of the tree; parsing and evaluating recurse
inline constexpr size_t kMaxTextBytes = 1 << 20;     // of any value: a spec is no larger either
inline constexpr size_t kMaxListSize = 10'000;       // as many steps as a plan may have
inline constexpr size_t kMaxPieces = 20'000;         // of a template

}  // namespace pe::expression

#endif  // BASE_EXPRESSION_LIMITS_H_
