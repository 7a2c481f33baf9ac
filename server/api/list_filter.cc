#include "server/api/list_filter.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/text.h"
#include "server/api/limits.h"

namespace pe {
namespace {

const std::vector<std::string>& Fields() {
  static const auto& fields = *new std::vector<std::string>{"state", "environment", "service", "resource"};
  return fields;
}

std::vector<std::string> StateNames() {
  std::vector<std::string> names;
  const auto* states = provision::v1::Job::State_descriptor();
  for (int i = 0; i < states->value_count(); ++i) {
    if (states->value(i)->number() != 0) names.push_back(states->value(i)->name());
  }
  return names;
}

std::string DidYouMean(absl::string_view word, const std::vector<std::string>& known) {
  const std::string near = Nearest(word, known);
  return near.empty() ? "" : absl::StrCat("; did you mean `", near, "`?");
}

struct Token {
  std::string text;
  size_t column = 1;
  bool quoted = false;
  bool end = false;
};

// Words, quoted text and "=".
class Lexer {
 public:
  explicit Lexer(absl::string_view text) : text_(text) {}

  absl::StatusOr<Token> Next() {
    while (at_ < text_.size() && absl::ascii_isspace(text_[at_])) ++at_;
    Token token{.column = at_ + 1};
    if (at_ == text_.size()) {
      token.end = true;
    } else if (text_[at_] == '"') {
      PE_RETURN_IF_ERROR(Quoted(&token));
    } else if (text_[at_] == '=') {
      token.text = "=", ++at_;
    } else {
      while (at_ < text_.size() && IsWord(text_[at_])) token.text += text_[at_++];
      if (token.text.empty()) {
        return absl::InvalidArgumentError(absl::StrCat("column ", token.column, ": unexpected `",
                                                       Printable(text_.substr(at_, 1)),
                                                       "`; put the value in double quotes"));
      }
    }
    return token;
  }

 private:
  static bool IsWord(char c) { return absl::ascii_isalnum(c) || absl::StrContains("_-./:", absl::string_view(&c, 1)); }

  absl::Status Quoted(Token* token) {
    token->quoted = true;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') return ++at_, absl::OkStatus();
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      token->text += text_[at_];
    }
    return absl::InvalidArgumentError(absl::StrCat("column ", token->column, ": the quote is not closed"));
  }

  absl::string_view text_;
  size_t at_ = 0;
};

absl::Status Apply(const Token& field, const Token& value, JobFilter* filter) {
  if (field.text == "environment") {
    filter->environment = value.text;
  } else if (field.text == "service") {
    filter->service = value.text;
  } else if (field.text == "resource") {
    filter->resource = value.text;
  } else {
    provision::v1::Job::State state;
    if (!provision::v1::Job::State_Parse(value.text, &state) || state == provision::v1::Job::STATE_UNSPECIFIED) {
      return absl::InvalidArgumentError(absl::StrCat("column ", value.column, ": no state `", Printable(value.text),
                                                     "`", DidYouMean(value.text, StateNames())));
    }
    filter->state = state;
  }
  return absl::OkStatus();
}

absl::Status Term(Lexer& lexer, std::set<std::string>* seen, JobFilter* filter) {
  PE_ASSIGN_OR_RETURN(const Token field, lexer.Next());
  const auto& fields = Fields();
  if (field.end || field.quoted || std::find(fields.begin(), fields.end(), field.text) == fields.end()) {
    return absl::InvalidArgumentError(absl::StrCat("column ", field.column, ": expected one of ",
                                                   absl::StrJoin(fields, ", "),
                                                   field.end ? "" : DidYouMean(field.text, fields)));
  }
  if (!seen->insert(field.text).second) {
    return absl::InvalidArgumentError(absl::StrCat("column ", field.column, ": `", field.text, "` appears twice"));
  }
  PE_ASSIGN_OR_RETURN(const Token equals, lexer.Next());
  if (equals.end || equals.quoted || equals.text != "=") {
    return absl::InvalidArgumentError(
        absl::StrCat("column ", equals.column, ": expected `=` after `", field.text, "`"));
  }
  PE_ASSIGN_OR_RETURN(const Token value, lexer.Next());
  if (value.end || value.text.empty() || (!value.quoted && value.text == "=")) {
    return absl::InvalidArgumentError(
        absl::StrCat("column ", value.column, ": expected a value for `", field.text, "`"));
  }
  return Apply(field, value, filter);
}

}  // namespace

absl::StatusOr<JobFilter> ParseJobFilter(absl::string_view text) {
  JobFilter filter;
  if (text.size() > kMaxFilterBytes)
    return absl::InvalidArgumentError(absl::StrCat("longer than ", kMaxFilterBytes, " bytes"));
  if (absl::StripAsciiWhitespace(text).empty()) return filter;
  Lexer lexer(text);
  std::set<std::string> seen;
  while (true) {
    PE_RETURN_IF_ERROR(Term(lexer, &seen, &filter));
    PE_ASSIGN_OR_RETURN(const Token next, lexer.Next());
    if (next.end) return filter;
    if (next.quoted || next.text != "AND") {
      return absl::InvalidArgumentError(absl::StrCat("column ", next.column, ": expected AND between two terms"));
    }
  }
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseLabelSelector(absl::string_view text) {
  std::vector<std::pair<std::string, std::string>> labels;
  if (text.size() > kMaxFilterBytes)
    return absl::InvalidArgumentError(absl::StrCat("longer than ", kMaxFilterBytes, " bytes"));
  if (absl::StripAsciiWhitespace(text).empty()) return labels;
  std::set<std::string> seen;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> sides = absl::StrSplit(part, absl::MaxSplits('=', 1));
    const std::string key(absl::StripAsciiWhitespace(sides.first));
    if (key.empty() || !absl::StrContains(part, '=')) {
      return absl::InvalidArgumentError(absl::StrCat("`", Printable(part), "` is not KEY=VALUE"));
    }
    if (!seen.insert(key).second)
      return absl::InvalidArgumentError(absl::StrCat("`", Printable(key), "` appears twice"));
    labels.emplace_back(key, std::string(absl::StripAsciiWhitespace(sides.second)));
  }
  return labels;
}

}  // namespace pe
