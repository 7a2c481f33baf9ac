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

// Flags of the program may follow a command's name.
void AddCommands(CLI::App* app, Flags* flags) {
  CLI::App* backup = app->add_subcommand("backup", "write a copy of the database, also while an engine serves");
  backup->fallthrough();
  backup->add_option("FILE", flags->file, "new file; FILE.sha256 is written beside it")->required();
  backup->footer(
      "Secrets in the copy stay sealed with secret.key of the data folder, which is not in it: keep that apart.\n"
      "Exit codes: 0 written, 66 no database, 73 not written (FILE exists, or no space), 65 the database is damaged.");
  CLI::App* restore = app->add_subcommand("restore", "check a backup, or put it into the data folder");
  restore->fallthrough();
  restore->add_option("FILE", flags->file, "a backup")->required();
  restore->add_flag("--check", flags->check,
                    "look at every page, row and event of FILE, say what it holds, change nothing");
  restore->add_flag("--force", flags->force, "where there is a database, keep it aside and take FILE instead");
  restore->footer(
      "The engine must be stopped. The restored database is another engine's to the hosts: jobs that were running "
      "when\n"
      "the backup was made are not taken up where a newer engine has run since.\n"
      "Exit codes: 0 good or restored, 65 FILE is damaged, 66 no FILE, 73 there is a database, 75 an engine is "
      "running.");
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
  AddCommands(&app, &flags);
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
    if (app.got_subcommand("backup")) flags.command = Command::kBackup;
    if (app.got_subcommand("restore")) flags.command = Command::kRestore;
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
