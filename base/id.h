// Id<Tag>: a string identifier that cannot be mistaken for another kind of identifier.
// A value type; thread-compatible. Compares and hashes by its text.
#ifndef BASE_ID_H_
#define BASE_ID_H_

#include <compare>
#include <ostream>
#include <string>
#include <utility>

#include "absl/hash/hash.h"

namespace pe {

template <typename Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string text) : text_(std::move(text)) {}

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Id& id) {
    return H::combine(std::move(h), id.text_);
  }
  friend std::ostream& operator<<(std::ostream& out, const Id& id) { return out << id.text_; }

 private:
  std::string text_;
};

// "jobs/ID": the last part of a job's name.
using JobId = Id<struct JobTag>;
// "resources/ID": the last part of a resource's name.
using ResourceId = Id<struct ResourceTag>;

}  // namespace pe

#endif  // BASE_ID_H_
