// Report: collects violations, cheaply when there are none. A FieldPath is a chain on the stack that becomes text only
// for a violation. Not thread-safe: one check, one report.
#ifndef SERVER_ENGINE_REPORT_H_
#define SERVER_ENGINE_REPORT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/engine/errors.h"
#include "server/engine/text_rules.h"

namespace pe {

// "spec.steps[3].file.path". Names are not copied: they, and the paths above, outlive this.
class FieldPath {
 public:
  explicit FieldPath(absl::string_view name) : name_(name) {}
  explicit FieldPath(const char* name) : name_(name) {}
  explicit FieldPath(std::string&& name) = delete;  // it would be gone
  FieldPath(const FieldPath& up, absl::string_view name, int index = -1) : up_(&up), name_(name), index_(index) {}
  // Prevents a path whose parent dies with the statement.
  FieldPath(FieldPath&& up, absl::string_view name, int index = -1) = delete;
  FieldPath(const FieldPath&) = delete;

  std::string Text() const;

 private:
  const FieldPath* up_ = nullptr;
  absl::string_view name_;
  int index_ = -1;
};

class Report {
 public:
  // Whether texts may still have "${...}" in them, which no rule can judge before its value is there.
  enum class Texts { kTemplates, kFinal };
  explicit Report(Texts texts) : texts_(texts) {}

  void Add(const FieldPath& path, std::string description);
  void Add(const FieldPath& parent, absl::string_view field, std::string description) {
    Add(FieldPath(parent, field), std::move(description));
  }

  // Judges a text when it is set.
  void Optional(const FieldPath& parent, absl::string_view field, absl::string_view text, rule::Rule rule);
  // The same, and it must be set.
  void Required(const FieldPath& parent, absl::string_view field, absl::string_view text, rule::Rule rule);
  // Every element of a list; none may be empty.
  template <typename Texts>
  void Each(const FieldPath& parent, absl::string_view field, const Texts& texts, rule::Rule rule) {
    for (int i = 0; i < texts.size(); ++i) Judge(FieldPath(parent, field, i), texts[i], rule);
  }
  // A text in which "${...}" has no meaning: it is judged as it stands.
  void Plain(const FieldPath& path, absl::string_view text, rule::Rule rule);
  // Judges a number that has a range.
  void Range(const FieldPath& parent, absl::string_view field, int64_t value, int64_t least, int64_t most);

  // "; did you mean 'x'?" or nothing. Looks at a bounded number of candidates in all, whatever the request holds.
  std::string DidYouMean(absl::string_view word, const std::vector<std::string>& candidates);

  // So much is wrong that more would help nobody: checks may end here. Bounds the work that a hostile request makes.
  bool full() const { return violations_.size() >= kMost; }
  bool empty() const { return violations_.empty(); }
  // Whether the text cannot be judged yet, or holds a reference to a secret, which is not shown to rules.
  bool Unknown(absl::string_view text) const;
  std::vector<Violation> Take() { return std::move(violations_); }

 private:
  static constexpr size_t kMost = 100;
  void Judge(const FieldPath& path, absl::string_view text, rule::Rule rule);

  const Texts texts_;
  int64_t candidates_left_ = 50'000;
  std::vector<Violation> violations_;
};

}  // namespace pe

#endif  // SERVER_ENGINE_REPORT_H_
