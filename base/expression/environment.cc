#include "base/expression/environment.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/text.h"

namespace pe::expression {

std::optional<Type> Environment::Find(absl::string_view name) const {
  const auto found = types_.find(name);
  if (found != types_.end()) return found->second;
  return outer_ == nullptr ? std::nullopt : outer_->Find(name);
}

void Environment::Collect(std::vector<std::string>* names) const {
  for (const auto& [name, type] : types_) names->push_back(name);
  if (outer_ != nullptr) outer_->Collect(names);
}

std::string Environment::Suggest(absl::string_view name) const {
  std::vector<std::string> names;
  Collect(&names);
  std::sort(names.begin(), names.end());  // the same answer every time
  const std::string last_part = absl::StrCat(".", name);
  for (const std::string& known : names) {
    if (absl::EndsWith(known, last_part)) return known;  // `port` for `vars.port`
  }
  return Nearest(name.substr(0, 64), names);
}

}  // namespace pe::expression
