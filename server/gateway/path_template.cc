#include "server/gateway/path_template.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "server/gateway/url.h"

namespace pe::gateway {

// Recursive descent over the grammar in the header.
class PathTemplateParser {
 public:
  explicit PathTemplateParser(absl::string_view text) : text_(text) { out_.text_ = std::string(text); }

  absl::StatusOr<PathTemplate> Parse() {
    if (!Take('/')) return Wrong("must begin with `/`");
    PE_RETURN_IF_ERROR(Segments(/*in_variable=*/false));
    if (Take(':')) {
      out_.verb_ = Literal();
      if (out_.verb_.empty()) return Wrong("a verb must follow `:`");
    }
    if (at_ != text_.size()) return Wrong("unexpected character");
    for (size_t i = 0; i + 1 < out_.segments_.size(); ++i) {
      if (out_.segments_[i].kind == PathTemplate::Kind::kRest) return Wrong("`**` must be the last segment");
    }
    return std::move(out_);
  }

 private:
  absl::Status Segments(bool in_variable) {
    do {
      PE_RETURN_IF_ERROR(Segment(in_variable));
    } while (Take('/'));
    return absl::OkStatus();
  }

  absl::Status Segment(bool in_variable) {
    if (Take('{')) return in_variable ? Wrong("variables do not nest") : Variable();
    if (Take('*')) {
      out_.segments_.push_back({Take('*') ? PathTemplate::Kind::kRest : PathTemplate::Kind::kOne, ""});
      return absl::OkStatus();
    }
    std::string literal = Literal();
    if (literal.empty()) return Wrong("a segment must not be empty");
    out_.segments_.push_back({PathTemplate::Kind::kLiteral, std::move(literal)});
    return absl::OkStatus();
  }

  absl::Status Variable() {
    PathTemplate::Variable variable;
    do {
      if (!variable.field.empty()) variable.field += '.';
      const std::string name = Identifier();
      if (name.empty()) return Wrong("a field name must follow");
      variable.field += name;
    } while (Take('.'));
    variable.begin = out_.segments_.size();
    if (Take('=')) PE_RETURN_IF_ERROR(Segments(/*in_variable=*/true));
    else out_.segments_.push_back({PathTemplate::Kind::kOne, ""});
    variable.end = out_.segments_.size();
    if (!Take('}')) return Wrong("`}` must follow");
    for (const auto& other : out_.variables_) {
      if (other.field == variable.field) return Wrong("a field must not be bound twice");
    }
    out_.variables_.push_back(std::move(variable));
    return absl::OkStatus();
  }

  std::string Literal() {
    const size_t begin = at_;
    while (at_ < text_.size() && (absl::ascii_isalnum(text_[at_]) || absl::StrContains("-._~@!", text_.substr(at_, 1))))
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string Identifier() {
    const size_t begin = at_;
    while (at_ < text_.size() &&
           (absl::ascii_isalpha(text_[at_]) || text_[at_] == '_' || (at_ > begin && absl::ascii_isdigit(text_[at_]))))
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  absl::Status Wrong(absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("path template `", text_, "`, byte ", at_, ": ", what));
  }

  const absl::string_view text_;
  size_t at_ = 0;
  PathTemplate out_;
};

absl::StatusOr<PathTemplate> PathTemplate::Parse(absl::string_view text) { return PathTemplateParser(text).Parse(); }

bool PathTemplate::Fits(absl::Span<const absl::string_view> path) const {
  const bool open = !segments_.empty() && segments_.back().kind == Kind::kRest;
  const size_t fixed = segments_.size() - (open ? 1 : 0);
  if (open ? path.size() < fixed : path.size() != fixed) return false;
  for (size_t i = 0; i < fixed; ++i) {
    if (segments_[i].kind == Kind::kOne) {
      if (path[i].empty()) return false;
    } else if (path[i] != segments_[i].literal) {
      const auto decoded = PercentDecode(path[i], Decode::kAll);
      if (!decoded.ok() || *decoded != segments_[i].literal) return false;
    }
  }
  return true;
}

std::optional<std::vector<PathBinding>> PathTemplate::Match(absl::Span<const absl::string_view> path) const {
  std::vector<absl::string_view> parts(path.begin(), path.end());
  if (!verb_.empty()) {
    if (parts.empty() || !absl::EndsWith(parts.back(), absl::StrCat(":", verb_))) return std::nullopt;
    parts.back().remove_suffix(verb_.size() + 1);
  }
  if (!Fits(parts)) return std::nullopt;
  std::vector<PathBinding> bindings;
  for (const Variable& variable : variables_) {
    const bool rest = segments_[variable.end - 1].kind == Kind::kRest;
    const size_t end = rest ? parts.size() : variable.end;
    const std::string raw = absl::StrJoin(parts.begin() + variable.begin, parts.begin() + end, "/");
    const bool single = variable.end - variable.begin == 1 && !rest;
    auto value = PercentDecode(raw, single ? Decode::kAll : Decode::kKeepSlash);
    if (!value.ok()) return std::nullopt;
    bindings.push_back({variable.field, *std::move(value)});
  }
  return bindings;
}

bool PathTemplate::MoreSpecificThan(const PathTemplate& other) const {
  if (verb_.empty() != other.verb_.empty()) return !verb_.empty();
  for (size_t i = 0; i < std::min(segments_.size(), other.segments_.size()); ++i) {
    if (segments_[i].kind != other.segments_[i].kind) return segments_[i].kind < other.segments_[i].kind;
  }
  return segments_.size() > other.segments_.size();
}

}  // namespace pe::gateway
