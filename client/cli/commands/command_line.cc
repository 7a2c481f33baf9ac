#include "client/cli/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/text.h"
#include "client/cli/commands/commands.h"
#include "client/cli/commands/completion.h"
#include "client/cli/exit_code.h"
#include "client/cli/progress/words.h"

namespace pe::cli {
namespace {

constexpr char kVersion[] = "pe 0.1.0";

// A list that takes one value each time it is named, so that what follows is not swallowed.
CLI::Option* Each(CLI::Option* option) { return option->take_all()->allow_extra_args(false); }

class CommandLine {
 public:
  CommandLine() : app_("Makes hosts run a service, and shows it while it happens.", "pe") {
    app_.set_version_flag("--version", std::string(kVersion));
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.get_formatter()->column_width(34);
    app_.footer(
        "stdout is data, stderr is messages. Exit: 0 success, 1 failed, 2 cancelled, 3 plan has changes, 4 not "
        "authorised,\n"
        "64 wrong usage or spec, 69 engine not reached, 130 detached by Ctrl-C (the job goes on).");
    AddGlobals(&app_);
    AddApply("apply", "Bring targets to a spec, and show the job until it ends", false);
    AddApply("plan", "Show what apply would change, step by step with diffs", true);
    AddJobs();
    AddResources();
    AddEnvironments();
    auto* const explain = app_.add_subcommand("explain", "Show what a field of a spec means: pe explain file.mode");
    explain->add_option("what", word_, "Step kind or section, and a field of it; nothing for all of them");
    Do(explain, [this](Context* context) { return Explain(context, word_); });
    auto* const doctor =
        app_.add_subcommand("doctor", "Check that the engine is reached, and show what waits for a person");
    Do(doctor, [](Context* context) { return Diagnose(context); });
    auto* const completion = app_.add_subcommand("completion", "Print the script that completes pe's words in a shell");
    completion->add_option("shell", word_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    Do(completion, [this](Context* context) {
      context->Out(CompletionScript(word_));
      return int{kExitOk};
    });
  }

  int Run(int argc, char** argv) {
    if (argc < 2) {
      std::cerr << app_.help();
      return kExitUsage;
    }
    if (std::string(argv[1]) == "__complete") return PrintCompletion({argv + 2, argv + argc});
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& e) {  // --help and --version
      return app_.exit(e);
    } catch (const CLI::ParseError& e) {
      return Complain(e);
    }
    // Never destroyed: tearing a channel down takes longer than the process has to live.
    auto* const context = new Context(globals_);
    return run_(context);
  }

 private:
  // For the scripts of `pe completion`. Of the words only what says which engine is read: they are not complete.
  int PrintCompletion(const std::vector<std::string>& words) {
    CLI::App globals;
    AddGlobals(&globals);
    globals.allow_extras();
    globals.set_help_flag();
    try {
      globals.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::ParseError&) {  // the word that is being typed
    }
    auto* const context = new Context(globals_);
    const CompletionSource source{.jobs = [&] { return JobNames(context); },
                                  .resources = [&] { return ResourceNames(context); },
                                  .environments = [&] { return EnvironmentNames(context); }};
    for (const std::string& word : Complete(&app_, words, source)) context->Out(word + "\n");
    return kExitOk;
  }

  void Do(CLI::App* command, std::function<int(Context*)> run) {
    command->callback([this, run = std::move(run)] { run_ = run; });
  }

  void AddGlobals(CLI::App* app) {
    app->add_option("--engine", globals_.engine, "Engine: unix:/path or host:port (default: the local socket)")
        ->envname("PE_ENGINE");
    app->add_option("--token-file", globals_.token_file, "File with the engine's token (default: $PE_TOKEN)")
        ->envname("PE_TOKEN_FILE");
    app->add_option("--ca-file", globals_.ca_file, "PEM file of the authorities that sign the engine's certificate")
        ->envname("PE_CA_FILE");
    app->add_flag("--tls", globals_.tls, "Use TLS on a loopback address too");
    app->add_option("-o,--output", globals_.output, "Form of the data: table, json, yaml, name")
        ->check(CLI::IsMember({"table", "json", "yaml", "name"}));
    app->add_option("--progress", globals_.progress,
                    "Form of the progress: auto, tty, plain, json (events as NDJSON on stdout)")
        ->check(CLI::IsMember({"auto", "tty", "plain", "json"}));
  }

  static void AddValues(CLI::App* command, ValueOptions* values) {
    Each(command->add_option("--var", values->vars, "NAME=VALUE of a variable"));
    Each(command->add_option("--var-file", values->var_files, "YAML file of variables"));
    Each(command->add_option("--secret", values->secrets,
                             "Secret variable: NAME=env:NAME, NAME=file:PATH or NAME=stdin"));
  }

  static void AddRollout(CLI::App* command, RolloutOptions* rollout) {
    command->add_option("--canary", rollout->canary, "Hosts of a first wave that goes alone: 1, 5%");
    Each(command->add_option("--wave", rollout->waves, "Hosts of the next wave: 10, 25%; the last one is repeated"));
    command->add_option("--failure-budget", rollout->failure_budget,
                        "Hosts that may fail before no further one begins: 2, 5% (default: none)");
    command->add_option("--soak", rollout->soak, "How long a wave is left alone before the next: 60s, 10m");
    command->add_flag("--pause-after-canary", rollout->pause_after_canary, "Hold after the canary until pe resume");
    command->add_option("--rollout", rollout->file, "YAML file of these and of health_gate, the probes after the soak");
  }

  void AddApply(const char* name, const char* description, bool plan) {
    auto* const command = app_.add_subcommand(name, description);
    ApplyOptions* const o = plan ? &plan_ : &apply_;
    o->plan = plan;
    command->add_option("-f,--file", o->file, "Spec in YAML or JSON; - for standard input")->required();
    Each(command->add_option("-t,--target", o->targets,
                             "Where: ssh://root@host, local://, rootfs:///path, or a resource"));
    Each(command->add_option("-l,--selector", o->selectors, "Every resource with these labels: KEY=VALUE,KEY=VALUE"));
    AddValues(command, &o->values);
    command->add_option("--host-key", o->host_key, "Host key that the --target must have, SHA256:...");
    command->add_option("--credential", o->credential, "Entry of the engine's configuration that says how to log in");
    command->add_option("--request-id", o->request_id, "The same id with the same request is the same job");
    command->add_flag("--detach", o->detach, "Print the job's name and leave");
    command->add_option("--on-failure", o->on_failure, "What a failed step means: stop, continue, rollback")
        ->check(CLI::IsMember({"stop", "continue", "rollback"}, CLI::ignore_case));
    command->add_option("--timeout", o->timeout, "How long the job may take in all: 90s, 30m, 2h");
    command->add_option("--parallelism", o->parallelism, "Most targets at the same time")->check(CLI::Range(0, 10000));
    AddRollout(command, &o->rollout);
    command->add_option("--env,--environment", o->environment, "dev, test or prod");
    command->add_flag("--validate-only", o->validate_only, "Check everything, and run nothing");
    if (plan) command->add_flag("--detailed-exitcode", o->detailed_exitcode, "Exit with 3 when the plan has changes");
    Do(command, [o](Context* context) { return Apply(context, *o); });
  }

  void AddJobs() {
    const char* const kJob = "Job: its name, its id, the beginning of its id, or latest";
    auto* command = app_.add_subcommand("status", "Show a job with its hosts and steps");
    command->add_option("job", word_, kJob)->required();
    Do(command, [this](Context* context) { return Status(context, word_); });

    command = app_.add_subcommand("watch", "Show a job's log, then follow it until it ends");
    command->add_option("job", watch_.job, kJob)->required();
    command->add_option("--after-seq", watch_.after_seq, "Show only what came after this sequence")
        ->check(CLI::NonNegativeNumber);
    Do(command, [this](Context* context) { return Watch(context, watch_); });

    command = app_.add_subcommand("logs", "Show what steps have written, and nothing else");
    command->add_option("job", logs_.job, kJob)->required();
    command->add_option("--target", logs_.target, "Only of this host");
    command->add_option("--step", logs_.step, "Only of this step");
    command->add_flag("-f,--follow", logs_.follow, "Go on until the job ends");
    command->add_flag("--no-prefix", logs_.no_prefix, "Do not say which host and step wrote a line");
    Do(command, [this](Context* context) { return ShowLogs(context, logs_); });

    command = app_.add_subcommand("list", "List jobs, newest first");
    command->add_option("--state", list_.state, "Only jobs in this state, for example failed");
    command->add_option("--environment", list_.environment, "Only jobs of this environment");
    command->add_option("--service", list_.service, "Only jobs of this spec");
    command->add_option("--resource", list_.resource, "Only jobs on this resource");
    command->add_option("--filter", list_.filter, "FIELD = VALUE [AND ...], as the API has it");
    command->add_option("--limit", list_.limit, "At most so many")->check(CLI::PositiveNumber);
    Do(command, [this](Context* context) { return List(context, list_); });

    command = app_.add_subcommand("cancel", "Ask a job to stop");
    command->add_option("job", cancel_.job, kJob)->required();
    command->add_flag("--force", cancel_.force,
                      "Interrupt also what is better let to its edge, such as a package transaction");
    Do(command, [this](Context* context) { return Cancel(context, cancel_); });

    command = app_.add_subcommand("pause", "Let hosts at work come to their end, and begin no further one");
    command->add_option("job", pause_.job, kJob)->required();
    command->add_option("--reason", pause_.reason, "Why; shown with the job");
    Do(command, [this](Context* context) { return Pause(context, pause_); });

    command = app_.add_subcommand("resume", "Let a paused job go on");
    command->add_option("job", word_, kJob)->required();
    Do(command, [this](Context* context) { return Resume(context, word_); });

    command = app_.add_subcommand("retry", "Run again what did not end well, as a new job");
    command->add_option("job", retry_.job, kJob)->required();
    command->add_option("--step", retry_.step, "Begin with this step");
    command->add_option("--request-id", retry_.request_id, "The same id with the same request is the same job");
    command->add_flag("--detach", retry_.detach, "Print the new job's name and leave");
    AddValues(command, &retry_.values);
    Do(command, [this](Context* context) { return Retry(context, retry_); });

    command = app_.add_subcommand("rollback", "Undo what a job has changed, as a new job");
    command->add_option("job", rollback_.job, kJob)->required();
    command->add_option("--request-id", rollback_.request_id, "The same id with the same request is the same job");
    command->add_flag("--detach", rollback_.detach, "Print the new job's name and leave");
    Do(command, [this](Context* context) { return Rollback(context, rollback_); });
  }

  void AddApprove() {
    auto* const command = app_.add_subcommand("approve", "Decide about a job that awaits approval");
    command->add_option("job", approve_.job, "Job: its name, its id, the beginning of its id, or latest")->required();
    command->add_flag("--reject", approve_.reject, "The job ends without having touched a host");
    command->add_option("--comment", approve_.comment, "Why; shown with the job");
    Do(command, [this](Context* context) { return Approve(context, approve_); });
  }

  CLI::App* AddEnvironment(CLI::App* group, const char* name, const char* description,
                           int (*run)(Context*, const EnvironmentOptions&)) {
    auto* const command = group->add_subcommand(name, description);
    if (run != &EnvironmentList)
      command->add_option("environment", environment_.name, "Name of the environment")->required();
    Do(command, [this, run](Context* context) { return run(context, environment_); });
    return command;
  }

  void AddEnvironmentFields(CLI::App* command) {
    command->add_option("--description", environment_.description, "What it is for");
    Each(command->add_option("--var", environment_.vars, "NAME=VALUE for jobs that give none of their own"));
    command->add_option("--approval", environment_.approval, "Whether jobs that change hosts wait for an approval")
        ->check(CLI::IsMember({"required", "none"}));
    command
        ->add_option("--parallelism", environment_.parallelism, "Most targets at the same time; 0: the engine's limit")
        ->check(CLI::Range(0, 10000));
    AddRollout(command, &environment_.rollout);
  }

  void AddEnvironments() {
    AddApprove();
    auto* const group = app_.add_subcommand("env", "Environments: what all jobs of dev, test or prod have in common");
    group->require_subcommand(1);
    group->fallthrough();
    AddEnvironment(group, "list", "List environments by name", &EnvironmentList);
    AddEnvironment(group, "get", "Show an environment", &EnvironmentGet);
    AddEnvironmentFields(AddEnvironment(group, "create", "Make an environment", &EnvironmentCreate));
    auto* const set = AddEnvironment(group, "set", "Change an environment; what is not named stays", &EnvironmentSet);
    AddEnvironmentFields(set);
    Each(set->add_option("--unset", environment_.unset, "Name of a variable to take out"));
    set->add_flag("--no-rollout", environment_.no_rollout, "Jobs that name no rollout go to all their hosts at once");
    AddEnvironment(group, "delete", "Remove an environment that no resource and no running job belongs to",
                   &EnvironmentDelete);
  }

  CLI::App* AddResource(CLI::App* group, const char* name, const char* description,
                        int (*run)(Context*, const ResourceOptions&)) {
    auto* const command = group->add_subcommand(name, description);
    if (run != &ResourceList) command->add_option("name", resource_.name, "Name of the resource")->required();
    Do(command, [this, run](Context* context) { return run(context, resource_); });
    return command;
  }

  void AddResourceFields(CLI::App* command) {
    command->add_option("--host-key", resource_.host_key, "Pinned host key, SHA256:...");
    command->add_option("--environment", resource_.environment, "dev, test or prod");
    command->add_option("--credential", resource_.credential,
                        "Entry of the engine's configuration that says how to log in");
    Each(command->add_option("--label", resource_.labels, "KEY=VALUE; update replaces all labels"));
  }

  void AddResources() {
    auto* const group = app_.add_subcommand("resource", "The inventory: hosts that jobs run on");
    group->require_subcommand(1);
    group->fallthrough();
    AddResource(group, "list", "List hosts by name", &ResourceList)
        ->add_option("-l,--selector", resource_.selector, "KEY=VALUE,KEY=VALUE");
    AddResource(group, "get", "Show a host", &ResourceGet);
    auto* command = AddResource(group, "create", "Register a host", &ResourceCreate);
    command->add_option("address", resource_.address, "TRANSPORT://[USER@]HOST[:PORT][/PATH]")->required();
    AddResourceFields(command);
    command = AddResource(group, "update", "Change a host's address, key, labels, environment or credential",
                          &ResourceUpdate);
    command->add_option("--address", resource_.address, "TRANSPORT://[USER@]HOST[:PORT][/PATH]");
    AddResourceFields(command);
    AddResource(group, "delete", "Remove a host from the inventory", &ResourceDelete);
    AddResource(group, "disable", "Take a host out of use", &ResourceDisable)
        ->add_option("--reason", resource_.reason, "Why");
    AddResource(group, "enable", "Take a host into use again", &ResourceEnable);
    AddResource(group, "trust", "Record that a host key is the host's own", &ResourceTrust)
        ->add_option("host-key", resource_.host_key, "The key that you compared, SHA256:...")
        ->required();
    command = AddResource(group, "waive", "Record that handlers which earlier jobs owe to a host are not to be run",
                          &ResourceWaive);
    command->add_option("handler", resource_.handlers, "Their ids, as pe resource get shows them")->required();
    command->add_option("--job", resource_.job, "Only those that this job owes");
  }

  // What a mistyped word may have meant: a flag or a command of where it stands.
  int Complain(const CLI::ParseError& error) {
    const CLI::App* at = &app_;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
    const std::vector<std::string> unknown = app_.remaining(true);
    std::string text = absl::StrCat("pe: ", OneLine(error.what()), "\n");
    if (!unknown.empty()) {
      const std::string word = unknown.front().substr(0, unknown.front().find('='));
      const bool flag = word.rfind('-', 0) == 0;
      std::vector<std::string> known;
      if (flag) {
        for (const CLI::App* app : {at, static_cast<const CLI::App*>(&app_)}) {
          for (const CLI::Option* option : app->get_options()) {
            for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
          }
        }
      } else {
        for (const CLI::App* sub : at->get_subcommands([](const CLI::App*) { return true; }))
          known.push_back(sub->get_name());
      }
      const std::string nearest = Nearest(word, known);
      text = absl::StrCat("pe: unknown ",
                          flag            ? "flag "
                          : known.empty() ? "argument "
                                          : "command ",
                          OneLine(word), nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?"), "\n");
    }
    std::string path;
    for (const CLI::App* app = at; app != nullptr; app = app->get_parent())
      path = path.empty() ? app->get_name() : app->get_name() + " " + path;
    absl::StrAppend(&text, "See: ", path, " --help\n");
    std::cerr << text;
    return kExitUsage;
  }

  CLI::App app_;
  GlobalOptions globals_;
  ApplyOptions apply_, plan_;
  WatchCommandOptions watch_;
  LogsOptions logs_;
  ListOptions list_;
  CancelOptions cancel_;
  PauseOptions pause_;
  RetryOptions retry_;
  RollbackOptions rollback_;
  ResourceOptions resource_;
  ApproveOptions approve_;
  EnvironmentOptions environment_;
  std::string word_;
  std::function<int(Context*)> run_;
};

}  // namespace

int Run(int argc, char** argv) { return CommandLine().Run(argc, argv); }

}  // namespace pe::cli
