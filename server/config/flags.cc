#include "server/config/flags.h"

#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "server/config/settings.h"

namespace pe {
namespace {

std::string Suggestion(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) known.push_back(option->get_name());
  for (int i = 1; i < argc; ++i) {
    const std::string word = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
    if (word.rfind("--", 0) != 0 || std::find(known.begin(), known.end(), word) != known.end()) continue;
    const std::string near = Nearest(word, known);
    if (!near.empty()) return absl::StrCat("did you mean ", near, " instead of ", Printable(word), "?\n");
  }
  return "";
}

}  // namespace

ParsedFlags ParseFlags(int argc, char** argv, const std::string& version) {
  ParsedFlags out;
  Flags& flags = out.flags;
  flags.layer.origin = "flag";
  CLI::App app{"provisiond: the engine that brings hosts to what a spec says", "provisiond"};
  app.footer(
      "Settings come from flags, then PE_* variables, then the configuration file, then defaults.\n"
      "Try it:  provisiond --dev");
  app.set_version_flag("--version", "provisiond " + version);
  app.add_flag("--dev", flags.dev, "a trial on this machine: own data folder, unix socket, loopback TCP with a token");
  app.add_option("--config", flags.config_file, "configuration file; default /etc/provision-engine/config.yaml");
  app.add_flag("--check-config", flags.check_config, "check the settings and exit");
  app.add_flag("--print-config", flags.print_config, "print the settings that hold, and who said each, and exit");
  std::map<std::string, std::string> values;
  std::vector<std::string> credentials;
  for (const Setting& setting : kSettings) {
    app.add_option(setting.flag, values[setting.key], absl::StrCat(setting.help, " [", setting.env, "]"));
  }
  app.add_option("--credential", credentials, "how to log in: name=default,user=root,key=/PATH,... (may be repeated)")
      ->allow_extra_args(false);
  try {
    app.parse(argc, argv);
    for (const Setting& setting : kSettings) {
      if (app.count(setting.flag) > 0) flags.layer.values[setting.key] = values[setting.key];
    }
    for (const std::string& text : credentials) {
      auto credential = ParseCredentialFlag(ToAbsl(text));
      if (!credential.ok()) throw CLI::ValidationError(std::string(credential.status().message()));
      flags.layer.credentials.push_back(*std::move(credential));
    }
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      out.exit_code = app.exit(error, std::cout, std::cerr);
    } else {
      std::cerr << "provisiond: " << error.what() << "\n"
                << Suggestion(app, argc, argv) << "Run with --help for all flags.\n";
      out.exit_code = EX_USAGE;
    }
  }
  return out;
}

}  // namespace pe
