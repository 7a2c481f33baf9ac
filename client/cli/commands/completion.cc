#include "client/cli/commands/completion.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace pe::cli {
namespace {

constexpr char kBash[] = R"(# bash completion of pe; in ~/.bashrc:  source <(pe completion bash)
_pe() {
  local IFS=$'\n'
  COMPREPLY=($("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _pe pe
)";

constexpr char kZsh[] = R"(#compdef pe
# zsh completion of pe; in ~/.zshrc, after compinit:  source <(pe completion zsh)
_pe() {
  local -a found
  found=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${found[*]}" ]]; then compadd -- "${found[@]}"; else _files; fi
}
compdef _pe pe
)";

constexpr char kFish[] = R"(# fish completion of pe; in ~/.config/fish/completions/pe.fish:  pe completion fish | source
function __pe_complete
  set -l words (commandline -opc)
  set -l found ($words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c pe -f -a '(__pe_complete)'
)";

const auto kAll = [](const CLI::App*) { return true; };
const auto kEvery = [](const CLI::Option*) { return true; };

// The command that the words have come to, and the flag whose value is due.
struct Place {
  CLI::App* at;
  const CLI::Option* due = nullptr;
  size_t positionals = 0;  // that were given already
};

const CLI::Option* FindFlag(const CLI::App* at, const std::string& word) {
  for (; at != nullptr; at = at->get_parent()) {
    if (const CLI::Option* option = at->get_option_no_throw(word); option != nullptr) return option;
  }
  return nullptr;
}

CLI::App* FindCommand(CLI::App* at, const std::string& word) {
  for (CLI::App* sub : at->get_subcommands(kAll)) {
    if (sub->get_name() == word) return sub;
  }
  return nullptr;
}

Place Walk(CLI::App* app, const std::vector<std::string>& words) {
  Place place{app};
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (place.due != nullptr) {
      place.due = nullptr;
    } else if (absl::StartsWith(word, "-")) {
      const CLI::Option* const flag = FindFlag(place.at, word);
      if (flag != nullptr && flag->get_items_expected() > 0) place.due = flag;
    } else if (CLI::App* const command = FindCommand(place.at, word); command != nullptr) {
      place = Place{command};
    } else {
      ++place.positionals;
    }
  }
  return place;
}

// "TEXT:{table,json}" says which values there are.
std::vector<std::string> ValuesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t open = type.find('{'), close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos) return {};
  return absl::StrSplit(type.substr(open + 1, close - open - 1), ',');
}

std::vector<std::string> ForPositional(const Place& place, const CompletionSource& source) {
  size_t passed = 0;
  for (const CLI::Option* option : place.at->get_options(kEvery)) {
    if (!option->get_positional() || passed++ < place.positionals) continue;
    const std::string name = option->get_single_name();
    if (name == "job") return source.jobs();
    if (name == "name") return source.resources();
    if (name == "environment") return source.environments();
    return ValuesOf(*option);
  }
  return {};
}

std::vector<std::string> FlagsOf(const CLI::App* at) {
  std::vector<std::string> out;
  for (; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options(kEvery)) {
      for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
    }
  }
  return out;
}

std::vector<std::string> Possible(const Place& place, const std::string& begun, const CompletionSource& source) {
  if (place.due != nullptr) {
    const std::string name = place.due->get_single_name();
    if (name == "target" || name == "resource") return source.resources();
    if (name == "env" || name == "environment") return source.environments();
    return ValuesOf(*place.due);
  }
  if (absl::StartsWith(begun, "-")) return FlagsOf(place.at);
  std::vector<std::string> out;
  for (const CLI::App* sub : place.at->get_subcommands(kAll)) out.push_back(sub->get_name());
  return out.empty() ? ForPositional(place, source) : out;
}

}  // namespace

std::vector<std::string> Complete(CLI::App* app, const std::vector<std::string>& words,
                                  const CompletionSource& source) {
  const std::string begun = words.empty() ? "" : words.back();
  std::vector<std::string> out;
  for (std::string& word : Possible(Walk(app, words), begun, source)) {
    if (absl::StartsWith(word, begun)) out.push_back(std::move(word));
  }
  return out;
}

std::string CompletionScript(const std::string& shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  return shell == "fish" ? kFish : "";
}

}  // namespace pe::cli
