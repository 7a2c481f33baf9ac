#include "server/engine/report.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/expression/template.h"
#include "base/text.h"
#include "server/engine/secret_reference.h"

namespace pe {

std::string FieldPath::Text() const {
  std::string out = up_ == nullptr ? "" : up_->Text();
  if (!out.empty() && !name_.empty()) out += '.';
  absl::StrAppend(&out, name_);
  if (index_ >= 0) absl::StrAppend(&out, "[", index_, "]");
  return out;
}

void Report::Add(const FieldPath& path, std::string description) {
  if (full()) return;
  std::string where = path.Text();
  violations_.push_back({where, std::move(description)});
  if (full())
    violations_.push_back({std::move(where), absl::StrCat("more than ", kMost, " violations; mend these first")});
}

bool Report::Unknown(absl::string_view text) const {
  return texts_ == Texts::kTemplates ? expression::Template::Needed(text) : absl::StrContains(text, kSecretBegin);
}

void Report::Judge(const FieldPath& path, absl::string_view text, rule::Rule rule) {
  if (!Unknown(text)) Plain(path, text, rule);
}

void Report::Plain(const FieldPath& path, absl::string_view text, rule::Rule rule) {
  const char* why = rule(text);
  if (why != nullptr) Add(path, absl::StrCat("'", Shorten(Printable(text.substr(0, 256)), 80), "' ", why));
}

void Report::Optional(const FieldPath& parent, absl::string_view field, absl::string_view text, rule::Rule rule) {
  if (!text.empty()) Judge(FieldPath(parent, field), text, rule);
}

void Report::Required(const FieldPath& parent, absl::string_view field, absl::string_view text, rule::Rule rule) {
  if (text.empty()) return Add(parent, field, "is required");
  Judge(FieldPath(parent, field), text, rule);
}

void Report::Range(const FieldPath& parent, absl::string_view field, int64_t value, int64_t least, int64_t most) {
  if (value < least || value > most) Add(parent, field, absl::StrCat(value, " is not between ", least, " and ", most));
}

std::string Report::DidYouMean(absl::string_view word, const std::vector<std::string>& candidates) {
  if (static_cast<int64_t>(candidates.size()) > candidates_left_) return "";
  candidates_left_ -= static_cast<int64_t>(candidates.size());
  const std::string near = Nearest(word.substr(0, 64), candidates);
  return near.empty() ? "" : absl::StrCat("; did you mean '", near, "'?");
}

}  // namespace pe
